"""Modules of PyTorch that stay out and that packages import all the same, mostly to ask `isinstance`: they are made when imported."""

import ast
import functools
import importlib
import typing
from contextlib import nullcontext
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from steepest.errors import text

ROWS = {
    "asked": (
        "{name} is out of scope here; its name is known so that programs can ask about it",
        "{name} 不在本库的范围内；保留这个名字只是为了让程序可以询问"),
}

CLASS, ERROR, AS_IS, NOTHING, FALSE, BLOCK = "a class", "an exception", "its argument", "nothing", "no", "a block without effect"
TYPE, SAME = "a type of typing", "what has that name elsewhere"
SWITCH = "a setting of PyTorch's compiler, with its default, that changes nothing here"
PLACED = " ".join(f"{name}=functional.placements.{name}" for name in ("Partial", "Placement", "Replicate", "Shard"))
TABLE: dict[str, dict[str, str]] = {
    "torch": {CLASS: "Event PyTorchFileReader Stream SymBool SymFloat SymInt",
              SAME: "ScriptModule=jit.ScriptModule ScriptFunction=jit.ScriptFunction Future=futures.Future"},
    "torch._C": {NOTHING: "_log_api_usage_once _get_tracing_state _jit_set_profiling_executor _jit_set_profiling_mode",
                 FALSE: "_are_functorch_transforms_active", SAME: "_LinAlgError=linalg.LinAlgError Generator=Generator",
                 CLASS: "Function Graph Node Value _TensorMeta"},
    "torch._C._nn": {SAME: "_parse_to=nn.modules.module.parse_to log_sigmoid=nn.functional.logsigmoid"},
    "torch._C._linalg": {}, "torch._C._fft": {}, "torch._C._special": {},
    "torch._dynamo": {SAME: "OptimizedModule=compiling.compiled.OptimizedModule list_backends=compiler.list_backends",
                      AS_IS: "allow_in_graph assume_constant_result disable disallow_in_graph",
                      NOTHING: "graph_break mark_dynamic mark_static mark_static_address maybe_mark_dynamic reset", FALSE: "is_compiling"},
    "torch._dynamo.config": {SWITCH: """cache_size_limit=8 accumulated_cache_size_limit=256 recompile_limit=8
        accumulated_recompile_limit=256 suppress_errors=False verbose=False capture_scalar_outputs=False
        capture_dynamic_output_shape_ops=False automatic_dynamic_shapes=True assume_static_by_default=True dynamic_shapes=True
        specialize_int=False specialize_float=False optimize_ddp=True inline_inbuilt_nn_modules=True guard_nn_modules=True
        force_parameter_static_shapes=True allow_rnn=False disable=False error_on_recompile=False compiled_autograd=False
        log_file_name=None allow_unspec_int_on_nn_module=False"""},
    "torch._inductor": {},
    "torch._inductor.config": {SWITCH: """coordinate_descent_tuning=False coordinate_descent_check_all_directions=False
        epilogue_fusion=True fx_graph_cache=True fx_graph_remote_cache=None max_autotune=False max_autotune_gemm=False
        max_autotune_pointwise=False max_autotune_gemm_backends='ATEN,TRITON,CPP' freezing=False conv_1x1_as_mm=False
        force_fuse_int_mm_with_mul=False use_mixed_mm=True debug=False verbose_progress=False fallback_random=False shape_padding=True
        layout_optimization=True cpp_wrapper=False pattern_matcher=True benchmark_kernel=False size_asserts=True
        allow_buffer_reuse=True worker_start_method='subprocess' reorder_for_compute_comm_overlap=False keep_output_stride=True
        split_reductions=True"""},
    "torch._inductor.config.triton": {SWITCH: """unique_kernel_names=True cudagraphs=False cudagraph_trees=True
        cudagraph_skip_dynamic_graphs=False cudagraph_support_input_mutation=True persistent_reductions=True
        tiling_prevents_pointwise_fusion=True"""},
    "torch._inductor.config.cpp": {SWITCH: "threads=-1 simdlen=None enable_kernel_profile=False weight_prepack=True"},
    "torch._functorch.config": {SWITCH: """activation_memory_budget=1.0 donated_buffer=True enable_autograd_cache=True
        functionalize_rng_ops=False debug_partitioner=False"""},
    "torch._dynamo._trace_wrapped_higher_order_op": {BLOCK: "TransformGetItemToIndex"},
    "torch._dynamo.eval_frame": {SAME: "OptimizedModule=compiling.compiled.OptimizedModule"},
    "torch.ao": {},
    "torch.ao.quantization": {CLASS: "FakeQuantizeBase ObserverBase"},
    "torch.quantization": {CLASS: "FakeQuantizeBase ObserverBase"},
    "torch.distributed.elastic.multiprocessing.errors": {AS_IS: "record", ERROR: "ChildFailedError"},
    "torch.distributed.tensor": {SAME: PLACED}, "torch.distributed._tensor": {SAME: PLACED},
    "torch.distributed.tensor.placement_types": {SAME: PLACED},
    "torch.distributed.constants": {SAME: "default_pg_timeout=functional.process_group.PATIENCE"},
    "torch.distributed.rpc": {CLASS: "BackendType TensorPipeRpcBackendOptions remote rpc_async rpc_sync"},
    "torch.distributed.rpc.api": {AS_IS: "_require_initialized", CLASS: "_all_gather"},
    "torch._tensor_str": {SAME: "PRINT_OPTS=core.printing.options", CLASS: "_add_suffixes _str_intern _tensor_str"},
    "torch.nn.parallel.scatter_gather": {CLASS: "gather scatter scatter_kwargs"},
    "torch.nn.parallel.distributed": {SAME: "DistributedDataParallel=nn.parallel.DistributedDataParallel"},
    "torch.amp.grad_scaler": {CLASS: "OptState"},
    "torch.autograd.profiler": {CLASS: "emit_nvtx"},
    "torch.cuda": {CLASS: "CUDAGraph Event Stream graph"},
    "torch.jit": {CLASS: "Attribute _get_trace_graph", AS_IS: "_overload _overload_method"},
    "torch.jit.annotations": {TYPE: "Any Dict List Optional Tuple Union"},
    "torch._subclasses.fake_tensor": {CLASS: "FakeTensor FakeTensorMode", FALSE: "is_fake"},
    "torch.fx.experimental.proxy_tensor": {NOTHING: "get_proxy_mode"},
    "torch.onnx": {FALSE: "is_in_onnx_export", ERROR: "OnnxExporterError", CLASS: "ONNXProgram export"},
}
"""What the names of each module are, beside those that it has. An attribute that is set stays set, as on any module: configurations
are modules.
"""
INNER = {"torch._C._nn": ("nn.functional", ""), "torch._C._linalg": ("linalg", "linalg_"), "torch._C._fft": ("fft", "fft_"),
         "torch._C._special": ("special", "special_")}
