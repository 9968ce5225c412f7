"""The other names under which PyTorch's functions take their arguments: NumPy's, and those of the compiled signatures.

PyTorch's parser of arguments knows `axis` for `dim` and `keepdims` for `keepdim` in every function, and what is written `*size` here may
be given there as `size=`. Usual names cost one step of Python more: the tables are looked at where a call has failed.
"""

import sys
from collections.abc import Callable, Mapping
from functools import update_wrapper
from inspect import CO_VARARGS, Parameter, signature, unwrap
from typing import Any

from steepest.core.overriding import stranger

NUMPY = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
"""NumPy's names, in every function that has an argument of the second name and none of the first."""
STARRED = ("size", "dims", "repeats", "shape")
"""Names of an argument that is given here as one sequence or as several numbers."""
SPLITS = {"indices": "indices_or_sections", "sections": "indices_or_sections"}
SWAPS = {"dim0": "axis0", "dim1": "axis1"}
OWN: dict[str, dict[str, str]] = {
    "max": {"other": "dim"}, "min": {"other": "dim"}, "heaviside": {"values": "other"}, "heaviside_": {"values": "other"},
    "split": {"split_size": "split_size_or_sections", "tensor": "input"}, "unsafe_split_with_sizes": {"split_sizes": "split_size"},
    "tensor_split": SPLITS, "hsplit": SPLITS, "vsplit": SPLITS, "dsplit": SPLITS, "swapdims": SWAPS, "swapdims_": SWAPS,
    "unflatten": {"sizes": "sizes_"}, "uniform_": {"from": "a", "to": "b"}, "copy_": {"other": "src"},
    "promote_types": {"type1": "a", "type2": "b"}, "result_type": {"tensor": "a", "tensor1": "a", "tensor2": "b", "other": "b"},
    "cholesky_solve": {"input2": "L"}, "orgqr": {"input2": "tau"}, "ormqr": {"input2": "tau", "input3": "other"},
    "matrix_rank": {"input": "A"}, "lstsq": {"b": "B"}, "tensorsolve": {"other": "B"},
}
"""Further names, by function."""
BY_PLACE = {"view": ("size", "dtype"), "type": ("dtype",)}
"""Names of arguments that are given here by their places, by function."""


def call_again(function: Callable[..., Any], name: str, args: tuple[Any, ...], given: Mapping[str, Any]) -> Any:
    """The call that has just raised the error in hand, under the names that the function has; the error where it has these already."""
    if not given or isinstance(sys.exception(), AttributeError):
        raise
    parameters = signature(function).parameters
    allowed = {p.name for p in parameters.values() if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)}
    first = next(iter(parameters), "")
    places = BY_PLACE.get(name, tuple(p.name for p in parameters.values() if p.kind is Parameter.VAR_POSITIONAL and p.name in STARRED))
    own, named, placed = OWN.get(name, {}), dict[str, Any](), dict[int, Any]()
    for key, value in given.items():
        known = own.get(key) or (key if key in allowed else NUMPY.get(key, key))
        if key in places:
            placed[places.index(key)] = value
        else:
            named[first if known == "input" and "input" not in parameters else known] = value
    if not named.keys() <= allowed or not placed and named.keys() == given.keys():
        raise
    if placed and first in named:
        args = (named.pop(first), *args)
    return function(*args, *[placed[place] for place in sorted(placed)], **named)


def other_names(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, taking its arguments under their other names as well."""
    def named(*args: Any, **given: Any) -> Any:
        try:
            return function(*args, **given)
        except (AttributeError, TypeError):
            value = stranger(named, args, given)
            return call_again(function, name, args, given) if value is NotImplemented else value

    return update_wrapper(named, function)


def has_other_names(function: Any, name: str) -> bool:
    """Whether a name in the tables above stands for an argument of the function."""
    code = getattr(unwrap(function) if callable(function) else function, "__code__", None)
    if code is None:
        return False
    named = code.co_argcount + code.co_kwonlyargcount
    starred = code.co_varnames[named] if code.co_flags & CO_VARARGS else None
    return name in OWN or name in BY_PLACE or starred in STARRED or not {"dim", "keepdim"}.isdisjoint(code.co_varnames[:named])
