"""The lowerings of forms that move or order elements one by one: one case a form, over whatever operations have that form.

The others are loop nests of groups (`steepest.lower.groups`). An operation of yet another form (linear algebra), with a dtype
that native code does not have (complex), or a draw that it does not make is evaluated by Python on the buffers, called from the loop.
"""

from collections.abc import Callable

from steepest.core.recorder import Equation
from steepest.lower import nest_drawing, nest_elements, nest_folding, nest_indexing, nest_ordering
from steepest.lower.nest import EVALUATE, Nest
from steepest.lower.statements import Statement

__all__ = ["LOWERINGS", "lower"]

LOWERINGS: dict[str, Callable[[Nest, Equation], None]] = {
    "rearrange": nest_elements.rearrange,
    "extremum": nest_folding.extremum_of_one,
    "scan": nest_folding.scan,
    "extremum_scan": nest_folding.extremum_scan,
    "gather": nest_indexing.gather,
    "scatter": nest_indexing.scatter,
    "take": nest_indexing.take,
    "put": nest_indexing.put,
    "index": nest_indexing.index,
    "index_put": nest_indexing.index_put,
    "sort": nest_ordering.sort,
    "random": nest_drawing.draw,
}


SHARED = frozenset(("index", "random", "take"))
"""Forms whose lowerings share their loops among the threads by themselves."""


def lower(nest: Nest, statement: Statement) -> None:
    """Write the loops of one equation, or the call of Python where it has none."""
    nest.number = statement.number
    equation = statement.equation
    assert equation is not None
    with nest.function.scope():
        if statement.kind == "python":
            nest.alone(lambda: nest.call(EVALUATE))
        elif equation.primitive.form in SHARED:
            LOWERINGS[equation.primitive.form](nest, equation)
        else:
            nest.alone(lambda: LOWERINGS[equation.primitive.form](nest, equation))
