"""Names that stay out and that packages import all the same: importing works, asking `isinstance` says no, and using one says why."""

import copy
import pickle
import sys
import typing

import pytest

import steepest
from steepest import nn


@pytest.mark.parametrize(
    "line",
    [
        "import steepest.fx",
        "from steepest import fx",
        "from steepest.fx import GraphModule",
        "import steepest._C",
        "from steepest._dynamo import OptimizedModule",
        "import steepest.onnx",
        "steepest.fx.Proxy",
        "steepest._dynamo.config.suppress_errors = True",
        "steepest._dynamo.reset()",
    ],
)
def test_what_packages_import_routinely_can_be_imported(line):
    exec(line)


def test_a_name_is_there_to_be_asked_about_and_an_error_to_use():
    from steepest._subclasses.fake_tensor import FakeTensor, FakeTensorMode

    assert not isinstance(nn.Linear(1, 1), FakeTensor) and steepest._C.Graph is steepest._C.Graph
    with pytest.raises(RuntimeError, match="torch._subclasses.fake_tensor.FakeTensorMode is out of scope here"):
        FakeTensorMode()
    with pytest.raises(AttributeError, match=r"torch._C.Graph.nodes is out of scope"):
        _ = steepest._C.Graph.nodes
    with pytest.raises(RuntimeError, match="torch.onnx.export is out of scope here"):
        steepest.onnx.export(nn.Linear(1, 1), steepest.ones(1), "file.onnx")
    assert not steepest.onnx.is_in_onnx_export() and not steepest._dynamo.is_compiling()


def test_what_is_decorated_stays_what_it_is():
    assert steepest._dynamo.disable(len) is len and steepest._dynamo.disable(recursive=False)(len) is len
    assert isinstance(steepest.compile(nn.Linear(1, 1)), steepest._dynamo.OptimizedModule)
    assert steepest._C._LinAlgError is steepest.linalg.LinAlgError


def test_scripts_are_left_as_under_pytorch_jit_0():
    net = nn.Linear(2, 1)
    assert steepest.jit.script(net) is net and steepest.jit.trace(net, steepest.ones(2)) is net and steepest.jit.script(len) is len

    class Scripted(steepest.jit.ScriptModule):
        @steepest.jit.script_method
        def forward(self, x):
            return x + 1

    assert Scripted()(steepest.ones(1)).item() == 2 and not isinstance(net, steepest.jit.ScriptModule)
    with pytest.raises(AttributeError, match="out of scope"):
        steepest.jit.save(net, "file.pt")


def test_an_absent_class_can_be_copied_and_pickled_as_a_class():
    assert copy.deepcopy(steepest.fx.Node) is steepest.fx.Node


def test_device_and_dtype_are_read_as_module_to_reads_them():
    place, kind, wait, order = steepest._C._nn._parse_to("cpu", steepest.float64, True)
    assert (place, kind, wait, order) == (steepest.device("cpu"), steepest.float64, True, None)
    assert steepest._C._nn._parse_to(steepest.ones(1, dtype=steepest.float16))[:2] == (steepest.device("cpu"), steepest.float16)
    assert pickle.loads(pickle.dumps(steepest.ones(1).untyped_storage().tolist())) == [0, 0, 128, 63]
    assert isinstance(steepest.ones(1).untyped_storage(), steepest.UntypedStorage)


@pytest.mark.parametrize(
    "line",
    [
        "from steepest.distributed.optim import ZeroRedundancyOptimizer",
        "from steepest.nn.parallel import scatter_gather",
        "from steepest.nn.parallel import DataParallel, DistributedDataParallel",
        "from steepest.nn.parallel.scatter_gather import scatter",
        "from steepest.futures import Future, collect_all",
        "steepest.futures.Future[steepest.Tensor] | None",
        "steepest.distributed.ProcessGroup",
        "from steepest.ao import quantization",
        "from steepest.distributed import rpc",
        "steepest.distributed.rpc.api._require_initialized(len)",
        "from steepest.jit import _overload, _overload_method",
        "steepest.ops.aten.index.Tensor, steepest.ops.aten.alias.default, steepest.ops.aten.slice.Tensor",
        "from steepest.ao.quantization import ObserverBase",
        "steepest.quantization.FakeQuantizeBase",
    ],
)
def test_classes_of_several_machines_can_be_named(line):
    exec(line)


def test_no_result_is_a_future():
    assert steepest.Future is steepest.futures.Future and not isinstance(steepest.ones(1), steepest.Future)
    assert not isinstance(nn.Linear(1, 1), steepest.nn.parallel.DistributedDataParallel)


