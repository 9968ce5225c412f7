"""From a group to its loops, one case a kind; equal loops over different memory are one function.

Layers of the same shape, the steps of a recurrent network and the updates of parameters are compiled once.
"""

from collections.abc import Callable
from typing import Any

from steepest.core.recorder import Content
from steepest.lower.forms import lower
from steepest.lower.fusion import Group
from steepest.lower.loops import best_nest, fold_nest, map_nest
from steepest.lower.nest import Nest
from steepest.lower.partial_sums import in_parts
from steepest.lower.text import Function
from steepest.lower.tiles import product_nest

__all__ = ["lower_group", "write_apart"]

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
    elif group.root.kind == "best" or not in_parts(nest, group, _nest):
        _nest(nest, group)


def _nest(nest: Nest, group: Group) -> None:
    assert group.root is not None
    NESTS[group.root.kind](nest, group)


def write_apart(nest: Nest, group: Group, boxes: Any, room: Callable[[Content, int], None], functions: dict[str, str]) -> None:
    """Write the loops of a group that never stops as a function, unless an equal one is there already, and call it.

    `functions` are those written so far: their text, and by what name they are called.
    """
    g = Function("GROUP", ["ptr %table", "i64 %thread", "i1 %last"], internal=True, attributes="noinline")
    names: dict[Any, str] = {}
    arguments: dict[str, str] = {}

    def parameter(key: Any, value: str) -> str:
        if key not in names:
            names[key] = f"%p{len(names)}"
            arguments[names[key]] = value
        return names[key]

    def pointer(content: Content, offset: int, home: bool) -> str:
        return parameter((content.storage, offset, home), nest.pointer(content, offset, home))

    def attach(memory: Any) -> str:
        return parameter(id(memory), nest.attach(memory))

    inner = Nest(g, pointer, nest.needed, attach, "", "", 0, "true" if nest.last == "true" else "%last", nest.exact, nest.threads)
    inner.apart, inner.boxes, inner.room, inner.shared = True, boxes, room, nest.shared
    lower_group(inner, group)
    g.params += [f"ptr {p}" for p in arguments]
    text = g.definition()
    name = functions.get(text)
    f = nest.function
    if name is None:
        name = functions[text] = f"group{len(functions)}"
        g.name = name
        f.use(g)
    for following in inner.entry:
        nest.barrier(following)
    given = "".join(f", ptr {a}" for a in arguments.values())
    f.do(f"call void @{name}(ptr %table, i64 %thread, i1 {nest.last}{given})")
    if inner.entry:
        nest.running = inner.running
