"""The elementwise form: one definition over a namespace `m` of scalar mathematics, evaluated for every element.

`elementwise(name, definition, **rules)` makes an operation from one line; the rows are in the files beside this one
(arithmetic, functions, activations). In eager the definition runs over arrays, or, where it is more than one call, as a
NumPy ufunc compiled from the same definition.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import FLOATING, HALVES, converted, dtype, numpy_dtype, these
from steepest.core.memory_order import arranged, memory_order, order_of_several
from steepest.core.modes import interpreters, modes
from steepest.core.primitive import Primitive, arguments, wants_gradient
from steepest.core.promotion import promote_tags
from steepest.core.recording import attacher
from steepest.core.storage import UNTRACKED
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.ops.meaning import NumPy
from steepest.ops.symbols import single_call

__all__ = ["Elementwise", "common_shape", "elementwise"]

kernel_builders: list[Callable[["Elementwise", dtype], Any]] = []
"""How a definition becomes one compiled ufunc; the layer that compiles puts its function here."""


class Plan:
    """How operands with certain dtypes are computed: the kernel, what is converted first, and what comes out."""

    __slots__ = ("convert", "kernel", "plain", "results", "single", "store")

    def __init__(self, kernel: Any, convert: Any, results: tuple[dtype, ...], store: bool):
        self.kernel, self.convert, self.results, self.store = kernel, convert, results, store
        self.single = results[0] if len(results) == 1 else None
        self.plain = None if store else self.single

    def converted(self, *arrays: Any) -> list[Any]:
        """The operands' arrays and numbers as the kernel takes them."""
        return [a if c is None else c(a) for a, c in zip(arrays, self.convert, strict=True)]

    def wrap(self, out: Any) -> Any:
        """What the kernel gave as a tensor, or as a tuple of tensors."""
        of = self.single
        if of is None:
            return tuple([fresh(np.asarray(o, d.numpy), d) for o, d in zip(out, self.results, strict=True)])
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        return fresh(converted(out, of.numpy) if self.store else out, of)


