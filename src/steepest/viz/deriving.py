"""`derive(function)`: the formulas of a loss and of its partial derivatives, from the operations' own definitions and gradient rules.

The function is run once on numbers, forward and backward, and what ran is read as formulas: an elementwise operation by its definition
over symbols, matrix products and sums as such. Before anything is shown, every formula is evaluated at other points and compared with
what autograd gives there.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

import numpy as np

import steepest
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.neural.softmax import softmax_
from steepest.ops.symbols import formula
from steepest.viz import expressions as ex
from steepest.viz.expressions import Expression
from steepest.viz.formula_text import as_latex, as_text, latex_name
from steepest.viz.tracing import IN_PLACE, Operation, Trace, key_of, tracing

__all__ = ["Derivation", "Formula", "derive", "derive_traced"]

Array = np.ndarray[Any, Any]
DATA = {"x", "y", "t", "X", "Y", "T", "xs", "ys", "input", "inputs", "target", "targets", "data", "labels", "m", "n", "N"}
"""Names of arguments that hold data: derivatives by them are shown only if asked for."""
PRIMES = (101, 103, 107, 109, 113, 127, 131, 137)
"""Sizes for dimensions that were given as names: no program computes with these by chance."""
POINTS, TOLERANCE, LONG = 3, 1e-6, 60


@dataclass(frozen=True)
class Formula:
    """One formula in both notations."""

    expression: Expression
    sizes: tuple[tuple[int, str], ...] = ()

    @property
    def text(self) -> str:
        return as_text(self.expression, dict(self.sizes))

    @property
    def latex(self) -> str:
        return as_latex(self.expression, dict(self.sizes))

    def __str__(self) -> str:
        return self.text


@dataclass
class Derivation:
    """The loss, its partial derivatives by name, and the abbreviations that they use; `str` is the text, `latex` the same in LaTeX."""

    loss: Formula
    gradients: dict[str, Formula]
    where: dict[str, Formula] = field(default_factory=dict)
    checked: int = 0
    values: dict[str, Array] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> str:
        """The text of the derivative by one variable."""
        return self.gradients[name].text

    def __str__(self) -> str:
        lines = [f"loss = {self.loss}"]
        lines += [f"∂loss/∂{name} = {formula_}" for name, formula_ in self.gradients.items()]
        if self.where:
            lines += [text("viz-derive-where")] + [f"  {name} = {formula_}" for name, formula_ in self.where.items()]
        compared = "viz-derive-checked" if self.checked > 1 else "viz-derive-checked-once"
        return "\n".join([*lines, f"({text(compared, points=self.checked)})"])

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """An `align*` environment."""
        rows = [rf"L &= {self.loss.latex}"]
        rows += [rf"\frac{{\partial L}}{{\partial {latex_name(n)}}} &= {f.latex}" for n, f in self.gradients.items()]
        rows += [rf"{latex_name(n)} &= {f.latex}" for n, f in self.where.items()]
        return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"

    def _repr_latex_(self) -> str:
        return self.latex

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def derive(function: Callable[..., Any], by: Sequence[str] | str | None = None, **given: Any) -> Derivation:
    """The formulas of `function(...)`, a loss, and of its partial derivatives.

    Arguments are numbers unless `given` says their shape: `X=("m", "n"), w=("n", 1)` with names or numbers for sizes, a tensor for its
    shape, or a plain number that stays one. `by` names the arguments to derive by; by default all that are not named as data is (x, y, X,
    t, target, m, n ...). Raises ValueError where the result is not one number or nothing depends on `by`.

    >>> print(steepest.viz.derive(lambda w1, w2, b, x, y: (w1 * x ** 2 + w2 * x + b - y) ** 2))
    loss = (w1*x^2 + w2*x + b - y)^2
    ∂loss/∂w1 = 2*(w1*x^2 + w2*x + b - y)*x^2
    ∂loss/∂w2 = 2*(w1*x^2 + w2*x + b - y)*x
    ∂loss/∂b = 2*(w1*x^2 + w2*x + b - y)
    (compared with autograd at 3 points)
    """
    arguments = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty or p.name in given]
    sizes: dict[str, int] = {}
    shapes = {name: _shape(given.get(name, ()), sizes) for name in arguments if not isinstance(given.get(name), (int, float))}
    fixed = {name: given[name] for name in arguments if name not in shapes}
    wanted = [by] if isinstance(by, str) else list(by) if by is not None else [n for n in shapes if n not in DATA] or list(shapes)
    for name in wanted:
        if name not in shapes:
            raise ValueError(text("viz-derive-by", name=name, known=", ".join(shapes)))
    points = _points(shapes)

    def run(values: Mapping[str, Array]) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
        tensors = {n: from_array(np.array(values[n]), requires_grad=n in wanted) for n in shapes}
        loss = function(**{n: tensors[n] if n in tensors else fixed[n] for n in arguments})
        if not isinstance(loss, Tensor) or loss.array.size != 1:
            raise ValueError(text("viz-derive-loss", seen=list(loss.array.shape) if isinstance(loss, Tensor) else type(loss).__name__))
        if not loss.requires_grad:
            raise ValueError(text("viz-derive-nothing", names=", ".join(wanted)))
        leaves = [tensors[n] for n in wanted]
        gradients = steepest.autograd.grad(loss.reshape(()) if loss.array.ndim else loss, leaves, allow_unused=True)
        return loss, list(gradients), tensors

    with tracing(bodies=True, whole=WHOLE) as trace, np.errstate(all="ignore"):
        loss, gradients, tensors = run(points[0])
    named = {key_of(t): ex.name(n, t.array.shape) for n, t in tensors.items()}
    made = _read_short(trace, loss, dict(zip(wanted, gradients, strict=True)), named, {v: k for k, v in sizes.items()})
    for values in points:
        with np.errstate(all="ignore"):
            loss, gradients, _ = run(values)
        _check(made, values, loss, dict(zip(wanted, gradients, strict=True)))
    made.checked = len(points)
    return made


def derive_traced(trace: Trace, loss: Tensor, leaves: Mapping[str, Tensor], names: Mapping[int, str]) -> Derivation:
    """The formulas of a loss that a program computed, traced with `bodies=True`; `leaves` and `names` say what to call its values.

    Compared with autograd at the point where the program was.
    """
    before = len(trace.steps)
    steepest_interpreters = steepest.core.modes.interpreters
    steepest_interpreters.append(trace)
    try:
        gradients = steepest.autograd.grad(loss.sum(), list(leaves.values()), allow_unused=True, retain_graph=True)
    finally:
        steepest_interpreters.remove(trace)
    named = {key_of(t): ex.name(n, t.array.shape) for n, t in leaves.items()}
    used = [x for op in trace.steps for x in op.operands if isinstance(x, Tensor)]
    made_here = {key_of(r) for op in trace.steps for r in op.results}
    values: dict[str, Array] = {n: t.array for n, t in leaves.items()}
    for x in used:
        if key_of(x) not in made_here and key_of(x) not in named and x.array.size > 1:
            said = names.get(key_of(x)) or names.get(id(x.array.base)) or f"c{len(values)}"
            if said in values:      # another view of the same data
                said = f"c{len(values)}"
            named[key_of(x)] = ex.name(said, x.array.shape)
            values[said] = x.array
    wanted = dict(zip(leaves, gradients, strict=True))
    made = _read_short(trace, loss, {n: g for n, g in wanted.items() if g is not None}, named, {}, names)
    _check(made, values, loss, {n: g for n, g in wanted.items() if g is not None}, 1e-3 if loss.array.itemsize < 8 else TOLERANCE)
    made.checked = 1
    del trace.steps[before:]
    return made


def _shape(given: Any, sizes: dict[str, int]) -> tuple[int, ...]:
    if isinstance(given, Tensor) or isinstance(given, np.ndarray):
        return tuple(given.shape)
    out = []
    for size in given:
        if isinstance(size, str):
            if size not in sizes:
                sizes[size] = PRIMES[len(sizes)]
            size = sizes[size]
        out.append(int(size))
    return tuple(out)


def _points(shapes: Mapping[str, tuple[int, ...]]) -> list[dict[str, Array]]:
    """Random points; between 0 and 1, where every logarithm and root is defined and numbers may be probabilities, and small along long
    dimensions, so that sums are not large enough to saturate a function."""
    random = np.random.default_rng(20)
    size = {n: max(shape, default=1) for n, shape in shapes.items()}
    return [{n: random.uniform(0.3, 0.98, shape) / (math.sqrt(size[n]) if size[n] > 20 else 1) for n, shape in shapes.items()}
            for _ in range(POINTS)]


def _check(made: Derivation, values: Mapping[str, Array], loss: Tensor, gradients: Mapping[str, Tensor | None],
           tolerance: float = TOLERANCE) -> None:
    """RuntimeError where a formula does not give autograd's value: a wrong formula must never be shown."""
    known: dict[str, Any] = {**made.values, **values}
    for name, one in made.where.items():
        known[name] = ex.value_of(one.expression, known)
    pairs = [("loss", made.loss, loss)] + [(n, f, gradients[n.partition("[")[0]]) for n, f in made.gradients.items()]
    for name, one, expected in pairs:
        if expected is None:
            continue
        right = expected.detach().array.astype(np.float64)
        if name.endswith("]"):
            right = right[tuple(int(i) for i in name[name.index("[") + 1:-1].split(","))]
        value = ex.value_of(one.expression, known)
        if value.size == right.size:
            value = value.reshape(right.shape)
        scale = float(np.abs(right).max()) if right.size else 0.0
        if not np.allclose(value, right, rtol=tolerance, atol=tolerance * (scale or 1.0), equal_nan=True):
            raise RuntimeError(text("viz-derive-check", name=name, formula=one.text, value=value, expected=right))