def test_storages_count_their_elements():
    assert sys.getsizeof(steepest.zeros(300).untyped_storage()) - sys.getsizeof(steepest.zeros(0).untyped_storage()) == 1200


def test_dtypes_that_no_tensor_has_can_be_named():
    assert repr(steepest.float8_e4m3fn) == "torch.float8_e4m3fn" and isinstance(steepest.uint16, steepest.dtype)
    assert steepest.float8_e5m2.itemsize == 1 and steepest.float8_e5m2.is_floating_point and not steepest.uint32.is_signed
    assert steepest.finfo(steepest.float8_e4m3fn).max == 448 and steepest.iinfo(steepest.uint16).max == 65535
    assert pickle.loads(pickle.dumps(steepest.uint64)) is steepest.uint64
    for make in (lambda: steepest.zeros(2, dtype=steepest.uint16), lambda: steepest.ones(2).to(steepest.float8_e5m2)):
        with pytest.raises(TypeError, match="is out of scope here"):
            make()


def test_the_annotations_of_modules_can_be_read():
    for kind in (nn.Module, nn.Linear, nn.Sequential, nn.ModuleDict, steepest.optim.Adam, steepest.utils.data.DataLoader):
        assert isinstance(typing.get_type_hints(kind), dict)


def test_decorators_of_the_compiler_leave_functions_as_they_are():
    with steepest._dynamo._trace_wrapped_higher_order_op.TransformGetItemToIndex():
        assert steepest.jit.annotations.Optional is typing.Optional


def test_packages_of_modules_that_are_asked_about_can_be_imported():
    from steepest._subclasses.fake_tensor import is_fake
    from steepest.fx.experimental.proxy_tensor import get_proxy_mode

    assert not is_fake(steepest.ones(1)) and get_proxy_mode() is None and not isinstance(3, steepest.SymInt)
    assert steepest.nn.modules.module._EXTRA_STATE_KEY_SUFFIX == "_extra_state"


def test_packages_of_several_processes_can_be_imported_and_asked_about():
    from steepest.distributed.checkpoint.state_dict import StateDictOptions
    from steepest.distributed.constants import default_pg_timeout
    from steepest.distributed.elastic.multiprocessing.errors import ChildFailedError, record
    from steepest.distributed.fsdp import FullyShardedDataParallel
    from steepest.distributed.tensor import DTensor, Replicate, Shard

    assert default_pg_timeout.total_seconds() == 1800 and record(len) is len and issubclass(ChildFailedError, Exception)
    assert not isinstance(nn.Linear(1, 1), (FullyShardedDataParallel, DTensor)) and steepest.distributed.tensor.DTensor is DTensor
    assert Shard(0) == Shard(0) != Shard(1) and Replicate() == Replicate()
    for kind in (FullyShardedDataParallel, StateDictOptions):
        with pytest.raises(RuntimeError, match=r"torch\.distributed\..* is out of scope here"):
            kind(nn.Linear(1, 1))
    assert not hasattr(steepest.distributed.fsdp, "__wrapped__")


def test_ways_to_reduce_have_their_type():
    assert isinstance(steepest.distributed.ReduceOp.SUM, steepest.distributed.ReduceOp.RedOpType)
    assert steepest.distributed.ReduceOp(steepest.distributed.ReduceOp.MAX) is steepest.distributed.ReduceOp.MAX


def test_layouts_that_no_tensor_has_can_be_compared_with():
    assert steepest.ones(2).layout not in (steepest.sparse_csr, steepest.sparse_csc, steepest.sparse_bsr, steepest.sparse_bsc)
    assert str(steepest.sparse_csr) == "torch.sparse_csr" and steepest.sparse_csr is not steepest.sparse_csc


def test_how_tensors_are_printed_can_be_asked():
    from steepest._tensor_str import PRINT_OPTS

    assert PRINT_OPTS.precision == 4 and PRINT_OPTS.threshold == 1000
    overloaded = steepest.jit._overload(len)
    assert overloaded is len


def test_backends_are_names_in_small_letters():
    kinds = steepest.distributed.Backend
    assert kinds("GLOO") == kinds.GLOO == "gloo" and kinds.NCCL == "nccl" and "mpi" in kinds.backend_list
    with pytest.raises(ValueError, match="must be a string, but got: int"):
        kinds(3)


def test_a_library_of_compiled_operators_is_not_loaded():
    with pytest.raises(OSError, match=r"Could not load this library: mine\.so"):
        steepest.ops.load_library("mine.so")


def test_inner_operators_can_be_named():
    table = {steepest.ops.aten.alias.default: 1, steepest.ops.aten.slice.Tensor: 2}
    assert table[steepest.ops.aten.alias.default] == 1 and steepest.distributed.rpc.api._require_initialized(len) is len
