"""The forms' lowerings: one case a form, over whatever operations have that form.

An operation of another form (draws, linear algebra) or with a dtype that native code does not have (complex) is evaluated by Python
on the buffers, called from the loop.
"""

from collections.abc import Callable

from steepest.core.recorder import Access, Equation
from steepest.lower import nest_elements, nest_folding, nest_indexing, nest_ordering
from steepest.lower.nest import EVALUATE, Nest

__all__ = ["LOWERINGS", "lower"]

LOWERINGS: dict[str, Callable[[Nest, Equation], None]] = {
    "map": nest_elements.map,
    "cast": nest_elements.cast,
    "store": nest_elements.store,
    "write": nest_elements.write,
    "fill": nest_elements.fill,
    "constant": nest_elements.constant,
    "iota": nest_elements.iota,
    "join": nest_elements.join,
    "rearrange": nest_elements.rearrange,
    "reduction": nest_folding.reduction,
    "extremum": nest_folding.extremum,
    "contraction": nest_folding.contraction,
    "scan": nest_folding.scan,
    "extremum_scan": nest_folding.extremum_scan,
    "gather": nest_indexing.gather,
    "scatter": nest_indexing.scatter,
    "take": nest_indexing.take,
    "put": nest_indexing.put,
    "index": nest_indexing.index,
    "index_put": nest_indexing.index_put,
    "sort": nest_ordering.sort,
}


def lower(nest: Nest, equation: Equation, number: int) -> None:
    """Write the loops of one equation, or the call of Python where it has none."""
    nest.number = number
    lowering = LOWERINGS.get(equation.primitive.form)
    accesses = [x for x in (*equation.operands, *equation.results) if isinstance(x, Access)]
    with nest.function.scope():
        if lowering is None or any(x.content.dtype.is_complex for x in accesses):
            nest.call(EVALUATE)
        else:
            lowering(nest, equation)