def _read_short(trace: Trace, loss: Tensor, gradients: Mapping[str, Tensor | None], named: Mapping[int, Expression],
                sizes: Mapping[int, str], labels: Mapping[int, str] | None = None) -> Derivation:
    """The formulas; where they are long, the results of functions get names."""
    reader = Reader(named, labels=labels)
    reader.read(trace.steps)
    if any(reader.of(x).size > LONG for x in (loss, *gradients.values()) if x is not None):
        reader = Reader(named, abbreviate=True, labels=labels)
        reader.read(trace.steps)
    kept = tuple(sizes.items())
    out: dict[str, Formula] = {}
    for name, g in gradients.items():
        expression = ex.ZERO if g is None else reader.of(g)
        if expression.op == "sum":      # the engine adds what comes from the last operation first
            expression = ex.add(expression.args[::-1], expression.shape)
        parts = _components(expression, () if g is None else g.array.shape)
        out |= {name + place: Formula(part, kept) for place, part in parts.items()}
    made = Derivation(Formula(reader.of(loss), kept), out)
    used = _names_in([made.loss.expression, *[f.expression for f in out.values()]])
    for name, expression in reversed(reader.where.items()):
        if name in used:
            made.where[name] = Formula(expression, kept)
            used |= _names_in([expression])
    made.where = dict(reversed(made.where.items()))
    made.values = reader.values
    return made


