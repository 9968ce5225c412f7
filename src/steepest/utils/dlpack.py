"""`torch.utils.dlpack`: memory shared with other array libraries."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.functional.creating import from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
outside.explain(__name__)


def to_dlpack(tensor: Tensor) -> Any:
    """A DLPack capsule over the memory of `tensor`."""
    return tensor.detach().__dlpack__()
