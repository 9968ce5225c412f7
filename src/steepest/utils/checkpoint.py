"""Names of torch.utils.checkpoint."""

from typing import Any

from steepest.autograd.checkpointing import CheckpointError, checkpoint, checkpoint_sequential
from steepest.autograd.checkpointing import no_contexts as noop_context_fn
from steepest.autograd.selective import CheckpointPolicy, SelectiveCheckpointContext, create_selective_checkpoint_contexts
from steepest.errors import outside

__all__ = ["CheckpointError", "CheckpointPolicy", "SelectiveCheckpointContext", "checkpoint", "checkpoint_sequential",
           "create_selective_checkpoint_contexts", "noop_context_fn", "set_checkpoint_debug_enabled"]
outside.explain(__name__)


def set_checkpoint_debug_enabled(enabled: Any) -> Any:
    """A `with` block, accepted: an error says what differed in any case."""
    return noop_context_fn()[0]
