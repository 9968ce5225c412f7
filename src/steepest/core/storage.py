"""Storage: the one mutable cell. A tensor is a view of a storage; an in-place operation writes a region of it."""

from typing import Any

import numpy as np

from steepest.core.modes import modes
from steepest.errors import text

__all__ = ["UNTRACKED", "Storage", "Untracked", "Version"]


class Version:
    """Counts in-place writes; shared by a tensor, its views and its detached aliases."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count: int = 0


class _Forbidden(int):
    """The count of writes of a tensor made in inference mode, outside of it: saving it and adding to it are errors."""

    def __bool__(self) -> bool:
        raise RuntimeError(text("inference-saved"))

    def __add__(self, other: Any) -> int:
        raise RuntimeError(text("inference-written"))


class Untracked(Version):
    """What stands for the counter of tensors made in inference mode, whose writes nobody counts."""

    __slots__ = ()

    @property
    def count(self) -> int:
        """Zero in inference mode."""
        return 0 if modes.inference else _FORBIDDEN

    @count.setter
    def count(self, value: int) -> None:
        pass


_FORBIDDEN = _Forbidden()
UNTRACKED = Untracked()


class Storage:
    """The memory behind a tensor and all its views; `flat` is every element of it, in the order of the addresses.

    `shared` is true when an array of the user's has the same memory, so that it may change without the package's knowledge.
    """

    __slots__ = ("__weakref__", "_flat", "array", "shared")

    def __init__(self, array: np.ndarray[Any, Any], shared: bool = False):
        self.array, self.shared = array, shared
        self._flat: np.ndarray[Any, Any] | None = None

    @property
    def flat(self) -> np.ndarray[Any, Any]:
        """All elements in one dimension."""
        if self._flat is None:
            self._flat = _extent(self.array)
        return self._flat

    @property
    def address(self) -> int:
        return self.flat.__array_interface__["data"][0]

    def offset(self, array: np.ndarray[Any, Any]) -> int:
        """Where `array`, a view of this storage, begins, counted in elements."""
        return (array.__array_interface__["data"][0] - self.address) // self.flat.itemsize

    def __sizeof__(self) -> int:
        """What `sys.getsizeof` counts: the elements, too, as PyTorch's storages do."""
        return object.__sizeof__(self) + self.flat.nbytes

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self.flat.nbytes

    size = __len__ = nbytes

    def untyped(self) -> "Storage":
        """The storage itself; of a typed one what it is a view of."""
        return self

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self.address

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        numbers: list[int] = self.flat.view(np.uint8).tolist()
        return numbers


def _extent(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One axis over all the memory that `array` reaches, which must have no negative strides."""
    if array.flags.c_contiguous:
        return array.reshape(-1)
    if array.size == 0:
        return np.empty(0, array.dtype)
    size = 1 + sum((n - 1) * s for n, s in zip(array.shape, array.strides, strict=True)) // array.itemsize
    return np.lib.stride_tricks.as_strided(array, (size,), (array.itemsize,), writeable=array.flags.writeable)
