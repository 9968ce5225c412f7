"""`torch.cuda`, as programs ask for it: there is none, and everything says so without failing."""

from collections import OrderedDict
from contextlib import nullcontext
from typing import Any

from steepest.cuda import amp as amp
from steepest.cuda import nvtx as nvtx
from steepest.errors import AcceleratorError as AcceleratorError
from steepest.errors import OutOfMemoryError as OutOfMemoryError
from steepest.errors import outside, text
from steepest.functional.legacy import TYPES

outside.explain(__name__)


class _NotHere(type):
    """`isinstance(x, torch.cuda.FloatTensor)` is False; calling it is PyTorch's TypeError."""

    def __instancecheck__(cls, x: object) -> bool:
        return False

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(text("cuda-type", name=cls.__name__))


globals().update({name: _NotHere(name, (), {"__module__": "torch.cuda", "is_cuda": True}) for name in TYPES})
has_half, has_magma = True, False
_initialized = False
default_generators: tuple[Any, ...] = ()


def is_available() -> bool:
    """False: this package computes on the CPU."""
    return False


def is_initialized() -> bool:
    """False."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False."""
    return False


is_tf32_supported = is_initialized


def device_count() -> int:
    """0."""
    return 0


def get_arch_list() -> list[str]:
    """None are compiled for."""
    return []


def get_gencode_flags() -> str:
    """Empty."""
    return ""


def manual_seed(seed: int) -> None:
    """Nothing to seed."""


manual_seed_all = manual_seed


def seed() -> None:
    """Nothing to seed."""


def get_rng_state_all() -> list[Any]:
    """The states of no devices."""
    return []


def set_rng_state_all(new_states: Any) -> None:
    """There is no device whose state could be set."""


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """There is no device whose state could be set."""


def empty_cache() -> None:
    """Nothing to empty."""


seed_all = ipc_collect = reset_peak_memory_stats = reset_accumulated_memory_stats = seed
reset_max_memory_allocated = reset_max_memory_cached = seed


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def memory_allocated(device: Any = None) -> int:
    """0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_cached = max_memory_cached = memory_allocated


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """Empty."""
    return OrderedDict()


def memory_stats_as_nested_dict(device: Any = None) -> dict[str, Any]:
    """Empty."""
    return {}


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """Empty."""
    return ""


def stream(stream: Any) -> Any:
    """A `with` block in which everything happens as outside."""
    return nullcontext(stream)


StreamContext = stream


def current_device() -> int:
    """There is no current device: AssertionError with what to write instead."""
    raise AssertionError(text("no-cuda"))


def get_device_name(device: Any = None) -> str:
    """There is no device: AssertionError with what to write instead."""
    raise AssertionError(text("no-cuda"))


get_device_properties = get_device_capability = set_device = get_rng_state = initial_seed = mem_get_info = init = get_device_name
current_stream = default_stream = get_device_name
