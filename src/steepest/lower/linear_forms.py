"""Sums as linear forms: `c + k1 a1 + k2 a2 ...` over what changes from step to step, with coefficients that do not.

In gradient descent on a straight line the sums over the data are such coefficients: they leave the loop over the steps, and a
step is a product and a sum for each parameter.
"""

from collections.abc import Callable
from typing import Any

from steepest.lower.expressions import Expression, Expressions, copy_node
from steepest.lower.scalar import FLOATS

__all__ = ["linear"]

LIMIT = 4
"""So many products at most in a form; what would be longer is computed as it is written."""


class Form:
    """`constant` (None: 0) and the coefficients of the expressions that change, by their numbers."""

    __slots__ = ("constant", "terms")

    def __init__(self, terms: dict[int, Expression], constant: Expression | None) -> None:
        self.terms, self.constant = terms, constant


def linear(graph: Expressions, outputs: list[int], changes: Callable[[Any], bool]) -> tuple[Expressions, list[int]]:
    """The outputs in a new graph, with sums and multiples by what does not change kept as linear forms.

    `changes` says of a leaf's key whether the leaf is another number in another step.
    """
    made = _Rewriting(graph, changes)
    for number in graph.needed(outputs):
        made.take(number)
    return made.graph, [made.value(number).number for number in outputs]


class _Rewriting:
    def __init__(self, source: Expressions, changes: Callable[[Any], bool]) -> None:
        self.source, self.graph = source, Expressions()
        self.varies = source.depending(changes)
        self.forms: dict[int, Form] = {}
        self.values: dict[int, Expression] = {}

    def value(self, number: int) -> Expression:
        """The node of the new graph that computes a node of the old one."""
        found = self.values.get(number)
        if found is None:
            form = self.forms[number]
            found = form.constant
            for atom, factor in form.terms.items():
                product = Expression(self.graph, atom) * factor
                found = product if found is None else product + found
            if found is None:
                found = self.graph.constant(0, self.source.dtypes[number])
            self.values[number] = found
        return found

    def form(self, number: int) -> Form:
        found = self.forms.get(number)
        if found is None:
            x = self.values[number]
            found = Form({x.number: self.graph.constant(1, x.dtype)}, None) if self.varies[number] else Form({}, x)
        return found

    def take(self, number: int) -> None:
        """Rewrite one node, whose operands are there."""
        operands = self.source.operands(number)
        form = self._combined(self.source.nodes[number][0], operands) if self._is_sum(number) else None
        if form is not None:
            self.forms[number] = form
        else:
            self.values[number] = copy_node(self.graph, self.source, number, [self.value(k) for k in operands])

    def _is_sum(self, number: int) -> bool:
        return self.varies[number] and self.source.dtypes[number] in FLOATS and self.source.nodes[number][0] in (
            "add", "subtract", "multiply", "divide", "negative")

    def _combined(self, name: str, operands: tuple[int, ...]) -> Form | None:
        a = self.form(operands[0])
        if name == "negative":
            return self._scaled(a, lambda x: -x)
        b = self.form(operands[1])
        if name == "multiply":
            if a.terms and b.terms:
                return None
            form, other = (a, b.constant) if a.terms else (b, a.constant)
            return None if other is None else self._scaled(form, lambda x: x * other)
        if name == "divide":
            if b.terms or b.constant is None:
                return None
            inverse = 1 / b.constant
            return self._scaled(a, lambda x: x * inverse)
        if name == "subtract":
            b = self._scaled(b, lambda x: -x)
        terms = dict(a.terms)
        for atom, factor in b.terms.items():
            terms[atom] = terms[atom] + factor if atom in terms else factor
        constants = [c for c in (a.constant, b.constant) if c is not None]
        constant = constants[0] + constants[1] if len(constants) == 2 else constants[0] if constants else None
        return Form(terms, constant) if len(terms) <= LIMIT else None

    def _scaled(self, form: Form, scale: Callable[[Expression], Expression]) -> Form:
        return Form({a: scale(k) for a, k in form.terms.items()}, None if form.constant is None else scale(form.constant))
