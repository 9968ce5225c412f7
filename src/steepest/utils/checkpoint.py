"""Names of torch.utils.checkpoint."""

from typing import Any

from steepest.autograd.checkpointing import CheckpointError, checkpoint, checkpoint_sequential
from steepest.autograd.checkpointing import no_contexts as noop_context_fn
from steepest.autograd.selective import CheckpointPolicy, SelectiveCheckpointContext, create_selective_checkpoint_contexts
from steepest.errors import outside

__all__ = ["CheckpointError", "CheckpointPolicy", "SelectiveCheckpointContext", "checkpoint", "checkpoint_sequential",
           "create_selective_checkpoint_contexts", "get_device_states", "noop_context_fn", "set_checkpoint_debug_enabled",
           "set_device_states"]
outside.explain(__name__)


def set_checkpoint_debug_enabled(enabled: Any) -> Any:
    """A `with` block, accepted: an error says what differed in any case."""
    return noop_context_fn()[0]


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """The numbers of the accelerators that the arguments are on, and their generators' states: none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """No accelerator has a state to be set."""
