"""`torch.random`: seeds and the states of the default generator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from steepest.errors import outside
from steepest.functional.random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = ["default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]
outside.explain(__name__)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, _caller: str = "fork_rng", _devices_kw: str = "devices",
             device_type: str = "cuda") -> Iterator[None]:
    """Draws inside the block leave the default generator as it was; there are no generators of accelerators, whose types do not matter."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
