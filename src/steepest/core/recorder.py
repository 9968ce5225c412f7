"""The recorder: an interpreter that evaluates eagerly and writes down pure equations over the contents of storages.

A storage is mutable; its successive contents are `Content`s. An operand is an `Access`: a content seen with offset, shape and
strides, so views need no equations (but those of parts of numbers, as the real part, are). An in-place write is the equation
`store`, which gives a storage its next content. What a storage held when it was first written is kept, so that the recorded
stretch can be run again from where it began.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.modes import interpreters
from steepest.core.primitive import Primitive
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor

__all__ = ["Access", "Content", "Equation", "Recorder", "recording"]

PACKAGE = str(Path(__file__).resolve().parent.parent)


class Content:
    """What a storage holds between two writes. `equation` made it; None where it was there before."""

    __slots__ = ("dtype", "equation", "size", "storage")

    def __init__(self, storage: Storage, of: dtype, equation: int | None):
        self.storage, self.dtype, self.size, self.equation = storage, of, storage.flat.size, equation


class Access:
    """A content as a tensor saw it; offset and strides count elements."""

    __slots__ = ("content", "offset", "shape", "strides")

    def __init__(self, content: Content, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]):
        self.content, self.offset, self.shape, self.strides = content, offset, shape, strides

    @property
    def place(self) -> tuple[Any, ...]:
        """Where in the content the elements lie."""
        return self.offset, self.shape, self.strides, self.content.dtype


class Equation:
    """One evaluated primitive: operands are accesses or numbers, results accesses to new contents."""

    __slots__ = ("line", "operands", "params", "primitive", "results")

    def __init__(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any], line: tuple[str, int]):
        self.primitive, self.operands, self.params, self.line = primitive, operands, params, line
        self.results: tuple[Access, ...] = ()


class Store(Primitive):
    """The form of in-place writes: the first operand is the region written, the second the value."""

    form = "store"

    def __init__(self) -> None:
        super().__init__("store", ("region", "value"), {})


store = Store()


class Recorder:
    """Equations in their order, the contents and the states of generators that they began with, and what the host read."""

    def __init__(self) -> None:
        self.equations: list[Equation] = []
        self.inputs: list[Content] = []
        self.before: dict[Content, np.ndarray[Any, Any]] = {}
        self.current: dict[Storage, Content] = {}
        self.reads: list[tuple[Access, tuple[str, int]]] = []
        self.gradients: dict[int, tuple[Tensor, Tensor]] = {}
        self.versions: dict[int, Any] = {}
        self.generators: dict[Any, Any] = {}

    def content(self, x: Tensor) -> Content:
        """What the storage of `x` holds now."""
        storage = x.storage_cell
        found = self.current.get(storage)
        if found is None:
            found = self.current[storage] = Content(storage, x.dtype, None)
            self.inputs.append(found)
        return found

    def access(self, x: Tensor) -> Access:
        """How `x` sees its storage."""
        array, size = x.array, x.array.itemsize
        return Access(self.content(x), x.storage_cell.offset(array), array.shape, tuple(s // size for s in array.strides))

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if primitive.form == "composite":
            return primitive.evaluate_body(operands, params)
        if primitive.form == "random" and params["generator"] not in self.generators:
            self.generators[params["generator"]] = params["generator"].get_state()
        with paused(self):
            if primitive.form == "view":
                result = primitive.run(operands, params)
                if result.dtype is operands[0].dtype:
                    return result
            equation = Equation(primitive, tuple(self.access(x) if isinstance(x, Tensor) else x for x in operands), params,
                                user_line())
            if primitive.form != "view":
                result = primitive.run(operands, params)
        number = len(self.equations)
        self.equations.append(equation)
        made = result if isinstance(result, tuple) else (result,)
        for x in made:
            self.current[x.storage_cell] = Content(x.storage_cell, x.dtype, number)
        equation.results = tuple(self.access(x) for x in made)
        return result

    def write(self, target: Tensor, value: Tensor) -> bool:
        """`value` is about to be written over the elements of `target`."""
        region = self.access(target)
        if region.content.equation is None and region.content not in self.before:
            self.before[region.content] = region.content.storage.flat.copy()
        equation = Equation(store, (region, self.access(value)), {}, user_line())
        after = Content(region.content.storage, target.dtype, len(self.equations))
        self.current[region.content.storage] = after
        equation.results = (Access(after, region.offset, region.shape, region.strides),)
        self.equations.append(equation)
        self.versions[id(target.version)] = target.version
        return False

    def accumulated(self, leaf: Tensor, gradient: Tensor) -> None:
        """`gradient` has become the `.grad` of a leaf."""
        self.gradients[id(leaf)] = leaf, gradient

    def read(self, x: Tensor) -> None:
        """The host looks at the elements of `x`."""
        self.reads.append((self.access(x), user_line()))


class paused:
    """Without this interpreter and those above it."""

    def __init__(self, interpreter: Any):
        self.at = interpreters.index(interpreter)

    def __enter__(self) -> None:
        self.held = interpreters[self.at:]
        del interpreters[self.at:]

    def __exit__(self, *problem: Any) -> None:
        interpreters.extend(self.held)


class recording:
    """`with recording() as r:` records what happens inside."""

    def __enter__(self) -> Recorder:
        self.recorder = Recorder()
        interpreters.append(self.recorder)
        return self.recorder

    def __exit__(self, *problem: Any) -> None:
        interpreters.remove(self.recorder)


def user_line() -> tuple[str, int]:
    """File and line of the innermost frame outside the package."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def display(equations: list[Equation]) -> str:
    """The equations as text: one a line, contents numbered in the order of their appearance."""
    names: dict[Content, str] = {}

    def name(x: Any) -> str:
        if not isinstance(x, Access):
            return repr(x)
        shown = names.setdefault(x.content, f"{'v' if x.content.equation is not None else 'in'}{len(names)}")
        return f"{shown}:{x.content.dtype.name}[{','.join(map(str, x.shape))}]"

    lines = []
    for e in equations:
        inputs = ", ".join(name(x) for x in e.operands)
        params = "".join(f" {k}={v!r}" for k, v in e.params.items())
        results, file = ", ".join(name(x) for x in e.results), Path(e.line[0]).name
        lines.append(f"{results} = {e.primitive.name} {inputs}{params}    # {file}:{e.line[1]}")
    return "\n".join(lines)
