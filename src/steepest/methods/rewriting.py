"""In-place methods that are functions whose result is written back: `x.scatter_(...)`, `x.tril_()`, `x.cumsum_(0)` and their kind."""

from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import indexing, joining, pointwise, products, scanning, shaping, special
from steepest.functional.pointwise import ALIASES, BINARY, UNARY
from steepest.ops.inplace import assign, inplace_map, rewrite, turn

__all__ = ["METHODS"]

FUNCTIONS: dict[Any, str] = {
    indexing: "index_reduce scatter scatter_add scatter_reduce index_add index_copy index_fill index_put put masked_scatter",
    joining: "tril triu renorm",
    scanning: "cumsum cumprod",
    special: "i0 igamma igammac mvlgamma",
    pointwise: "conj_physical logit sgn ldexp gcd lcm float_power",
    products: "addmm addmv addbmm baddbmm addr",
}


def _in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return rewrite(self, function, *args, **kwargs)

    method.__name__ = method.__qualname__ = f"{function.__name__}_"
    method.__doc__ = f"`{function.__name__}` written over this tensor."
    return method


def _alias(name: str) -> Callable[..., Tensor]:
    primitive = UNARY.get(name) or BINARY[name]

    def method(self: Tensor, *other: Any) -> Tensor:
        return inplace_map(self, primitive, self, *other)

    method.__doc__ = f"`{name}` written over this tensor."
    return method


def _logical_not(self: Tensor) -> Tensor:
    """`logical_not` written over this tensor."""
    return assign(self, UNARY["logical_not"](self))


def _as_strided(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Give the tensor itself other sizes and strides over its memory."""
    return turn(self, shaping.as_strided, size, stride, storage_offset)


def _fill_diagonal(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """A number written over the main diagonal `x[i, i, ...]`; with `wrap` again after every full square of a tall matrix.

    RuntimeError for vectors, and for more than two dimensions of different sizes.
    """
    shape = self.array.shape
    if len(shape) < 2:
        raise RuntimeError(text("diagonal-of-vector", ndim=len(shape)))
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError(text("diagonal-of-unequal", shape=list(shape)))
    rows, columns = shape[:2]
    starts = range(0, rows, columns + 1) if wrap and len(shape) == 2 else (0,)
    for start in starts:
        part = self[start:]
        while part.array.ndim > 1:
            part = part.diagonal(0, 0, 1)               # the common index becomes the last, so that the next one meets it
            part = part if part.array.ndim == 1 else part.movedim(-1, 0)
        part.fill_(fill_value)
    return self


def _resize_as(self: Tensor, the_template: Tensor) -> Tensor:
    """Give the tensor the shape of another one."""
    return self.resize_(the_template.array.shape)


def _apply(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replace every element by `callable(element)`, in Python: slow."""
    for at in _places(self):
        self.array[at] = callable(self.array[at].item())
    self.version.count += 1
    return self


def _map(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace every element by `callable(element, element of tensor)`, in Python: slow."""
    other = tensor.expand(self.array.shape).array
    for at in _places(self):
        self.array[at] = callable(self.array[at].item(), other[at].item())
    self.version.count += 1
    return self


def _places(x: Tensor) -> Any:
    return [tuple(row) for row in indexing.nonzero(x.new_ones(x.array.shape)).array.tolist()]


METHODS: dict[str, Any] = {
    **{f"{name}_": _in_place(getattr(module, name)) for module, names in FUNCTIONS.items() for name in names.split()},
    **{f"{alias}_": _alias(name) for alias, name in ALIASES.items() if name in UNARY or name in BINARY},
    "polygamma_": _in_place(special.polygamma_of), "logical_not_": _logical_not,
    "as_strided_": _as_strided, "fill_diagonal_": _fill_diagonal, "resize_as_": _resize_as, "apply_": _apply, "map_": _map,
}
