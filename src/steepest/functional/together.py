"""One operation on each tensor of a list: `torch._foreach_add_(parameters, gradients, alpha=-0.1)` and its kind.

Optimizers outside of PyTorch call these, although their names begin with an underscore. On the CPU they are the loop that they stand for.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["FUNCTIONS"]

OF_ONE = """abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round rsqrt sigmoid
sign sin sinh sqrt tan tanh trunc"""
OF_SEVERAL = "add sub mul div pow lerp addcmul addcdiv clamp_max clamp_min maximum minimum"
"""Operations with further operands: a list of tensors, a list or vector of numbers, or one number for all."""
METHODS = {"maximum": "clamp_min", "minimum": "clamp_max"}
"""Methods that bear another name, since the second operand may be a number."""
TO_ONE = {"max": "max", "clone": "clone", "mm": "mm"}


def _column(given: Any, count: int) -> Sequence[Any]:
    """What is given for each of the tensors."""
    if isinstance(given, Tensor) and given.ndim == 1:
        given = given.tolist()
    if isinstance(given, Tensor) and given.ndim:
        raise RuntimeError(text("together-not-scalar", dims=given.ndim, count=given.numel()))
    if not isinstance(given, (list, tuple)):
        return [given] * count
    if len(given) != count:
        raise RuntimeError(text("together-lengths", first=count, other=len(given)))
    return given


def _checked(tensors: Sequence[Any]) -> Sequence[Any]:
    if not tensors:
        raise RuntimeError(text("together-empty"))
    return tensors


def _each(name: str, method: Callable[..., Any], numbers: str = "") -> Callable[..., Any]:
    """The function of lists; `numbers` is the name under which a factor for each tensor goes on to the method."""
    def results(self: Any, *rest: Any, **options: Any) -> tuple[Any, ...]:
        count = len(_checked(self))
        if numbers and len(rest) == 3:
            options[numbers], rest = rest[2], rest[:2]
        columns = [_column(x, count) for x in rest]
        named = {key: _column(x, count) for key, x in options.items()}
        return tuple(method(x, *[c[i] for c in columns], **{key: c[i] for key, c in named.items()}) for i, x in enumerate(self))

    results.__name__ = results.__qualname__ = f"_foreach_{name}"
    results.__doc__ = f"`{name}` of each tensor."
    return results


def _in_place(made: Callable[..., Any]) -> Callable[..., Any]:
    """The form that writes into the tensors and gives their list back."""
    def written(self: Any, *rest: Any, **options: Any) -> Any:
        made(self, *rest, **options)
        return self

    written.__name__, written.__doc__ = made.__name__, made.__doc__
    return written


def _method(name: str) -> Callable[..., Any]:
    return lambda x, *rest, **options: getattr(x, name)(*rest, **options)


def _power(self: Any, exponent: Any) -> tuple[Any, ...]:
    """`pow` of each tensor, or of one number with each tensor as its exponent."""
    return RAISED(self, exponent) if isinstance(self, (list, tuple)) else tuple(self ** x for x in _checked(exponent))


def _norm(self: Any, ord: Any = 2, dtype: Any = None) -> tuple[Any, ...]:
    """The norm of each tensor's elements."""
    return tuple(x.norm(ord, dtype=dtype) for x in _checked(self))


def _powsum(self: Any, ord: Any = 2, dtype: Any = None) -> tuple[Any, ...]:
    """The sum of the powers of each tensor's elements."""
    return tuple(x.abs().pow(ord).sum(dtype=dtype) for x in _checked(self))


def _functions() -> dict[str, Callable[..., Any]]:
    made = {name: _each(name, _method(name)) for name in (*OF_ONE.split(), *TO_ONE)}
    made |= {f"{name}_": _in_place(_each(f"{name}_", _method(f"{name}_"))) for name in (*OF_ONE.split(), "zero", "copy")}
    for name in OF_SEVERAL.split():
        numbers, method = "value" if name.startswith("addc") else "", METHODS.get(name, name)
        made[name] = _each(name, _method(method), numbers)
        made[f"{name}_"] = _in_place(_each(f"{name}_", _method(f"{method}_"), numbers))
    return made


_MADE = _functions()
RAISED = _MADE["pow"]
FUNCTIONS = {f"_foreach_{name}": function for name, function in (_MADE | {"pow": _power, "norm": _norm, "powsum": _powsum}).items()}
