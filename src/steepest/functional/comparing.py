"""`torch.testing.assert_close`: what differs between two results, where, and by how much."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

from steepest.core.dtype import promote_types
from steepest.core.reading import read
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import as_tensor
from steepest.functional.neural.warning import warn

__all__ = ["assert_allclose", "assert_close"]

TOLERANCES = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
              "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7)}
"""Relative and absolute; 0 for the other dtypes."""
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Comparison:
    """How two results are compared, and what is said of them."""

    rtol: float | None
    atol: float | None
    equal_nan: bool
    checks: frozenset[str]
    allow_subclasses: bool
    msg: str | Callable[[str], str] | None

    def differ(self, said: str, path: str) -> None:
        """Raise what was found at a place inside the results."""
        full = said + (f"\n\nThe failure occurred for item {path}" if path else "")
        raise AssertionError(full if not self.msg else self.msg if isinstance(self.msg, str) else self.msg(full))

    def compare(self, actual: Any, expected: Any, path: str = "") -> None:
        """Compare two containers, numbers, tensors or arrays."""
        if isinstance(actual, Mapping) and isinstance(expected, Mapping):
            self.mappings(actual, expected, path)
        elif _sequence(actual) and _sequence(expected):
            if len(actual) != len(expected):
                self.differ(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", path)
            for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
                self.compare(a, e, f"{path}[{i}]")
        elif actual is None or expected is None:
            if actual is not expected:
                self.differ(f"None mismatch: {actual} is not {expected}", path)
        elif isinstance(actual, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_)):
            if bool(actual) != bool(expected):
                self.differ(f"Booleans mismatch: {actual} is not {expected}", path)
        elif isinstance(actual, (Number, np.number)) and isinstance(expected, (Number, np.number)):
            self.numbers(actual, expected, path)
        elif self.alike(actual, expected):
            self.tensors(as_tensor(actual), as_tensor(expected), path)
        else:
            raise TypeError(text("no-comparison", actual=type(actual), expected=type(expected)))

    def alike(self, actual: Any, expected: Any) -> bool:
        """Whether these are tensors, or arrays, that may be compared."""
        if not isinstance(actual, (Tensor, np.ndarray)) or not isinstance(expected, (Tensor, np.ndarray)):
            return False
        related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
        return related and (self.allow_subclasses or type(actual) is type(expected))

    def mappings(self, actual: Mapping[Any, Any], expected: Mapping[Any, Any], path: str) -> None:
        missing, additional = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        if missing or additional:
            self.differ("The keys of the mappings do not match:\n"
                        f"Missing keys in the actual mapping: {_in_order(missing)}\n"
                        f"Additional keys in the actual mapping: {_in_order(additional)}", path)
        for key in _in_order(expected):
            self.compare(actual[key], expected[key], f"{path}[{key!r}]")

    def numbers(self, actual: Any, expected: Any, path: str) -> None:
        if "dtype" in self.checks and type(actual) is not type(expected):
            self.differ(f"The (d)types do not match: {type(actual)} != {type(expected)}.", path)
        a, e = as_tensor(actual), as_tensor(expected)
        kinds = {"int64": "int64", "bool": "int64", "complex64": "complex128"}
        relative, absolute = self.tolerances([kinds.get(x.dtype.name, "float64") for x in (a, e)])
        if actual == expected or self.equal_nan and actual != actual and expected != expected:
            return
        if not abs(actual - expected) <= absolute + relative * abs(expected) or not abs(actual - expected) < float("inf"):
            self.differ(_of_scalars(actual, expected, relative, absolute), path)

    def tensors(self, actual: Tensor, expected: Tensor, path: str) -> None:
        for name in ("shape", "layout", "device", "dtype", "stride"):
            found, wanted = (x.stride() if name == "stride" else getattr(x, name) for x in (actual, expected))
            if name in self.checks and found != wanted:
                self.differ(f"The values for attribute '{name}{'()' if name == 'stride' else ''}' do not match: {found} != {wanted}.", path)
        relative, absolute = self.tolerances([actual.dtype.name, expected.dtype.name])
        common = promote_types(actual.dtype, expected.dtype)
        a, e = read(actual.detach().to(common)), read(expected.detach().to(common))
        with np.errstate(all="ignore"):
            close = np.isclose(a, e, relative, absolute, self.equal_nan)
            if close.all():
                return
            said = _of_scalars(a.item(), e.item(), relative, absolute) if not a.ndim else _of_tensors(a, e, close, relative, absolute)
        self.differ(said, path)

    def tolerances(self, names: list[str]) -> tuple[float, float]:
        """The tolerances given, or else the larger ones of these dtypes."""
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        relative, absolute = (max(x) for x in zip(*(TOLERANCES.get(n, (0.0, 0.0)) for n in names), strict=True))
        return relative, absolute


def _sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, (str, bytes))


def _in_order(keys: Iterable[Any]) -> list[Any]:
    try:
        return sorted(keys)
    except TypeError:
        return list(keys)


def _of_scalars(actual: Any, expected: Any, relative: float, absolute: float) -> str:
    difference = abs(actual - expected)
    share = difference / abs(expected) if expected else float("inf")
    exact = relative == absolute == 0
    return (f"Scalars are not {'equal' if exact else 'close'}!\n\nExpected {expected} but got {actual}.\n"
            f"Absolute difference: {difference}{_allowed(absolute, exact)}\nRelative difference: {share}{_allowed(relative, exact)}")


def _of_tensors(a: Array, e: Array, close: Array, relative: float, absolute: float) -> str:
    if a.dtype.kind == "b":
        a, e = a.astype(np.int8), e.astype(np.int8)
    difference = np.where(close, 0, np.abs(np.where(a > e, a - e, e - a) if a.dtype.kind in "iu" else a - e))
    share = np.where(close, 0, difference / np.abs(e.astype(np.float32) if a.dtype.kind in "iu" else e))
    exact = relative == absolute == 0
    lines = [f"Tensor-likes are not {'equal' if exact else 'close'}!\n",
             f"Mismatched elements: {(~close).sum()} / {close.size} ({(~close).mean():.1%})"]
    for kind, values, most in (("absolute", difference, absolute), ("relative", share, relative)):
        at = np.unravel_index(np.argmax(values), values.shape)
        lines.append(f"Greatest {kind} difference: {values[at].item()} at index {tuple(map(int, at))}{_allowed(most, exact)}")
    return "\n".join(lines)


def _allowed(most: float, exact: bool) -> str:
    return "" if exact else f" (up to {most} allowed)"


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """AssertionError unless shapes and dtypes are equal and `|actual - expected| <= atol + rtol * |expected|` everywhere.

    Tensors, arrays, numbers, None, and sequences and mappings of them; `rtol` and `atol` follow from the dtypes unless both are given
    (ValueError where one is). `msg` takes the place of what is said, or is called with it. TypeError for what cannot be compared.
    """
    if (rtol is None) != (atol is None):
        raise ValueError(text("tolerances-both", missing="rtol" if rtol is None else "atol"))
    checks = {"shape", *(n for n, on in (("device", check_device), ("dtype", check_dtype), ("layout", check_layout),
                                         ("stride", check_stride)) if on)}
    Comparison(rtol, atol, equal_nan, frozenset(checks), allow_subclasses, msg).compare(actual, expected)


def assert_allclose(actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, equal_nan: bool = True,
                    msg: str = "") -> None:
    """`assert_close` as it was: dtypes may differ, NaN is equal to NaN."""
    warn(text("assert-allclose"), FutureWarning)
    assert_close(as_tensor(actual), as_tensor(expected), rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)
