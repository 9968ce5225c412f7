"""The elementwise form: one definition over a namespace `m` of scalar mathematics, evaluated for every element.

`elementwise(name, definition, **rules)` makes an operation from one line; the rows are in the files beside this one
(arithmetic, functions, activations). In eager the definition runs over arrays, or, where it is more than one call, as a
NumPy ufunc compiled from the same definition.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import FLOATING, dtype, numpy_dtype
from steepest.core.modes import interpreters, modes
from steepest.core.primitive import Primitive, arguments, attach, wants_gradient
from steepest.core.promotion import SCALARS, promote_tags
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.ops.meaning import NumPy
from steepest.ops.symbols import single_call

__all__ = ["Elementwise", "elementwise"]

HALVES = (dtypes.float16, dtypes.bfloat16)
kernel_builders: list[Callable[["Elementwise", dtype], Any]] = []
"""How a definition becomes one compiled ufunc; the layer that compiles puts its function here."""


class Plan:
    """How operands with certain dtypes are computed: the kernel, what is converted first, and what comes out."""

    __slots__ = ("convert", "kernel", "results", "single", "store")

    def __init__(self, kernel: Any, convert: Any, results: tuple[dtype, ...], store: bool):
        self.kernel, self.convert, self.results, self.store = kernel, convert, results, store
        self.single = results[0] if len(results) == 1 else None


class Elementwise(Primitive):
    """An operation computed element by element over broadcast operands."""

    form = "map"

    def __init__(self, name: str, definition: Callable[..., Any], rules: dict[str, Any], node_name: str, promote: str,
                 gives: tuple[dtype | None, ...], keep: tuple[str, ...]):
        super().__init__(name, arguments(definition)[1:], rules, node_name)
        self.definition, self.promote, self.gives = definition, promote, gives
        self.keep = tuple(self.position[n] for n in keep)
        self.plans: dict[Any, Plan] = {}
        self.default: dtype | None = None

    def types(self, tags: Any) -> tuple[dtype, tuple[dtype, ...]]:
        """The dtype the definition computes in and the dtypes of the results."""
        deciding = [t for i, t in enumerate(tags) if i not in self.keep]
        common = promote_tags(deciding)
        if self.promote == "float" and common.category < FLOATING:
            common = dtypes.get_default_dtype()
        compute = dtypes.float32 if common in HALVES else common
        return compute, tuple(common if g is None else g for g in self.gives)

    def plan(self, tags: Any) -> Plan:
        if self.default is not dtypes.get_default_dtype():
            self.plans.clear()
            self.default = dtypes.get_default_dtype()
        compute, results = self.types(tags)
        kernel, weak = self.kernel(compute)
        target = numpy_dtype(compute)

        def converter(i: int, t: Any) -> Any:
            if i in self.keep:
                return np.asarray if isinstance(t, type) else None
            if isinstance(t, type):
                if weak and compute.is_floating_point and issubclass(t, (bool, int, float)):
                    return None
                return lambda x: np.asarray(x).astype(target)
            own = t if isinstance(t, dtype) else t.dtype
            return None if own is compute else lambda x: x.astype(target)

        convert = [converter(i, t) for i, t in enumerate(tags)]
        made = [compute if g is None else g for g in self.gives]
        plan = Plan(kernel, convert if any(convert) else None, results, any(m is not r for m, r in zip(made, results, strict=True)))
        self.plans[tags] = plan
        return plan

    def kernel(self, compute: dtype) -> tuple[Any, bool]:
        """What evaluates the definition over arrays, and whether it takes Python numbers as they are."""
        function = single_call(self.definition, len(self.inputs))
        if type(function) is np.ufunc:
            return function, True
        for build in kernel_builders:
            compiled = build(self, compute)
            if compiled is not None:
                return compiled, False
        definition = self.definition
        return (lambda *arrays: definition(NumPy, *arrays)), False

    def signature(self, operands: tuple[Any, ...]) -> Any:
        return tuple([(x.dtype if x.array.ndim else SCALARS[x.dtype]) if isinstance(x, Tensor) else type(x) for x in operands])

    def evaluate(self, operands: tuple[Any, ...]) -> tuple[Any, Plan]:
        """The raw arrays of the results, and the plan they were made by."""
        tags = tuple([(x.dtype if x.array.ndim else SCALARS[x.dtype]) if isinstance(x, Tensor) else type(x) for x in operands])
        plan = self.plans.get(tags)
        if plan is None or self.default is not dtypes._default:
            plan = self.plan(tags)
        arrays = [x.array if isinstance(x, Tensor) else x for x in operands]
        if plan.convert is not None:
            arrays = [a if c is None else c(a) for a, c in zip(arrays, plan.convert, strict=True)]
        return plan.kernel(*arrays), plan

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        try:
            out, plan = self.evaluate(operands)
        except ValueError as problem:
            raise broadcast_error(self, operands, problem) from None
        result: Any
        if plan.single is not None:
            if type(out) is not np.ndarray:
                out = np.asarray(out)
            if plan.store:
                out = out.astype(numpy_dtype(plan.single))
            result = fresh(out, plan.single)
        else:
            result = tuple(fresh(np.asarray(o, numpy_dtype(d)), d) for o, d in zip(out, plan.results, strict=True))
        if modes.grad and wants_gradient(operands):
            attach(self, operands, params, result)
        return result

    def write_into(self, target: Tensor, operands: tuple[Any, ...]) -> bool:
        """Evaluate straight into the memory of `target`; False where that is not possible and nothing was done."""
        if interpreters or modes.grad and wants_gradient((target, *operands)):
            return False
        plan = self.plans.get(self.signature(operands))
        if plan is None or plan.convert is not None or plan.store or plan.single is not target.dtype:
            return False
        if type(plan.kernel) is not np.ufunc:
            return False
        arrays = [x.array if isinstance(x, Tensor) else x for x in operands]
        try:
            plan.kernel(*arrays, out=target.array)
        except ValueError as problem:
            raise broadcast_error(self, operands, problem) from None
        return True


def broadcast_error(primitive: Primitive, operands: tuple[Any, ...], problem: Exception) -> Exception:
    """PyTorch's error for shapes that do not broadcast; other problems pass unchanged."""
    shapes = [x.array.shape for x in operands if isinstance(x, Tensor)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        a, b = next((p, q) for i, p in enumerate(shapes) for q in shapes[i + 1:] if not _fits(p, q))
        for axis in range(1, min(len(a), len(b)) + 1):
            if a[-axis] != b[-axis] and 1 not in (a[-axis], b[-axis]):
                return RuntimeError(text("shapes-do-not-broadcast", operation=primitive.name, a=a[-axis], b=b[-axis],
                                         axis=max(len(a), len(b)) - axis, shapes=" and ".join(str(list(s)) for s in shapes)))
    return problem


def _fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def elementwise(name: str, definition: Callable[..., Any], *, node: str = "", promote: str = "any",
                gives: dtype | tuple[dtype | None, ...] | None = None, results: int = 1, keep: tuple[str, ...] = (),
                **rules: Any) -> Elementwise:
    """Make an elementwise operation.

    `promote="float"` computes integers in the default floating dtype; `gives` fixes the dtype of the result (bool for
    comparisons); operands named in `keep` do not take part in promotion; `results` counts the values of the definition.
    """
    if not isinstance(gives, tuple):
        gives = (gives,) * results
    return Elementwise(name, definition, rules, node, promote, gives, keep)
