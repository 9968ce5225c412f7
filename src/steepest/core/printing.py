"""The text of tensors, character for character as PyTorch writes it.

The text of a tensor is one template, made from its shape alone, into which all shown numbers go at once: PyTorch gives
every number of a tensor the same format, so rows of one tensor differ only in the numbers. The format follows from the
numbers that are shown and not zero: whole numbers get a bare point, a range over 1000, above 1e8 or below 1e-4 gets
exponents, everything else `precision` digits.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from steepest.errors import text

__all__ = [
    "format_tensor",
    "get_printoptions",
    "parameter_text",
    "printoptions",
    "set_printoptions",
    "sparse_text",
    "tensor_text",
]

# The dtype that a text need not name; `set_default_dtype` writes it.
default_dtype_name = "float32"


@dataclasses.dataclass
class PrintOptions:
    """What `set_printoptions` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


options = PrintOptions()

PROFILES: dict[str, dict[str, float]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How tensors are printed: digits, number of elements from which the middle is left out, how many stay, line width.

    `sci_mode` is set at every call, as in PyTorch: left out, the numbers decide. Raises ValueError for an unknown profile.

    >>> set_printoptions(precision=2)
    >>> set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(text("print-profile", seen=profile, known=", ".join(map(repr, PROFILES))))
        for name, value in PROFILES[profile].items():
            setattr(options, name, value)
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    for name, setting in given.items():
        if setting is not None:
            setattr(options, name, setting)
    options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments for `set_printoptions`."""
    return dataclasses.asdict(options)


@contextmanager
def printoptions(**changed: Any) -> Iterator[None]:
    """Print options for a `with` block.

    >>> with printoptions(precision=2):
    ...     print(tensor_text(np.float32([0.123, 4.5])))
    tensor([0.12, 4.50])
    """
    before = get_printoptions()
    set_printoptions(**changed)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_text(
    array: np.ndarray,
    dtype: object = None,
    *,
    requires_grad: bool = False,
    grad_fn_name: str | None = None,
    name: str = "tensor",
    indent: int = 0,
) -> str:
    """The text of a tensor whose numbers `array` holds; `dtype` is the array's by default, `name` stands before the bracket.

    `indent` columns stand before the text on its first line.

    >>> tensor_text(np.float32([1, 2.5]), requires_grad=True)
    'tensor([1.0000, 2.5000], requires_grad=True)'
    """
    dtype_name = dtype_text(array if dtype is None else dtype)
    inner = indent + len(name) + 1
    suffixes = []
    if array.size == 0:
        # An empty list shows one dimension, and of no numbers one cannot tell the dtype.
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        if dtype_name != default_dtype_name:
            suffixes.append(f"dtype=torch.{dtype_name}")
    else:
        if not options.edgeitems:
            suffixes.append(f"size={array.shape}")
        if not evident(dtype_name):
            suffixes.append(f"dtype=torch.{dtype_name}")
    suffixes += gradient_suffix(requires_grad, grad_fn_name)
    return with_suffixes(f"{name}({numbers_text(array, inner)}", suffixes, inner)


def sparse_text(
    indices: np.ndarray, values: np.ndarray, size: Sequence[int], *, requires_grad: bool = False, grad_fn_name: str | None = None
) -> str:
    """The text of a sparse COO tensor with `indices` `(sparse_dim, nnz)` and `values` `(nnz, *)`."""
    indent = len("tensor(")
    parts = []
    for label, array in (("indices=tensor(", indices), ("values=tensor(", values)):
        shape = f", size={array.shape}" if array.size == 0 else ""
        parts.append(f"{label}{numbers_text(array, indent + len(label))}{shape})")
    suffixes = [f"size={tuple(size)}", f"nnz={values.shape[0]}"]
    dtype_name = dtype_text(values)
    if not evident(dtype_name):
        suffixes.append(f"dtype=torch.{dtype_name}")
    suffixes += ["layout=torch.sparse_coo", *gradient_suffix(requires_grad, grad_fn_name)]
    first, second = parts
    return with_suffixes(f"tensor({first},\n{' ' * indent}{second}", suffixes, indent, on_new_line=True)


def parameter_text(inner: str) -> str:
    """The text of a parameter whose tensor's text is `inner`."""
    return f"Parameter containing:\n{inner}"


def format_tensor(array: np.ndarray, specification: str, whole_text: str, type_name: str = "Tensor") -> str:
    """What `f"{t:specification}"` gives: a tensor of one number and no dimension formats as that number, others as their text.

    Raises TypeError for a specification with a tensor that has dimensions, or that is a parameter: `whole_text` takes none.
    """
    if array.ndim == 0 and type_name == "Tensor":
        return format(array.item(), specification)
    if specification:
        raise TypeError(text("format-tensor", specification=specification, type=type_name, shape=array.shape))
    return whole_text


def dtype_text(of: object) -> str:
    """PyTorch's name without `torch.`, of an array or of a dtype of ours or NumPy's."""
    if isinstance(of, np.ndarray):
        of = of.dtype
    return str(of).removeprefix("torch.")


def evident(dtype_name: str) -> bool:
    """Whether numbers of this dtype are recognised from their text."""
    complex_name = "complex128" if default_dtype_name == "float64" else "complex64"
    return dtype_name in (default_dtype_name, complex_name, "int64", "bool")


def gradient_suffix(requires_grad: bool, grad_fn_name: str | None) -> list[str]:
    if grad_fn_name is not None:
        return [f"grad_fn=<{grad_fn_name}>"]
    return ["requires_grad=True"] if requires_grad else []


def with_suffixes(body: str, suffixes: list[str], indent: int, on_new_line: bool = False) -> str:
    """`body` followed by its suffixes, each on the same line where the width allows, and the closing bracket."""
    column = len(body) - body.rfind("\n") + 1
    for suffix in suffixes:
        if on_new_line or column + len(suffix) + 2 > options.linewidth:
            body += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
            on_new_line = False
        else:
            body += ", " + suffix
            column += len(suffix) + 2
    return body + ")"


def numbers_text(array: np.ndarray, indent: int) -> str:
    """The bracketed numbers of `array`; lines after the first start at column `indent` and beyond."""
    if array.size == 0:
        return "[]"
    summarized = array.size > options.threshold
    measured = shown_elements(array, measuring=True) if summarized else array
    shown = shown_elements(array) if summarized else array
    if array.dtype.kind == "c":
        real_element, real_width = number_format(measured.real)
        # The imaginary part always has its sign, which joins the two parts, and stands without padding.
        imaginary_element, imaginary_width = number_format(measured.imag, signed=True)
        element, width = f"{real_element}{imaginary_element}j", real_width + imaginary_width + 1
        part = np.float32 if array.dtype.itemsize == 8 else np.float64
        shown = np.ascontiguousarray(shown).reshape(-1).view(part)
    else:
        element, width = number_format(measured)
        if array.dtype.kind not in "biu":
            shown = shown.astype(np.float64)
    template = element if array.ndim == 0 else brackets(array.shape, summarized, element, width, indent)
    return template % tuple(shown.reshape(-1).tolist())


def number_format(values: np.ndarray, signed: bool = False) -> tuple[str, int]:
    """The `%` format of one element and its width, as the shown `values` demand; `signed` ones carry + or - and no padding."""
    if values.dtype.kind in "biu":
        extremes = [values.min(), values.max()] if values.size else []
        width = max((len(str(value)) for value in extremes), default=1)
        return f"%{width}{'s' if values.dtype.kind == 'b' else 'd'}", width
    values = values.astype(np.float64).reshape(-1)
    flag, conversion, width = float_format(values[np.isfinite(values) & (values != 0)])
    return f"%{flag}{'+' if signed else width}{conversion}", width


def float_format(values: np.ndarray) -> tuple[str, str, int]:
    """Flag, conversion (`.4f`, `.4e`, or `.0f` with the flag `#` for whole numbers) and width for finite, nonzero `values`."""
    if not values.size:
        return "#", ".0f", 1
    magnitudes = np.abs(values)
    least, greatest = float(magnitudes.min()), float(magnitudes.max())
    exponents = options.sci_mode
    if exponents is None:
        exponents = greatest / least > 1000.0 or greatest > 1.0e8 or least < 1.0e-4
    flag, conversion = "", f".{options.precision}{'e' if exponents else 'f'}"
    if not exponents and (values == np.ceil(values)).all():
        flag, conversion = "#", ".0f"
    # Texts of one conversion grow with the magnitude (exponents: away from one), so the extremes of either sign are the widest.
    extremes = [extreme(part) for part in (values[values > 0], values[values < 0]) if part.size for extreme in (np.min, np.max)]
    return flag, conversion, max(len(f"%{flag}{conversion}" % value) for value in extremes)


def brackets(shape: tuple[int, ...], summarized: bool, element: str, width: int, indent: int) -> str:
    """The template of the nested lists of `shape`, with `element` in the place of every shown number."""
    count, edge = shape[0], options.edgeitems
    cut = summarized and count > 2 * edge
    if len(shape) == 1:
        items = [element] * edge + [" ..." if edge else "..."] + [element] * edge if cut else [element] * count
        per_line = max(1, math.floor((options.linewidth - indent) / (width + 2)))
        lines = [", ".join(items[start : start + per_line]) for start in range(0, len(items), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    inner = brackets(shape[1:], summarized, element, width, indent + 1)
    slices = [inner] * edge + ["..."] + [inner] * edge if cut else [inner] * count
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(slices) + "]"


def shown_elements(array: np.ndarray, measuring: bool = False) -> np.ndarray:
    """The first and last `edgeitems` along every dimension.

    With `edgeitems` zero nothing is shown, but PyTorch still measures all of a vector: `measuring` asks for that.
    """
    edge = options.edgeitems
    if measuring and not edge and array.ndim == 1:
        return array
    for axis, count in enumerate(array.shape):
        if count > 2 * edge:
            array = np.take(array, [*range(edge), *range(count - edge, count)], axis=axis)
    return array