class Elementwise(Primitive):
    """An operation computed element by element over broadcast operands."""

    form = "map"

    def __init__(self, name: str, definition: Callable[..., Any], rules: dict[str, Any], node_name: str, promote: str,
                 gives: tuple[dtype | None, ...], keep: tuple[str, ...], held: tuple[str, ...] = (), refuses: str = "",
                 of_complex: Callable[..., Any] | None = None, in_order: bool = False):
        super().__init__(name, arguments(definition)[1:], rules, node_name)
        self.of_complex = of_complex
        self.definition, self.promote, self.gives = definition, promote, gives
        self.keep = tuple(self.position[n] for n in keep)
        self.held = tuple(self.position[n] for n in held)
        self.refused = these(refuses)
        self.plans: dict[Any, Plan] = {}
        self.kernels: dict[Any, Any] = {}
        self.default: dtype | None = None
        self.evaluate = unrolled(len(self.inputs), IN_ORDER if in_order else LED if len(self.inputs) > 1 else "")(self)
        self.bind = self.evaluate if type(self).__call__ is Elementwise.__call__ else self.__call__

    def promoted(self, tags: Any) -> dtype:
        """What the operands promote to, integers as integers."""
        return promote_tags([t for i, t in enumerate(tags) if i not in self.keep and i not in self.held])

    def check_dtypes(self, tags: Any) -> None:
        """NotImplementedError where the operation has no kernel for these dtypes; where it has none for integers, numbers do not help."""
        numbers = dtypes.int64 not in self.refused
        given = promote_tags([t for i, t in enumerate(tags) if i not in self.keep and (numbers or not isinstance(t, type))])
        if given in self.refused:
            raise NotImplementedError(text("operation-dtype", operation=self.name, dtypes=given))

    def common(self, tags: Any) -> dtype:
        """The dtype that the operands are brought to."""
        found = self.promoted(tags)
        return dtypes.get_default_dtype() if self.promote == "float" and found.category < FLOATING else found

    def types(self, tags: Any) -> tuple[dtype, tuple[dtype, ...]]:
        """The dtype the definition computes in and the dtypes of the results."""
        common = self.common(tags)
        compute = dtypes.float32 if common in HALVES else common
        return compute, tuple(common if g is None else g for g in self.gives)

    def plan(self, tags: Any) -> Plan:
        """Make and keep the plan for operands with these tags."""
        if self.default is not dtypes.get_default_dtype():
            self.plans.clear()
            self.default = dtypes.get_default_dtype()
        compute, results = self.types(tags)
        common = self.common(tags)
        if self.refused:
            self.check_dtypes(tags)
        kernel = self.kernel(compute)
        target = numpy_dtype(compute)
        convert = [self.converter(i, t, common, compute, target) for i, t in enumerate(tags)]
        made = [compute if g is None else g for g in self.gives]
        store = any(m is not r for m, r in zip(made, results, strict=True))
        plan = Plan(kernel, convert if any(convert) else None, results, store)
        self.plans[tags] = plan
        return plan

    def converter(self, i: int, tag: Any, common: dtype, compute: dtype, target: Any) -> Any:
        """What turns operand i into an array of the dtype that the definition computes in; None where it is one."""
        if i in self.keep:
            return np.asarray if isinstance(tag, type) else None
        if isinstance(tag, type):
            return partial(rounded_number, numpy_dtype(common), target) if i in self.held and common in HALVES else partial(
                number_array, target)
        own = tag if isinstance(tag, dtype) else tag.dtype
        return None if own is compute else lambda x: converted(x, target)

    def kernel(self, compute: dtype) -> Any:
        """What evaluates the definition over arrays of dtype `compute`."""
        if compute.is_complex and self.of_complex is not None:
            return self.of_complex
        function = single_call(self.definition, len(self.inputs))
        if type(function) is np.ufunc:
            return function
        for build in kernel_builders:
            compiled = build(self, compute)
            if compiled is not None:
                return compiled
        kinds = [numpy_dtype(compute if g is None else g) for g in self.gives]
        return partial(_over_arrays, self.definition, kinds)

    def over(self, *arrays: Any) -> Any:
        """The definition evaluated over arrays of one dtype, for kernels of composites."""
        kind = arrays[0].dtype
        kernel = self.kernels.get(kind)
        if kernel is None:
            kernel = self.kernels[kind] = self.kernel(dtypes.from_numpy(kind))
        return kernel(*arrays)

    def __call__(self, *operands: Any, **params: Any) -> Any:
        return self.evaluate(*operands)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return self(*operands, **params)

    def write_into(self, targets: tuple[Tensor, ...], operands: tuple[Any, ...]) -> bool:
        """Evaluate straight into the memory of `targets`; False where that is not possible and nothing was done."""
        if interpreters or modes.grad and wants_gradient((*targets, *operands)):
            return False
        tags: list[Any] = []
        arrays: list[Any] = []
        for x in operands:
            if isinstance(x, Tensor):
                array = x.array
                tags.append(x.dtype if array.ndim else x.dtype.scalar)
                arrays.append(array)
            else:
                tags.append(type(x))
                arrays.append(x)
        key = tuple(tags)
        plan = self.plans.get(key) or self.plan(key)
        if plan.store or type(plan.kernel) is not np.ufunc:
            return False
        if plan.convert is not None:
            arrays = plan.converted(*arrays)
        for target, of in zip(targets, plan.results, strict=True):
            array = target.array
            if target.dtype is not of or 0 in array.strides:
                return False
            if target.counter is UNTRACKED and not modes.inference:
                raise RuntimeError(text("inference-written"))
            if plan.kernel is np.negative and not array.flags.c_contiguous:
                return False        # NumPy 2.4 mixes up elements that lie 16 or 64 bytes apart, in the operand and in what is written
            arrays.append(array)
        try:
            plan.kernel(*arrays)
        except (ValueError, TypeError) as problem:
            raise written_error(self, targets, operands, problem) from None
        for target in targets:
            counter = target.counter
            if counter is not None:
                counter.count += 1
            else:
                target.version.count = 1
        return True


