"""Names that stay out say why, and the page lists them; what programs ask for routinely is there."""

import importlib.util
from pathlib import Path

import pytest

import steepest
from steepest.errors import outside

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_the_table_says():
    spec = importlib.util.spec_from_file_location("outside_page", ROOT / "scripts" / "outside.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page()


@pytest.mark.parametrize("name", outside.NAMES)
def test_a_name_that_stays_out_says_what_to_write(name):
    with pytest.raises(AttributeError, match="out of scope"):
        getattr(steepest, name)


LISTED = [(module, name) for module, rows in outside.LEFT.items() for names in rows.values() for name in names.split()
          if not set(name) & set("*?")]


@pytest.mark.parametrize("module", sorted({module for module, _ in LISTED}))
def test_every_name_on_the_list_says_why_it_is_not_there(module):
    place = steepest.Tensor([1.0]) if module == "torch.Tensor" else importlib.import_module(module.replace("torch", "steepest", 1))
    for name in (name for m, name in LISTED if m == module):
        with pytest.raises(AttributeError, match=f"torch.*{name} is out of scope here"):
            getattr(place, name)


@pytest.mark.parametrize("line", ["import steepest.package", "from steepest.package import PackageExporter",
                                  "from steepest import export", "import steepest.export.graph_signature",
                                  "from steepest.cuda import MemPool", "from steepest.nn import qat",
                                  "from steepest.utils.checkpoint import DefaultDeviceType",
                                  "from steepest.hub import load"])
def test_importing_a_name_that_stays_out_says_why(line):
    with pytest.raises(ImportError, match="out of scope here"):
        exec(line)


@pytest.mark.parametrize("line", ["import steepest.no_such_thing", "from steepest import no_such_thing",
                                  "from steepest.cuda import no_such_thing"])
def test_importing_what_never_was_is_an_ordinary_error(line):
    with pytest.raises(ImportError, match="No module named|cannot import name"):
        exec(line)


def test_other_names_are_simply_missing():
    assert not hasattr(steepest, "no_such_thing")


def test_what_programs_ask_for_routinely_is_there():
    assert not steepest.cuda.is_available() and not steepest.backends.cuda.is_built() and not steepest.backends.mkldnn.is_available()
    steepest.backends.cuda.matmul.allow_tf32 = True
    steepest.backends.cuda.matmul.allow_tf32 = False
    assert steepest.version.cuda is None
    steepest.use_deterministic_algorithms(True, warn_only=True)
    assert steepest.are_deterministic_algorithms_enabled() and steepest.get_deterministic_debug_mode() == 1
    steepest.use_deterministic_algorithms(False)
    steepest.set_float32_matmul_precision("high")
    assert steepest.get_float32_matmul_precision() == "high"
    steepest.set_float32_matmul_precision("highest")
    assert steepest.cuda.memory_stats() == {} and steepest.cuda.get_rng_state_all() == [] and not steepest.cuda.is_bf16_supported()
    with steepest.backends.cudnn.flags(enabled=False), steepest.backends.cuda.sdp_kernel(enable_flash=False):
        pass
    assert steepest.distributed.is_available() and not steepest.distributed.is_initialized()
    assert not steepest.jit.is_scripting() and steepest.jit.ignore(len) is len and steepest.jit.unused(len) is len
    assert not steepest.mps.is_available() and steepest.mps.device_count() == 0
    steepest.serialization.set_crc32_options(True)
    assert steepest.serialization.get_crc32_options() and steepest.serialization.DEFAULT_PROTOCOL == 2
    with steepest.nn.attention.sdpa_kernel(steepest.nn.attention.SDPBackend.MATH):
        pass


def test_orthogonal_weights_stay_orthogonal_while_they_learn():
    for shape in ((4, 4), (5, 3), (3, 5)):
        layer = steepest.nn.utils.parametrizations.orthogonal(steepest.nn.Linear(shape[1], shape[0]))
        optimizer = steepest.optim.SGD(layer.parameters(), lr=0.5)
        for _ in range(3):
            optimizer.zero_grad()
            (layer(steepest.ones(2, shape[1])) ** 3).sum().backward()
            optimizer.step()
        weight = layer.weight if shape[0] >= shape[1] else layer.weight.mT
        assert steepest.allclose(weight.mT @ weight, steepest.eye(min(shape)), atol=1e-5)
