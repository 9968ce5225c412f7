"""From a group to its loops: one case a kind."""

from steepest.lower.forms import lower
from steepest.lower.fusion import Group
from steepest.lower.loops import best_nest, fold_nest, map_nest
from steepest.lower.nest import Nest
from steepest.lower.tiles import product_nest

__all__ = ["lower_group"]

NESTS = {"fold": fold_nest, "best": best_nest, "product": product_nest}


def lower_group(nest: Nest, group: Group) -> None:
    """Write the loops of a group."""
    with nest.function.scope():
        if not group.always:
            nest.barrier(None)
            with nest.in_last_step():
                nest.running = "all"
                _write(nest, group)
                nest.barrier(None)
            nest.running = None
        else:
            _write(nest, group)


def _write(nest: Nest, group: Group) -> None:
    nest.number = group.equation
    if group.other is not None:
        lower(nest, group.other)
    elif group.root is None:
        map_nest(nest, group) if not any(s.stops for s in group.after) else nest.alone(lambda: map_nest(nest, group))
    else:
        NESTS[group.root.kind](nest, group)