def _components(x: Expression, shape: tuple[int, ...]) -> dict[str, Expression]:
    """A gradient that was put together from single elements, element by element; others as a whole."""
    terms = x.args if x.op == "sum" else (x,)
    if not any("put" in (f.op for f in _factors(t)) for t in terms) or len(shape) != 1 or shape[0] > 6:
        return {"": x}
    return {f"[{i}]": ex.add([_component(t, i) for t in terms]) for i in range(shape[0])}


def _factors(x: Expression) -> tuple[Expression, ...]:
    return x.args if x.op == "product" else (x,)


def _component(x: Expression, i: int) -> Expression:
    parts = []
    for f in _factors(x):
        if f.op == "put":
            parts.append(f.args[0] if f.extra == i else ex.ZERO)
        else:
            parts.append(f if f.is_scalar else Expression("index", (f,), (), i))
    return ex.multiply(parts)


def _names_in(several: Sequence[Expression]) -> set[str]:
    found: set[str] = set()
    stack = list(several)
    while stack:
        x = stack.pop()
        if x.op == "name":
            found.add(x.extra)
        stack += x.args
    return found


BY_NAME = {
    "sigmoid", "relu", "tanh", "softplus", "gelu", "gelu_tanh", "silu", "mish", "elu", "leaky_relu", "log_sigmoid", "hardtanh",
    "hardsigmoid", "hardswish", "erf", "erfc", "lgamma", "digamma", "atan2", "hypot", "sinc", "logit", "exp", "log", "log1p", "expm1",
    "abs", "sign", "maximum", "minimum", "where", "floor", "ceil", "round",
}  # fmt: skip
"""Functions that people know by name; all other elementwise operations are written out by their definitions."""
NAMED = frozenset({"convolution", "convolution_transposed", "convolution_weight_backward", "max_pool1d", "max_pool2d", "max_pool3d",
                   "max_pool_backward", "avg_pool1d", "avg_pool2d", "avg_pool3d", "avg_pool_backward"})  # fmt: skip
