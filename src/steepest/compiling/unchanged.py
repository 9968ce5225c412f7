"""Whether an object that a walk found still holds what it held then: one check a kind of object.

`path` leads to the object, `held` is what it held, and `free` are paths whose values may differ.
"""

import operator
import zlib
from itertools import chain
from typing import Any

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.tensor import Tensor

__all__ = ["ATOMS", "Free", "Path", "checksum", "is_free_of", "same_array", "same_cell", "same_class", "same_elements", "same_items",
           "same_random", "same_set", "same_slot", "same_tensor", "Together"]

Path = tuple[Any, ...]
Free = frozenset[Path]
ATOMS = (type(None), bool, int, float, complex, str, bytes, range, slice, type(...), dtype,
         np.float64, np.float32, np.int64, np.int32, np.bool_)
"""Values that are compared as such, and lead to nothing."""
VALUES = operator.methodcaller("values")


def checksum(x: np.ndarray[Any, Any]) -> int:
    """A number that follows from the elements of an array."""
    if x.dtype.hasobject:
        return hash(tuple(map(id, x.ravel().tolist())))
    return zlib.crc32(x.tobytes())


def same_items(path: Path, x: Any, held: Any, free: Free) -> bool:
    keys, values = held
    if len(x) != len(keys) or not all(map(operator.is_, x, keys)):
        return False
    if all(map(operator.is_, x.values(), values)):
        return True
    return all(a is b or _item(path, i, k) in free for i, (k, a, b) in enumerate(zip(keys, x.values(), values, strict=True)))


def _item(path: Path, i: int, key: Any) -> Path:
    """The path of the i-th item of a dictionary."""
    return (*path, key if type(key) in ATOMS else ("key", i))


def is_free_of(noted: Any, free: Free) -> bool:
    """Whether no item of a dictionary, as a walk noted it, is at a free path."""
    _, path, _, (keys, _) = noted
    return not any(_item(path, i, k) in free for i, k in enumerate(keys))


class Together:
    """Dictionaries, as a walk noted them, that are compared in one go where nothing about them is free."""

    def __init__(self, noted: list[Any], free: Free):
        self.noted = [n for n in noted if n[0] is same_items and is_free_of(n, free)]
        self.tables = [x for _, _, x, _ in self.noted]
        self.sizes = [len(keys) for _, _, _, (keys, _) in self.noted]
        self.keys = [k for _, _, _, (keys, _) in self.noted for k in keys]
        self.values = [v for _, _, _, (_, values) in self.noted for v in values]

    def still(self) -> bool:
        """Whether all of them hold what they held."""
        return (list(map(len, self.tables)) == self.sizes and all(map(operator.is_, chain.from_iterable(self.tables), self.keys))
                and all(map(operator.is_, chain.from_iterable(map(VALUES, self.tables)), self.values)))


def same_elements(path: Path, x: Any, held: Any, free: Free) -> bool:
    if path in free:        # a list that is only appended to
        return True
    if len(x) == len(held) and all(map(operator.is_, x, held)):
        return True
    return len(x) == len(held) and all(a is b or (*path, i) in free for i, (a, b) in enumerate(zip(x, held, strict=True)))


def same_tensor(path: Path, x: Tensor, held: Any, free: Free) -> bool:
    array, needs_grad, leaf, grad, hooks = held
    if x.needs_grad != needs_grad or (x.node is None) != leaf or x.hooks is not hooks:
        return False
    if x._grad is not grad and not ((x._grad is None) == (grad is None) and (*path, "grad") in free):
        return False
    return x.array is array or path in free


def same_slot(path: Path, x: Any, held: Any, free: Free) -> bool:
    name, value = held
    return getattr(x, name, held) is value or (*path, "." + name) in free


def same_class(path: Path, x: type, held: Any, free: Free) -> bool:
    now = vars(x)
    return len(now) == len(held) and all(now.get(name, held) is value or (*path, "." + name) in free for name, value in held.items())


def same_cell(path: Path, x: Any, held: Any, free: Free) -> bool:
    name, value = held
    try:
        return x.cell_contents is value or (*path, name) in free
    except ValueError:
        return False


def same_array(path: Path, x: Any, held: Any, free: Free) -> bool:
    return bool(held == ("array", x.dtype.str, x.shape, checksum(x)))


def same_set(path: Path, x: Any, held: Any, free: Free) -> bool:
    return bool(x == held)


def same_random(path: Path, x: Any, held: Any, free: Free) -> bool:
    return bool(repr(x.bit_generator.state) == held)
