"""Numbers that grow with the step: `beta ** step`, which becomes one product a step."""

from collections.abc import Callable
from typing import Any

from steepest.lower.expressions import Expression, Expressions, copy_node, write
from steepest.lower.scalar import Scalars, Value

__all__ = ["Power", "powers"]

SMALL = 1 - 2.4e-6
"""A float32 counter stops at 2^24; the powers of a smaller base have vanished by then."""


class Power:
    """`base ** (counter + 1)` for a carried counter that becomes `counter + 1`."""

    def __init__(self, base: float, dtype: str, graph: Expressions, exponent: int) -> None:
        self.base, self.dtype, self.graph, self.exponent = base, dtype, graph, exponent

    def initial(self, m: Scalars, leaf: Callable[[Any, str], Value]) -> Value:
        """The power of the first step."""
        memo: dict[int, Value] = {}
        write(self.graph, [self.exponent], [leaf], m, [memo])
        return m.pow(m.constant(self.base, self.dtype), memo[self.exponent])

    def following(self, m: Scalars, x: Value) -> Value:
        """The power of the next step."""
        return x * self.base


def powers(graph: Expressions, outputs: list[int], carried: dict[Any, int]) -> tuple[Expressions, list[int], list[Power]]:
    """The outputs in a new graph in which powers of counters are leaves `("power", k)`, and these powers.

    `carried` gives for the key of a leaf its place among the outputs: what it is in the next step.
    """
    needed = graph.needed(outputs)
    if not any(graph.nodes[k][0] == "pow" for k in needed):
        return graph, outputs, []
    made, found = Expressions(), list[Power]()
    values: dict[int, Expression] = {}
    for number in needed:
        node, dtype = graph.nodes[number], graph.dtypes[number]
        base = graph.nodes[node[1]][1] if node[0] == "pow" and graph.nodes[node[1]][0] == "constant" else None
        if base is not None and dtype == "float64" and 0 < base <= SMALL and _counts(graph, node[2], outputs, carried):
            values[number] = made.leaf(("power", len(found)), dtype)
            found.append(Power(base, dtype, graph, node[2]))
        else:
            values[number] = copy_node(made, graph, number, [values[k] for k in graph.operands(number)])
    return made, [values[k].number for k in outputs], found


def _counts(graph: Expressions, number: int, outputs: list[int], carried: dict[Any, int]) -> bool:
    """Whether a node is what a carried counter becomes: itself plus one, possibly converted to another dtype."""
    while graph.nodes[number][0] == "cast" and graph.dtypes[graph.nodes[number][1]] in ("float32", "float64"):
        number = graph.nodes[number][1]
    node = graph.nodes[number]
    if node[0] != "add" or graph.nodes[node[1]][0] != "leaf" or graph.nodes[node[2]] != ("constant", 1.0):
        return False
    place = carried.get(graph.nodes[node[1]][1])
    return place is not None and outputs[place] == number