"""Where PyTorch keeps functions that are written in C++, which the code of traced modules names: the public module, and a beginning."""
PACKAGES = frozenset(path[:i] for path in TABLE for i, letter in enumerate(path) if letter == ".") - {"torch"}
"""The packages that these modules are in."""
TREES = tuple(f"torch.distributed.{name}" for name in """_composable _functional_collectives _tensor algorithms checkpoint device_mesh
    elastic fsdp launcher nn optim pipelining rpc tensor utils""".split())
"""Packages of several processes: every name in them is a class that nothing is an instance of."""


def listed(module: str) -> bool:
    """Whether a module, or one in it, is in the table."""
    return module in TABLE or module in PACKAGES


def known(module: str) -> bool:
    """Whether a module is made when it is imported."""
    return listed(module) or f"{module}.".startswith(tuple(f"{tree}." for tree in TREES))


def inner(module: str, name: str) -> Any:
    """The public function that an inner module of PyTorch has under this name; None where it has none."""
    public, beginning = INNER.get(module, ("", ""))
    if not public or not name.startswith(beginning):
        return None
    return getattr(importlib.import_module(f"steepest.{public}"), name.removeprefix(beginning), None)


class Absent(type):
    """A class of PyTorch's that nothing is an instance of. Making one, or asking for an attribute, is an error that says so."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(text("asked", name=f"{cls.__module__}.{cls.__name__}"))

    def __getitem__(cls, of: Any) -> Any:
        return cls          # as an annotation: `Future[Tensor]`

    def __getattr__(cls, name: str) -> Any:
        raise AttributeError(text("asked", name=f"{cls.__module__}.{cls.__name__}.{name}"), name=name)


def _as_is(fn: Any = None, *args: Any, **options: Any) -> Any:
    return fn if fn is not None else _as_is


def _nothing(*args: Any, **options: Any) -> None: ...


def _no(*args: Any) -> bool:
    return False


@functools.cache
def names(module: str) -> dict[str, tuple[str, str]]:
    """The kind of every name of a module, and what stands behind its equals sign."""
    rows = {name: kind for kind, line in TABLE.get(module, {}).items() for name in line.split()}
    return {name.partition("=")[0]: (kind, name.partition("=")[2]) for name, kind in rows.items()}


@functools.cache
def value(module: str, name: str) -> Any:
    """What a name of such a module is."""
    kind, own = names(module).get(name, (ERROR if name.endswith("Error") else CLASS, ""))
    if kind == SWITCH:
        return ast.literal_eval(own)
    if kind == TYPE:
        return getattr(typing, name)
    if own:
        place, _, attribute = f"steepest.{own}".rpartition(".")
        return getattr(importlib.import_module(place), attribute)
    if kind in (CLASS, ERROR):
        return Absent(name, (Exception,) if kind == ERROR else (), {"__module__": module})
    functions: dict[str, Any] = {AS_IS: _as_is, NOTHING: _nothing, FALSE: _no, BLOCK: nullcontext}
    return functions[kind]


class Maker(Loader):
    """Makes a module of the table."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        path = module.__name__.replace("steepest", "torch", 1)
        vars(module).update({name: value(path, name) for name in names(path)})
        importlib.import_module("steepest.errors.outside").explain(module.__name__)