NO_PARAMETERS: dict[str, Any] = {}
OPERAND = """
        if isinstance(x{i}, Tensor):
            a{i} = x{i}.array
            n{i} = a{i}.ndim
            t{i} = x{i}.dtype if n{i} else x{i}.dtype.scalar
            w{i} = x{i}.needs_grad or x{i}.view_of is not None
        else:
            a{i}, n{i}, t{i}, w{i} = x{i}, 0, type(x{i}), False
"""
LED = "if n0 > 1 and not a0.flags.c_contiguous: out = led(out, ({a},))"
IN_ORDER = "if n0 > 1 and not a0.flags.c_contiguous: out = ascontiguousarray(out)"
"""How results lie in memory: as the first operand does, or in order."""
BIND = """
def make(self):
    plans = self.plans
    def bind({x}):
        if interpreters:
            return interpreters[-1].bind(self, ({x},), {{}})
        {each}
        plan = plans.get(({t},))
        if plan is None or self.default is not dtypes._default:
            plan = self.plan(({t},))
        if plan.convert is not None:
            {a}, = plan.converted({a})
        try:
            out = plan.kernel({a})
        except (ValueError, TypeError) as problem:
            raise broadcast_error(self, ({x},), problem) from None
        {lies}
        result = fresh(out, plan.plain) if plan.plain is not None and type(out) is ndarray else plan.wrap(out)
        if ({wanted}) and modes.grad:
            (self.attacher or attacher(self))(self, {x}, NO_PARAMETERS, result)
        return result
    return bind
"""
"""Binding an operation to its operands, with what is done for each of them written out instead of looped over: on a few
elements an operation takes about as long as these lines do."""


@cache
def unrolled(count: int, lies: str) -> Callable[[Elementwise], Callable[..., Any]]:
    """What makes the binding function of an operation of `count` operands; `lies` is the line that says how its result does in memory."""
    def row(pattern: str, separator: str = ", ") -> str:
        return separator.join(pattern.format(i=i) for i in range(count))

    source = BIND.format(lies=lies.format(a=row("a{i}")), x=row("x{i}"), a=row("a{i}"), t=row("t{i}"), wanted=row("w{i}", " or "),
                         each=row(OPERAND, ""))
    scope = {**globals(), "attacher": attacher, "ndarray": np.ndarray, "ascontiguousarray": np.ascontiguousarray}
    exec(compile(source, f"{__file__}: {count} operands", "exec"), scope)
    made: Callable[[Elementwise], Callable[..., Any]] = scope["make"]
    return made


def led(out: Any, arrays: tuple[Any, ...]) -> Any:
    """A result that lies in memory as PyTorch's does, where its operands lie in several ways: NumPy's is in order then."""
    if type(out) is not np.ndarray:
        return out
    order = order_of_several(out.shape, [a for a in arrays if isinstance(a, np.ndarray)])
    return out if order == memory_order(out) or order is None else arranged(out, order)


def _over_arrays(definition: Callable[..., Any], kinds: list[Any], *arrays: Any) -> Any:
    """A definition evaluated by NumPy, call by call."""
    out = definition(NumPy, *arrays)
    if isinstance(out, tuple):
        return tuple(np.asarray(o, k) for o, k in zip(out, kinds, strict=True))
    return np.asarray(out, kinds[0])


@lru_cache(maxsize=4096, typed=True)
def _kept(target: Any, value: Any) -> Any:
    return np.asarray(value).astype(target)


