"""The shape of a tensor: a tuple of ints that prints as PyTorch's."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Numbers = tuple[int, ...]
else:
    Numbers = tuple         # a generic base would show: libraries that reason about classes ask for one's parameters


class Size(Numbers):
    """A shape; everything a tuple does, and `numel`."""

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other):  # type: ignore[no-untyped-def]
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):  # type: ignore[no-untyped-def]
        return Size(tuple(other) + tuple(self))

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return Size, (tuple(self),)
