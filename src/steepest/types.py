"""`torch.types`: names for annotations."""

import builtins
from collections.abc import Sequence
from typing import Any

from steepest.core.device import device as _device
from steepest.core.dtype import dtype as _dtype
from steepest.core.size import Size
from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.functional.storages import TypedStorage, UntypedStorage

__all__ = ["Device", "Number", "Size", "Tensor", "_bool", "_complex", "_device", "_dtype", "_float", "_int", "_size"]
outside.explain(__name__)

Number = builtins.int | builtins.float | builtins.bool
Device = _device | str | builtins.int | None
_int, _float, _bool, _complex = builtins.int, builtins.float, builtins.bool, builtins.complex
_size = Size | list[builtins.int] | tuple[builtins.int, ...]
_TensorOrTensors = Tensor | Sequence[Tensor]
Storage = TypedStorage | UntypedStorage
FileLike: Any = str | bytes | Any
