"""NumPy ufuncs compiled from a definition over the namespace `m`.

    sigmoid = make_ufunc("sigmoid", lambda m, x: 1 / (1 + m.exp(-x)), ["float32"], ["float32"])

NumPy's C table gives `PyUFunc_FromFuncAndData`, which makes a ufunc from inner loops; ours run a vector at a time. What is
neither contiguous nor a whole vector passes through small buffers on the stack, so that every element goes through the same
instructions and its result depends neither on its place nor on strides. The loops leave the processor's floating-point status
as they found it, so that NumPy has nothing to warn of.
"""

import ctypes
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, itemsize, memory_type, module

__all__ = ["Loop", "loop_text", "make_ufunc"]

Loop = tuple[Sequence[str], Sequence[str]]
"""The dtype names of a loop's inputs and of its results."""

# NumPy keeps bare pointers to all of these for as long as the ufunc lives, and says nobody when it dies: they are kept for ever.
_alive: list[Any] = []

_INLINE = 150       # instructions up to which the body is copied into both loops


def _body(name: str, definition: Callable[..., Any], loop: Loop, width: int, constants: Mapping[str, Any]) -> Function:
    """One vector: loads from the inputs' pointers, the definition, stores to the outputs'."""
    inputs, outputs = loop
    places = [f"ptr %in{k}" for k in range(len(inputs))] + [f"ptr %out{k}" for k in range(len(outputs))]
    function = Function(name, places, internal=True)
    m = Scalars(function, width)
    values = [m.value(function.load(f"%in{k}", dtype, width), dtype) for k, dtype in enumerate(inputs)]
    results = definition(m, *values, **constants)
    if not isinstance(results, tuple):
        results = (results,)
    for k, (result, dtype) in enumerate(zip(results, outputs, strict=True)):
        value = m.cast(result, dtype) if isinstance(result, Value) else m.constant(result, dtype)
        function.store(value.name, f"%out{k}", dtype, width)
    function.attributes = "alwaysinline" if len(function) <= _INLINE else "noinline"
    return function


def keep_status(function: Function) -> Callable[[], None]:
    """Save the floating-point status; the function given back restores it."""
    kind = machine.processor()
    if kind == "x86_64":
        function.declare("declare void @llvm.x86.sse.stmxcsr(ptr)")
        function.declare("declare void @llvm.x86.sse.ldmxcsr(ptr)")
        saved = function.alloca("i32", align=4)
        function.do(f"call void @llvm.x86.sse.stmxcsr(ptr {saved})")
        return lambda: function.do(f"call void @llvm.x86.sse.ldmxcsr(ptr {saved})")
    if kind == "aarch64":
        function.declare("declare i64 @llvm.aarch64.get.fpsr()")
        function.declare("declare void @llvm.aarch64.set.fpsr(i64)")
        status = function.op("call i64 @llvm.aarch64.get.fpsr()")
        return lambda: function.do(f"call void @llvm.aarch64.set.fpsr(i64 {status})")
    return lambda: None


def _at(function: Function, base: str, offset: Any) -> str:
    return function.pure(f"getelementptr i8, ptr {base}, i64 {offset}")


def loop_text(name: str, definition: Callable[..., Any], loop: Loop, constants: Mapping[str, Any],
              width: int | None = None) -> list[Function]:
    """The functions of one inner loop `void name(char **args, intp *dimensions, intp *steps, void *data)`."""
    inputs, outputs = loop
    dtypes = [*inputs, *outputs]
    width = width or machine.width(max(dtypes, key=itemsize))
    body = _body(name + ".body", definition, loop, width, constants)
    function = Function(name, ["ptr %args", "ptr %dimensions", "ptr %steps", "ptr %data"])
    n = function.op("load i64, ptr %dimensions")
    with function.if_(function.op(f"icmp sgt i64 {n}, 0")):
        _loops(function, body, dtypes, len(inputs), n, width)
    return [body, function]


