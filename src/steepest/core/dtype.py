"""Element types, their order in promotion, and the default floating type.

Promotion follows PyTorch: tensors with dimensions decide before 0-dim tensors, those before Python numbers, and a lower rank
decides only when its category (bool < integer < float < complex) is higher.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.errors import outside, text

__all__ = ["converted", "dtype", "from_numpy", "get_default_dtype", "promote_types", "set_default_dtype"]

BOOL, INTEGER, FLOATING, COMPLEX = range(4)


class Scalar:
    """Stands in a signature for a 0-dim tensor: it decides only where its category is higher."""

    __slots__ = ("dtype",)

    def __init__(self, of: "dtype"):
        self.dtype = of


class dtype:
    """The type of a tensor's elements; there is one object for each type, compared by identity."""

    __slots__ = ("category", "is_complex", "is_floating_point", "is_signed", "itemsize", "name", "numpy", "rank", "scalar")

    def __init__(self, name: str, numpy_name: str | None, category: int, itemsize: int, rank: int, signed: bool = True):
        self.name, self.category, self.itemsize, self.rank = name, category, itemsize, rank
        self.numpy: Any = np.dtype(numpy_name) if numpy_name else None
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_signed = signed
        self.scalar = Scalar(self)

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)

    def to_complex(self) -> "dtype":
        """The complex type whose parts have this type."""
        return complex128 if self.name in ("float64", "complex128") else complex64

    def to_real(self) -> "dtype":
        """The type of the parts of a complex type; other types are returned unchanged."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)


bool_ = dtype("bool", "bool", BOOL, 1, 0, signed=False)
uint8 = dtype("uint8", "uint8", INTEGER, 1, 1, signed=False)
int8 = dtype("int8", "int8", INTEGER, 1, 2)
int16 = dtype("int16", "int16", INTEGER, 2, 3)
int32 = dtype("int32", "int32", INTEGER, 4, 4)
int64 = dtype("int64", "int64", INTEGER, 8, 5)
bfloat16 = dtype("bfloat16", None, FLOATING, 2, 6)
float16 = dtype("float16", "float16", FLOATING, 2, 6)
float32 = dtype("float32", "float32", FLOATING, 4, 7)
float64 = dtype("float64", "float64", FLOATING, 8, 8)
complex64 = dtype("complex64", "complex64", COMPLEX, 8, 9)
complex128 = dtype("complex128", "complex128", COMPLEX, 16, 10)

ALL = (bool_, uint8, int8, int16, int32, int64, bfloat16, float16, float32, float64, complex64, complex128)
HALVES = (float16, bfloat16)
"""Types that operations compute as float32 and round once."""
converters: list[Callable[[Any, Any], Any]] = []
"""Native code for `converted`, or None where it has none; the layer that compiles puts its function here."""
NAMED = (
    dtype("uint16", None, INTEGER, 2, 1, signed=False), dtype("uint32", None, INTEGER, 4, 1, signed=False),
    dtype("uint64", None, INTEGER, 8, 1, signed=False), dtype("complex32", None, COMPLEX, 4, 9),
    *[dtype(f"float8_{kind}", None, FLOATING, 1, 6) for kind in ("e4m3fn", "e5m2", "e4m3fnuz", "e5m2fnuz", "e8m0fnu")],
    dtype("float4_e2m1fn_x2", None, FLOATING, 1, 6),
)
"""Types that programs name and compare, and that no tensor has."""
GROUPS = {"bool": (bool_,), "integers": (uint8, int8, int16, int32, int64), "halves": HALVES, "floats": (float32, float64),
          "complex": (complex64, complex128)}
ALIASES = {"float": float32, "double": float64, "half": float16, "long": int64, "int": int32, "short": int16,
           "cfloat": complex64, "cdouble": complex128, "bool": bool_}
PYTHON = {bool: bool_, int: int64, float: float64, complex: complex128}
"""What Python's own types stand for where a dtype is asked for."""
_by_numpy = {d.numpy: d for d in ALL if d.numpy is not None}


def named(name: str) -> dtype:
    """The type called `name`, without the prefix `torch.`."""
    return next(d for d in (*ALL, *NAMED) if d.name == name)


