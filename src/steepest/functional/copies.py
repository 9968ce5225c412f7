"""Functions of `torch` that copy what a view of another name shows: `expand_copy`, `unbind_copy` and their kind."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from steepest.core.dtype import dtype
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import shaping
from steepest.functional.joining import clone_ordered
from steepest.functional.operands import result_into, with_out


def _narrowed(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    if dim >= input.array.ndim > 0:                # which fails an assertion in PyTorch's kernel, no IndexError as that of `narrow`
        raise RuntimeError(text("narrow-copy-dim", dim=dim, ndim=input.array.ndim))
    return shaping.narrow(input, dim, start, length)


VIEWS: dict[str, Callable[..., Any]] = {
    "alias_copy": lambda x: x, "as_strided_copy": shaping.as_strided, "detach_copy": shaping.detach, "diagonal_copy": shaping.diagonal,
    "expand_copy": shaping.expand, "narrow_copy": _narrowed, "permute_copy": shaping.permute, "select_copy": shaping.select,
    "split_copy": shaping.split, "split_with_sizes_copy": shaping.split_with_sizes, "squeeze_copy": shaping.squeeze,
    "t_copy": shaping.t, "transpose_copy": shaping.transpose, "unbind_copy": shaping.unbind, "unfold_copy": shaping.unfold,
    "unsqueeze_copy": shaping.unsqueeze, "view_as_complex_copy": shaping.view_as_complex, "view_as_real_copy": shaping.view_as_real,
    "view_copy": lambda x, *size: shaping.view(x, *size) if isinstance(size[0], dtype) else shaping.reshape(x, *size),
}


def _copying(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    def function(input: Tensor, *args: Any, **kwargs: Any) -> Any:
        shown = view(input, *args, **kwargs)
        return clone_ordered(shown) if isinstance(shown, Tensor) else tuple(clone_ordered(x) for x in shown)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"A copy of what `{name.removesuffix('_copy')}` shows."
    return function


def _several(function: Callable[..., Any]) -> Callable[..., Any]:
    """With `out=` the results are written into tensors and nothing is returned, as in PyTorch."""
    def written(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        value = function(*args, **kwargs)
        if out is None:
            return value
        result_into(tuple(out), value)
        return None

    written.takes_out = True  # type: ignore[attr-defined]
    return update_wrapper(written, function)


SEVERAL = {"split_copy", "split_with_sizes_copy", "unbind_copy"}
COPIES = {name: (_several if name in SEVERAL else with_out)(_copying(name, view)) for name, view in VIEWS.items()}
narrow_copy = _copying("narrow_copy", _narrowed)