def _loops(function: Function, body: Function, dtypes: Sequence[str], inputs: int, n: str, width: int) -> None:
    restore = keep_status(function)
    pointers = [function.op(f"load ptr, ptr {_at(function, '%args', 8 * k)}") for k in range(len(dtypes))]
    steps = [function.op(f"load i64, ptr {_at(function, '%steps', 8 * k)}") for k in range(len(dtypes))]
    buffers = [function.alloca(memory_type(d, width)) for d in dtypes]
    bases, direct = list(pointers), "true"
    for k, dtype in enumerate(dtypes):
        fits = function.op(f"icmp eq i64 {steps[k]}, {itemsize(dtype)}")
        if k < inputs:      # one value for all: a vector of it, which the loop reads again and again
            one = function.load(pointers[k], dtype)
            function.store(function.splat(one, dtype, width), buffers[k], dtype, width)
            still = function.op(f"icmp eq i64 {steps[k]}, 0")
            bases[k] = function.op(f"select i1 {still}, ptr {buffers[k]}, ptr {pointers[k]}")
            fits = function.op(f"or i1 {fits}, {still}")
        direct = function.op(f"and i1 {direct}, {fits}")
    whole = function.op(f"and i64 {n}, -{width}")
    straight = function.op(f"select i1 {direct}, i64 {whole}, i64 0")

    def call(places: Sequence[str]) -> None:
        function.do(f"call void @{body.name}({', '.join(f'ptr {p}' for p in places)})")

    with function.loop(straight, width) as i:
        call([_at(function, base, function.mul(i, step)) for base, step in zip(bases, steps, strict=True)])
    with function.loop(n, width, start=straight) as i:
        left = function.op(f"sub i64 {n}, {i}")
        fewer = function.op(f"icmp slt i64 {left}, {width}")
        count = function.op(f"select i1 {fewer}, i64 {left}, i64 {width}")
        places = [_at(function, p, function.mul(i, s)) for p, s in zip(pointers, steps, strict=True)]
        for k in range(inputs):
            _copy(function, places[k], steps[k], buffers[k], itemsize(dtypes[k]), dtypes[k], count)
        call(buffers)
        for k in range(inputs, len(dtypes)):
            _copy(function, buffers[k], itemsize(dtypes[k]), places[k], steps[k], dtypes[k], count)
    restore()


def _copy(function: Function, source: str, step: Any, target: str, target_step: Any, dtype: str, count: str) -> None:
    kind = memory_type(dtype)
    with function.loop(count) as j:
        raw = function.op(f"load {kind}, ptr {_at(function, source, function.mul(j, step))}, align {itemsize(dtype)}")
        function.do(f"store {kind} {raw}, ptr {_at(function, target, function.mul(j, target_step))}, align {itemsize(dtype)}")


def make_ufunc(name: str, definition: Callable[..., Any], in_dtypes: Sequence[Any], out_dtypes: Sequence[Any],
               constants: Mapping[str, Any] | None = None, width: int | None = None) -> np.ufunc:
    """A ufunc of a definition over `m` with one loop (dtype names) or several (a list of lists of dtype names).

    `constants` are keyword arguments of the definition that are the same for all elements. A definition that gives a tuple
    makes a ufunc with several results. `width` is the vector's, by default the processor's; it does not change results.
    """
    several = not isinstance(in_dtypes[0], str)
    loops: list[Loop] = list(zip(in_dtypes, out_dtypes, strict=True)) if several else [(in_dtypes, out_dtypes)]
    names = [f"loop{k}" for k in range(len(loops))]
    functions = [f for label, loop in zip(names, loops, strict=True)
                 for f in loop_text(label, definition, loop, constants or {}, width)]
    native = machine.compile_text(module(functions), names, "quick")
    return _from_loops(name, native, [native.addresses[label] for label in names], loops)


def _from_loops(name: str, native: machine.Native, addresses: Sequence[int], loops: Sequence[Loop]) -> np.ufunc:
    inputs, outputs = loops[0]
    types = bytes(np.dtype(d).num for ins, outs in loops for d in [*ins, *outs])
    return register(name, native, addresses, types, len(inputs), len(outputs))


FROM_LOOPS, FROM_LOOPS_WITH_SIGNATURE = 1, 31
"""The entries of `PyUFunc_FromFuncAndData` and `PyUFunc_FromFuncAndDataAndSignature` in NumPy's table of C functions for ufuncs."""


def register(name: str, native: machine.Native, addresses: Sequence[int], types: bytes, inputs: int, outputs: int,
             signature: str = "") -> np.ufunc:
    """A ufunc of inner loops at these addresses; `types` are NumPy's type numbers, loop by loop. With a signature, a generalized one."""
    umath: Any = importlib.import_module("numpy._core._multiarray_umath")
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    count = len(addresses)
    functions, data = (ctypes.c_void_p * count)(*addresses), (ctypes.c_void_p * count)()
    label, documentation, core = name.encode(), b"", signature.encode()
    _alive.append((native, functions, data, types, label, documentation, core))
    number, text = ctypes.c_int, ctypes.c_char_p
    kinds = [ctypes.c_void_p, ctypes.c_void_p, text, number, number, number, number, text, text, number]
    values = [ctypes.addressof(functions), ctypes.addressof(data), types, count, inputs, outputs, -1, label, documentation, 0]
    entry = FROM_LOOPS
    if signature:
        entry, kinds, values = FROM_LOOPS_WITH_SIGNATURE, [*kinds, text], [*values, core]
    made: np.ufunc = ctypes.PYFUNCTYPE(ctypes.py_object, *kinds)(table[entry])(*values)
    return made
