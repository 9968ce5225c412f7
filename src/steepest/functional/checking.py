"""What compiled programs check while they run: `torch._check` and its kind, which packages call in eager code, too."""

from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["FUNCTIONS"]

KINDS: dict[str, type[Exception]] = {"": RuntimeError, "_index": IndexError, "_value": ValueError, "_type": TypeError,
                                     "_not_implemented": NotImplementedError}


def _assert_async(input: Tensor, assert_msg: str | None = None) -> None:
    """RuntimeError with the message where the only element is zero."""
    if not bool(input):
        raise RuntimeError(assert_msg or text("check-element"))


def _check_with(error_type: type[Exception], cond: Any, message: Callable[[], Any] | None = None) -> None:
    """An error of this class, with what `message()` says, unless `cond` is True."""
    if not isinstance(cond, bool):
        raise TypeError(text("check-bool", kind="a Tensor" if isinstance(cond, Tensor) else type(cond)))
    if not cond:
        raise error_type(str(message()) if message else text("check-false"))


def _check_tensor_all_with(error_type: type[Exception], cond: Any, message: Callable[[], Any] | None = None) -> None:
    """An error of this class unless all elements are True."""
    if not isinstance(cond, Tensor):
        raise TypeError(text("check-tensor", kind=type(cond)))
    _check_with(error_type, bool(cond.all()), message)


def _check_tensor_all(cond: Any, message: Callable[[], Any] | None = None) -> None:
    """RuntimeError unless all elements are True."""
    _check_tensor_all_with(RuntimeError, cond, message)


def _check_is_size(i: Any, message: Callable[[], Any] | None = None, *, max: Any = None) -> None:
    """RuntimeError unless a number can be a size."""
    _check_with(RuntimeError, bool(i >= 0 and (max is None or i <= max)), message)


def _checking(kind: type[Exception]) -> Callable[..., None]:
    def check(cond: Any, message: Callable[[], Any] | None = None) -> None:
        _check_with(kind, cond, message)

    check.__doc__ = f"{kind.__name__} with what `message()` says unless `cond` is True."
    return check


FUNCTIONS: dict[str, Callable[..., None]] = {f"_check{name}": _checking(kind) for name, kind in KINDS.items()} | {
    f.__name__: f for f in (_assert_async, _check_with, _check_tensor_all_with, _check_tensor_all, _check_is_size)}