"""Composites that are shown as functions: their formulas in windows and sums help nobody."""
WHOLE = NAMED | {"softmax", "softmax_backward", "log_softmax", "log_softmax_backward", "nll_loss", "nll_loss_backward"}
"""Composites that have a notation of their own."""


class Reader:
    """Formulas for the values of a trace, by the identity of their arrays."""

    def __init__(self, named: Mapping[int, Expression], abbreviate: bool = False, labels: Mapping[int, str] | None = None):
        self.known: dict[int, Expression] = dict(named)
        self.labels, self.values = dict(labels or {}), dict[str, Array]()
        self.abbreviate, self.where = abbreviate, dict[str, Expression]()

    def of(self, x: Any) -> Expression:
        """The formula of an operand."""
        if not isinstance(x, Tensor):
            return ex.number(x)
        found = self.known.get(key_of(x))
        if found is None:
            if x.array.size == 1:
                found = ex.number(x.array.reshape(())[()])
            else:
                found = ex.name(f"c{len(self.known)}", x.array.shape)
            self.known[key_of(x)] = found
        return found

    def read(self, steps: Sequence[Operation]) -> None:
        """Take in operations in their order."""
        for op in steps:
            if op.primitive is IN_PLACE:
                target, value = op.operands
                self.known[key_of(target)] = ex.shaped(self.of(value), target.array.shape)
                continue
            made = self._formula(op)
            for result, expression in zip(op.results, made, strict=True):
                if self.abbreviate and expression.size > 4 and _is_shown_by_name(expression):
                    label = f"h{len(self.where) + 1}"
                    same = next((n for n, e in self.where.items() if e == expression), None)
                    self.where.setdefault(same or label, expression)
                    expression = ex.name(same or label, expression.shape)
                self.known[key_of(result)] = expression

    def _formula(self, op: Operation) -> list[Expression]:
        shape = op.results[0].array.shape
        form = op.primitive.form
        handler: Callable[..., Expression | None] | None = getattr(self, f"_{form}", None)
        made = handler(op, shape) if handler is not None else None
        if made is not None:
            return [made, *[self._other(op, r.array.shape, k) for k, r in enumerate(op.results[1:], 1)]]
        return [self._other(op, r.array.shape, k) for k, r in enumerate(op.results)]

    def _other(self, op: Operation, shape: tuple[int, ...], result: int = 0) -> Expression:
        args = [ex.shaped(self.of(x), x.array.shape if isinstance(x, Tensor) else ()) for x in op.operands]
        return ex.other(op.primitive, op.params, args, shape, op.name, result)

    def _map(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        if len(op.results) > 1:
            return None
        args = [self.of(x) for x in op.operands]
        if op.name in BY_NAME and op.name not in ("where", "maximum", "minimum", "abs", "exp", "log"):
            shown = [a for a, x in zip(args, op.operands, strict=True) if isinstance(x, Tensor)]
            rest = [x for x in op.operands if not isinstance(x, Tensor)]
            count = len(shown)
            if all(isinstance(x, Tensor) for x in op.operands[:count]):
                definition = op.primitive.definition
                return ex.call(op.name, shown, _with_options(definition, tuple(rest)) if rest else _kept(op.primitive), shape)
        tree = formula(op.primitive.definition, op.primitive.inputs)
        return ex.shaped(ex.from_symbols(tree, dict(zip(op.primitive.inputs, args, strict=True))), shape)

    def _composite(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        if op.name in NAMED or op.name in ("softmax", "log_softmax"):
            return self._other(op, shape)
        if op.name in ("softmax_backward", "log_softmax_backward"):
            g, y, dim = self.of(op.operands[0]), self.of(op.operands[1]), op.params["dim"]
            inner = g if op.name.startswith("log") else ex.multiply([g, y])
            softmax = y if not op.name.startswith("log") else ex.other(
                softmax_, {"dim": dim}, y.args, shape, "softmax") if y.op == "other" else ex.call("exp", [y])
            return ex.add([inner, ex.multiply([number_less(softmax), self._summed(inner, shape, dim)])], shape)
        if op.params["ignore_index"] in op.operands[-2].array or op.operands[-1] is not None or len(op.params.get("shape", (0, 0))) != 2:
            return None
        rows = op.operands[-2].array.size if op.params["reduction"] == "mean" else 1
        if op.params["reduction"] == "none":
            return None
        of_class = self._onehot(op.operands[-2], op.params["shape"][1] if "shape" in op.params else op.operands[0].array.shape[1])
        factor = ex.number(Fraction(-1, rows))
        if op.name == "nll_loss":
            logs = self.of(op.operands[0])
            return ex.multiply([factor, ex.total(ex.multiply([of_class, logs]), shape, op.operands[0].array.shape)])
        return ex.multiply([factor, self.of(op.operands[0]), of_class], shape)

    def _onehot(self, labels: Tensor, classes: int) -> Expression:
        """A row for each label with a one at its class."""
        said = f"onehot({self.labels.get(key_of(labels), 'y')})"
        self.values[said] = np.eye(classes)[labels.array]
        return ex.name(said, (labels.array.size, classes))

    def _summed(self, x: Expression, was: tuple[int, ...], dim: tuple[int, ...]) -> Expression:
        """The sum over dimensions that are kept with size one."""
        scalars, rest = ex._scalars_of(ex.shaped(x, was))
        if rest.op == "name" and rest.extra.startswith("onehot("):
            return ex.multiply([*scalars, ex.ONE])
        shape = tuple(1 if d in dim else n for d, n in enumerate(was))
        return ex.multiply([*scalars, Expression("reduce", (rest,), shape, (dim, True))])

    def _cast(self, op: Operation, shape: tuple[int, ...]) -> Expression:
        return self.of(op.operands[0])

    def _fill(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        return ex.shaped(ex.number(op.params["value"]), shape) if "value" in op.params else None

    def _constant(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        array = op.results[0].array
        return ex.number(array.reshape(())[()]) if array.size == 1 else None

    def _contraction(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        inputs, out = op.params["spec"].split("->")
        letters = inputs.split(",")
        operands = [(self.of(x), of, x.array.shape) for x, of in zip(op.operands, letters, strict=True)]
        operands = [(ex.shaped(e, s), of, s) for e, of, s in operands]
        if max(len(of) for of in (*letters, out)) > 2 or len(set(letters[0]) & set(letters[1])) != 1 or set(letters[0]) & set(
                letters[1]) & set(out):
            return None
        if out and out[0] not in letters[0]:
            operands.reverse()
        (left, of_left, left_shape), (right, of_right, right_shape) = operands
        shared = next(iter(set(of_left) & set(of_right)))
        if len(of_left) == 2 and of_left[1] != shared:
            left = ex.transpose(left, left_shape[::-1])
        if len(of_right) == 2 and of_right[0] != shared:
            right = ex.transpose(right, right_shape[::-1])
        return ex.matmul([left, right], shape)

    def _reduction(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        if op.name != "sum":
            return None
        x, was = self.of(op.operands[0]), op.operands[0].array.shape
        left = [n for d, n in enumerate(was) if d not in op.params["dim"]]
        if math.prod(left) == 1:
            return ex.total(x, shape, was)
        x = ex.shaped(x, was)
        scalars, rest = ex._scalars_of(x)
        if rest.op == "ones":
            count = Fraction(math.prod(was[d] for d in op.params["dim"]))
            return ex.multiply([*scalars, ex.number(count), ex.ones(shape)], shape)
        return ex.multiply([*scalars, Expression("reduce", (rest,), shape, (op.params["dim"], op.params["keepdim"]))])

    def _view(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        x, was = self.of(op.operands[0]), op.operands[0].array.shape
        if x.is_scalar:
            return ex.shaped(x, shape)
        if op.name in ("permute", "transpose", "t") and len(was) == 2 and shape == was[::-1] and was != shape or (
                op.name == "permute" and op.params.get("order") == (1, 0)):
            return ex.transpose(x, shape)
        if op.name == "expand":
            return Expression("expand", (x,), shape) if x.op != "ones" else ex.ones(shape)
        if op.name in ("view", "unsqueeze", "squeeze"):
            scalars, rest = ex._scalars_of(x)
            inner = ex.ones(shape) if rest.op == "ones" else Expression("reshape", (rest,), shape)
            return ex.multiply([*scalars, inner]) if tuple(was) != tuple(shape) else x
        if op.name == "select" and op.params["dim"] == 0:
            return Expression("index", (x,), shape, op.params["index"])
        return None

    def _write(self, op: Operation, shape: tuple[int, ...]) -> Expression | None:
        base, value, steps = self.of(op.operands[0]), self.of(op.operands[1]), op.params["steps"]
        if _is_zero(base) and len(steps) == 1 and steps[0][0].name == "select" and steps[0][1]["dim"] == 0 and value.is_scalar:
            return Expression("put", (value,), shape, steps[0][1]["index"])
        return None


def _is_shown_by_name(x: Expression) -> bool:
    """Whether an expression is a function's value that may get a name of its own: an activation, a convolution, a pooling."""
    return x.op == "call" and x.extra[0] in BY_NAME or x.op == "other" and x.extra[0] in NAMED


def number_less(x: Expression) -> Expression:
    """Minus `x`."""
    return ex.multiply([ex.number(-1), x])


def _is_zero(x: Expression) -> bool:
    return x == ex.ZERO or x.op == "product" and x.args[0] == ex.ZERO


_definitions: dict[Any, Callable[..., Any]] = {}


def _kept(primitive: Any) -> Callable[..., Any]:
    """The definition of a function that is shown by name: one object for each, so that equal calls are equal."""
    return _definitions.setdefault(primitive.name, primitive.definition)


def _with_options(definition: Callable[..., Any], options: tuple[Any, ...]) -> Callable[..., Any]:
    """A definition whose last inputs are numbers."""
    return _definitions.setdefault((definition, options), lambda m, *x: definition(m, *x, *options))