def number_array(target: Any, value: Any) -> Any:
    """A number as a 0-dim array; those of numbers used again and again are kept (0.0 and -0.0 compare equal and are not)."""
    return _kept(target, value) if value or isinstance(value, int) else np.asarray(value).astype(target)


def rounded_number(held: Any, target: Any, value: Any) -> Any:
    """A number as the 0-dim array that computes with it, first rounded to the dtype that PyTorch keeps it in."""
    return np.asarray(value).astype(held).astype(target)


def broadcast_error(primitive: Primitive, operands: tuple[Any, ...], problem: Exception) -> Exception:
    """PyTorch's error for shapes that do not broadcast and dtypes that the operation does not take; others pass unchanged."""
    shapes = [x.array.shape for x in operands if isinstance(x, Tensor)]
    if isinstance(problem, TypeError):
        kinds = ", ".join(str(x.dtype) for x in operands if isinstance(x, Tensor))
        return NotImplementedError(text("operation-dtype", operation=primitive.name, dtypes=kinds))
    try:
        common_shape(primitive.name, *shapes)
    except RuntimeError as mismatch:
        return mismatch
    return problem


def common_shape(operation: str, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape to which all of these broadcast. RuntimeError, with the sizes and their dimension, where there is none."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        a, b = next((p, q) for i, p in enumerate(shapes) for q in shapes[i + 1:] if not _fits(p, q))
        axis = next(k for k in range(1, min(len(a), len(b)) + 1) if a[-k] != b[-k] and 1 not in (a[-k], b[-k]))
        raise RuntimeError(text("shapes-do-not-broadcast", operation=operation, a=a[-axis], b=b[-axis], axis=max(len(a), len(b)) - axis,
                                shapes=" and ".join(str(list(s)) for s in shapes))) from None


def written_error(primitive: Primitive, targets: tuple[Tensor, ...], operands: tuple[Any, ...], problem: Exception) -> Exception:
    """PyTorch's error for results that do not fit the tensor that is written."""
    found = broadcast_error(primitive, operands, problem)
    if found is not problem:
        return found
    if not targets[0].array.flags.writeable:
        return RuntimeError(text("in-place-read-only"))
    made = np.broadcast_shapes(*[x.array.shape for x in operands if isinstance(x, Tensor)])
    return RuntimeError(text("in-place-shape", target=list(targets[0].array.shape), value=list(made)))


def _fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def elementwise(name: str, definition: Callable[..., Any], *, node: str = "", promote: str = "any",
                gives: dtype | tuple[dtype | None, ...] | None = None, results: int = 1, keep: tuple[str, ...] = (),
                held: tuple[str, ...] = (),
                number: tuple[str, str] | None = None, kind: type[Elementwise] = Elementwise, rounds_once: bool = False,
                refuses: str = "", of_complex: Callable[..., Any] | None = None, in_order: bool = False, **rules: Any) -> Elementwise:
    """Make an elementwise operation.

    `promote="float"` computes integers in the default floating dtype; `gives` fixes the dtype of the result (bool for
    comparisons); operands named in `keep` do not take part in promotion, nor do numbers named in `held`, which have the dtype of
    the others; `results` counts the values of the definition;
    `number` is an operand and the name of the node where that operand is a Python number; `kind` is a subclass to be made;
    of `rounds_once` see `Primitive`; `refuses` names the dtypes that PyTorch has no kernel for on the CPU (`core.dtype.GROUPS`);
    `of_complex` is evaluated over NumPy's arrays in place of the definition where the numbers are complex and PyTorch writes it in
    another way; with `in_order` the result lies in memory in order, however its operands do.
    """
    if not isinstance(gives, tuple):
        gives = (gives,) * results
    made = kind(name, definition, rules, node, promote, gives, keep, held, refuses, of_complex, in_order)
    made.rounds_once = rounds_once
    if number is not None:
        made.name_with_number(*number)
    return made
