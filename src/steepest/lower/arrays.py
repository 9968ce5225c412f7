"""Native functions over NumPy arrays, called with the arrays themselves.

An argument is the array object; the machine code reads address, sizes and strides where NumPy's C interface fixes them (its macros
`PyArray_DATA`, `PyArray_DIM`, `PyArray_STRIDE` are inlined in every extension module). So a call costs a tenth of a microsecond an
array instead of a whole one for `array.ctypes.data`. Whoever calls answers for dtypes and layouts.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from steepest.lower import machine
from steepest.lower.text import Function, Index, module

__all__ = ["address", "array_function", "array_functions", "data", "dimensions", "quick_function", "size", "stride"]

DATA = object.__basicsize__
PLAIN = 16
"""Bytes of an object's head where the first eight count its references and nothing else: builds without Python's lock have more."""
NDIM, SIZES, STRIDES = DATA + 8, DATA + 16, DATA + 24
KINDS: dict[str, tuple[str, Any]] = {
    "array": ("ptr", ctypes.py_object), "int": ("i64", ctypes.c_int64), "float": ("double", ctypes.c_double)}


def _field(f: Function, array: str, offset: int) -> str:
    at = f.pure(f"getelementptr i8, ptr {array}, i64 {offset}")
    return f.remember(f"field {array} {offset}", lambda: f.op(f"load ptr, ptr {at}"))


def data(f: Function, array: str) -> str:
    """The address of an array's first element."""
    return _field(f, array, DATA)


def dimensions(f: Function, array: str) -> str:
    """How many dimensions an array has."""
    at = f.pure(f"getelementptr i8, ptr {array}, i64 {NDIM}")
    return f.remember(f"ndim {array}", lambda: f.op(f"sext i32 {f.op(f'load i32, ptr {at}')} to i64"))


def size(f: Function, array: str, dim: Index) -> str:
    """How many elements a dimension has."""
    return _word(f, array, SIZES, dim)


def stride(f: Function, array: str, dim: Index) -> str:
    """The bytes from one element of a dimension to the next."""
    return _word(f, array, STRIDES, dim)


def _word(f: Function, array: str, offset: int, dim: Index) -> str:
    base = _field(f, array, offset)
    return f.remember(f"word {base} {dim}", lambda: f.op(f"load i64, ptr {f.gep(base, dim, 'int64')}"))


def array_functions(functions: Sequence[tuple[Function, Sequence[str]]]) -> list[Callable[..., None]]:
    """Callables of functions of one module; each with the kinds of its parameters: "array", "int" or "float"."""
    names = [f.name for f, _ in functions]
    native = machine.compile_text(module([f for f, _ in functions]), names)
    return [native.function(*[KINDS[k][1] for k in kinds], name=f.name) for f, kinds in functions]


def array_function(name: str, parameters: Sequence[tuple[str, str]], write: Callable[[Function], None]) -> Callable[..., None]:
    """One function: `parameters` are (name, kind), `write` fills its text; RuntimeError where there is no native code."""
    f = Function(name, [f"{KINDS[kind][0]} %{label}" for label, kind in parameters])
    write(f)
    return array_functions([(f, [kind for _, kind in parameters])])[0]


class _Method(ctypes.Structure):
    """CPython's `PyMethodDef`."""

    _fields_ = (("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("text", ctypes.c_char_p))


FASTCALL = 0x80
"""`METH_FASTCALL`: a function is given its object, the address of its arguments, and how many they are."""
_alive: list[Any] = []


def quick_function(name: str, arrays: Sequence[str], write: Callable[[Function], None]) -> Callable[..., Any]:
    """A function of arrays alone that gives back the last one, as a builtin function of Python: a call costs a tenth of one by ctypes.

    It keeps Python's lock, and is for what takes a few microseconds at most. RuntimeError where there is no native code.
    """
    if PLAIN != DATA:
        slow = array_function(name, [(label, "array") for label in arrays], write)

        def call(*given: Any) -> Any:
            slow(*given)
            return given[-1]

        return call
    f = Function(name + ".body", [f"ptr %{label}" for label in arrays], internal=True, attributes="alwaysinline")
    write(f)
    taken = [f"%p{k} = getelementptr ptr, ptr %args, i64 {k}\n  %a{k} = load ptr, ptr %p{k}" for k in range(len(arrays))]
    last = f"%a{len(arrays) - 1}"
    entry = "\n  ".join([
        f"define ptr @{name}(ptr %self, ptr %args, i64 %count) {{\nentry:", *taken,
        f"call void @{name}.body({', '.join(f'ptr %a{k}' for k in range(len(arrays)))})",
        f"%held = load i64, ptr {last}", "%more = add i64 %held, 1", f"store i64 %more, ptr {last}", f"ret ptr {last}"]) + "\n}\n"
    native = machine.compile_text(module([f]) + entry, name)
    method = _Method(name.encode(), native.address, FASTCALL, None)
    _alive.append((native, method))
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(("PyCFunction_NewEx", ctypes.pythonapi))
    made: Callable[..., Any] = make(ctypes.addressof(method), None, None)
    return made


def address(f: Function, base: str, *terms: tuple[Index, Index]) -> str:
    """`base` plus the products of index and bytes."""
    for index, step in terms:
        offset = f.mul(index, step)
        if offset != 0:
            base = f.pure(f"getelementptr i8, ptr {base}, i64 {offset}")
    return base