def asked(of: Any) -> Any:
    """The dtype that a program names by a dtype or by Python's `float` and the like; None stays. TypeError for anything else."""
    if of is None or of.__class__ is dtype:
        return of
    if of.__class__ is not type or of not in PYTHON:
        raise TypeError(text("dtype-kind", kind=type(of).__name__))
    return PYTHON[of]


def these(groups: str) -> frozenset[dtype]:
    """The types of some groups, such as "bool complex"; single types by their names."""
    return frozenset(d for word in groups.split() for d in GROUPS.get(word) or (named(word),))


def _load_bfloat16() -> None:
    """bfloat16 is not NumPy's own: the type comes from ml_dtypes at its first use."""
    import ml_dtypes

    bfloat16.numpy = np.dtype(ml_dtypes.bfloat16)
    _by_numpy[bfloat16.numpy] = bfloat16


def numpy_dtype(of: dtype) -> Any:
    """The NumPy type that holds elements of type `of`; TypeError for one that no tensor has."""
    if of.numpy is None:
        if of is not bfloat16:
            raise TypeError(outside.told("torch", of.name))
        _load_bfloat16()
    return of.numpy


def float_limits(of: dtype) -> Any:
    """What NumPy's `finfo` says of a floating type, or of the parts of a complex one."""
    if of in NAMED and of.is_floating_point:
        import ml_dtypes

        return ml_dtypes.finfo(of.name.removesuffix("_x2"))
    kind = numpy_dtype(of.to_real())
    if of is not bfloat16:
        return np.finfo(kind)
    import ml_dtypes

    return ml_dtypes.finfo(kind)


def from_numpy(of: Any) -> dtype:
    """The type for a NumPy dtype; raises TypeError for those that tensors do not have."""
    try:
        return _by_numpy[of]
    except KeyError:
        of = np.dtype(of)
        native = of.newbyteorder("=")
        if native in _by_numpy:
            return _by_numpy[native]
        if of.name == "bfloat16":
            _load_bfloat16()
            return bfloat16
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{of.name}_. The only supported types are: float64, float32, float16, "
            "complex64, complex128, int64, int32, int16, int8, uint8, and bool."
        ) from None


_default = float32


def get_default_dtype() -> dtype:
    """The type of floating-point tensors made from Python numbers (float32 unless set)."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the default floating-point type; raises TypeError for other types."""
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, got {d}")
    _default = d


def _promote(a: dtype, b: dtype) -> dtype:
    if a is b:
        return a
    if a.rank > b.rank:
        a, b = b, a
    if b.category == COMPLEX and a.category in (FLOATING, COMPLEX):
        return complex128 if float64 in (a, b) or complex128 in (a, b) else complex64
    if b is float16 or b is bfloat16:
        return float32 if a is float16 or a is bfloat16 else b
    if a is uint8 and b is int8:
        return int16
    return b


PROMOTED = {(a, b): _promote(a, b) for a in ALL for b in ALL}


def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest type that holds both, by PyTorch's lattice."""
    return PROMOTED.get((a, b)) or PROMOTED[asked(a), asked(b)]


def of_number(value: Any) -> dtype:
    """The type a Python number has in promotion."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    return _default.to_complex() if isinstance(value, complex) else _default


TYPE_NAMES = {"float32": "FloatTensor", "float64": "DoubleTensor", "float16": "HalfTensor", "bfloat16": "BFloat16Tensor",
              "int64": "LongTensor", "int32": "IntTensor", "int16": "ShortTensor", "int8": "CharTensor", "uint8": "ByteTensor",
              "bool": "BoolTensor", "complex64": "ComplexFloatTensor", "complex128": "ComplexDoubleTensor"}
"""What tensors of a dtype were called in PyTorch's early days, and are in its errors."""


def converted(array: Any, to: Any) -> Any:
    """An array in another NumPy dtype."""
    if array.itemsize == 2 or to.itemsize == 2:
        for convert in converters:
            found = convert(array, to)
            if found is not None:
                return found
    return array.astype(to)
