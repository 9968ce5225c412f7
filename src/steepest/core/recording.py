"""Recording an operation as a node, and running its gradient rules, written out for its operands.

On a few elements these take as long as the operation itself, and most of that would be loops over two or three operands. So every
primitive has a function of its own that finds the edges and keeps what the wanted rules name, and for each set of operands that want a
gradient one that runs their rules. They are made when first needed.
"""

from collections.abc import Callable
from typing import Any

from steepest.core.dtype import HALVES
from steepest.core.modes import modes
from steepest.core.node import UNWRITTEN, Like, Node, expected, record, sequence
from steepest.core.tensor import Tensor, fresh, loose, refresh

__all__ = ["attach", "kept", "watchers"]

watchers: list[Callable[[Node, tuple[Any, ...], Any], None]] = []
"""What is called with every new node of a primitive, its operands and its results, while something is watched."""


def attach(primitive: Any, operands: tuple[Any, ...], params: dict[str, Any], results: Any) -> None:
    """Record the operation as the node of its results, one tensor or a tuple of them."""
    if primitive.variadic:
        attach_many(primitive, operands, params, results)
    else:
        (primitive.attacher or attacher(primitive))(primitive, *operands, params, results)


def kept(result: Tensor) -> Tensor:
    """The result as a node may hold it: without the node, since that would be a cycle; one version counter for both."""
    held = fresh(result.array, result.dtype) if result.level is None else result.level.twin(result)
    held._storage = result.storage_cell
    held.counter = result.version
    held.output_nr = result.output_nr
    return held


def several(results: tuple[Tensor, ...], first: int) -> tuple[Tensor, ...]:
    """The results from the first on, as a node may hold them."""
    held = tuple([kept(r) for r in results[first:]])
    for k, r in enumerate(held, first):
        r.output_nr = k
    return held


def attach_many(primitive: Any, operands: tuple[Any, ...], params: dict[str, Any], results: Tensor) -> None:
    """Record an operation of any number of operands, whose one rule names no values."""
    edges: list[Any] = []
    for x in operands:
        edge = None
        if isinstance(x, Tensor):
            refresh(x)
            if x.needs_grad:
                edge = x.node or x, x.output_nr
        edges.append(edge)
    node = record(primitive, edges, {}, UNWRITTEN, params, (results.array.shape, results.dtype))
    results.node, results.needs_grad = node, True
    for watched in watchers:
        watched(node, operands, results)


ATTACH = """
def attach(primitive, {operands}, params, results):
    wanted = 0
    without = False
    {no_edges} = None
{edges}
    if not wanted and not without:
        return
    saved, versions = {{}}, UNWRITTEN
{saves}
    node = new(Node)
    node.primitive = primitive{number}
    node.edges = {found},
    node.saved = saved
    node.versions = versions
    node.params = params
    node.hooks = None
    node.pull = pulls.get(wanted) or pull(primitive, wanted, pulls)
    node.sequence = following()
    if isinstance(results, Tensor):
        node.outputs = results.array.shape, results.dtype
        results.node = node
        results.needs_grad = True
    else:
        node.outputs = [(r.array.shape, r.dtype) for r in results]
        for k, r in enumerate(results):
            if r.dtype.category >= 2:
                r.node, r.needs_grad, r.output_nr = node, True, k
    for watched in watchers:
        watched(node, ({operands},), results)
"""
EDGE = """
    if isinstance(x{i}, Tensor):
        if x{i}.view_of is not None:
            refresh(x{i})
            without = without or loose(x{i})
        if x{i}.needs_grad:
            e{i} = x{i}.node or x{i}, x{i}.output_nr
            wanted += {bit}
"""
NUMBER = " if isinstance(x{i}, Tensor) else primitive.with_number[1]"
SAVE = """
    if wanted & {mask}:
        saved[{name!r}] = x{i}
        if isinstance(x{i}, Tensor) and x{i}.counter is not None and x{i}.counter.count:
            versions = {{**versions, {name!r}: x{i}.counter.count}}
"""
SAVE_RESULT = """
    if wanted & {mask}:
        saved[{name!r}] = result = kept(results if isinstance(results, Tensor) else results[0])
        if result.version.count:
            versions = {{**versions, {name!r}: result.version.count}}
"""
SAVE_RESULTS = """
    if wanted & {mask}:
        saved[{name!r}] = several(results, {first})
"""
PULL = """
def pull(node, gradients):
    g = gradients[0] if len(gradients) == 1 else gradients
{halves}
    saved, params = node.saved, node.params
{values}
    return [{gradients}]
"""
PULL_HALVES = """
    if g.dtype in HALVES if g is not gradients else any(each is not None and each.dtype in HALVES for each in g):
        return node.apply_rules(gradients)
"""
PULLED = """
    of_{name} = saved[{name!r}]
    if isinstance(of_{name}, Tensor) and of_{name}.counter is not None and of_{name}.counter.count != node.versions.get({name!r}, 0):
        node.unpack({name!r}, 0)
"""
PULLED_RESULT = """
    of_result = saved["result"]
    if modes.grad or of_result.counter.count:
        of_result = node.unpack("result", 0)
"""
PULLED_RESULTS = """
    of_{name} = node.unpack({name!r}, 0)
"""


NAMES: dict[str, Any] = {each.__name__: each for each in (Tensor, Node, Like, expected, refresh, loose, kept, several)} | {
    "HALVES": HALVES, "UNWRITTEN": UNWRITTEN, "watchers": watchers, "modes": modes, "new": object.__new__, "following": sequence.__next__}
"""What the sources name."""


def make(source: str, **names: Any) -> Callable[..., Any]:
    """The function that a source defines, with these names beside `NAMES`."""
    scope = NAMES | names
    name = source.split("(")[0].split()[-1]
    exec(compile(source, f"{__file__}: {name}", "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function


def attacher(primitive: Any) -> Callable[..., None]:
    """What records the primitive's calls, the operands one by one."""
    places = range(len(primitive.inputs))
    edges = saves = ""
    for i in places:
        if primitive.rules[i] is not None:
            edges += EDGE.format(i=i, bit=1 << i)
    for name, place, mask in primitive.saves():
        if place is None:
            save = SAVE_RESULT if name == "result" else SAVE_RESULTS
            saves += save.format(name=name, mask=mask, first=int(name == "rest"))
        else:
            saves += SAVE.format(name=name, mask=mask, i=place)
    number = NUMBER.format(i=primitive.with_number[0]) if primitive.with_number is not None else ""
    primitive.attacher = make(ATTACH.format(
        operands=", ".join(f"x{i}" for i in places), no_edges=" = ".join(f"e{i}" for i in places), edges=edges, saves=saves, number=number,
        found=", ".join(f"e{i}" for i in places)), pulls={}, pull=pull)
    made: Callable[..., None] = primitive.attacher
    return made


def pull(primitive: Any, wanted: int, pulls: dict[int, Callable[..., Any]]) -> Callable[..., Any]:
    """What runs the rules of the operands in `wanted`, one bit each; kept among `pulls`."""
    values, known = "", {"position": "{i}", "like": "Like(*expected(node.edges[{i}]))"}
    for name, place, mask in primitive.saves():
        if wanted & mask:
            value = PULLED if place is not None else PULLED_RESULT if name == "result" else PULLED_RESULTS
            values += value.format(name=name)
            known[name] = f"of_{name}"
    rules, gradients = {}, []
    for i, rule in enumerate(primitive.rules):
        gradient = "None"
        if wanted >> i & 1:
            rules[f"rule{i}"] = rule[0]
            gradient = f"rule{i}({', '.join(['g', *[known.get(n, f'params[{n!r}]').format(i=i) for n in rule[1]]])})"
        gradients.append(gradient)
    halves = PULL_HALVES if primitive.rounds_once else ""
    pulls[wanted] = make(PULL.format(halves=halves, values=values, gradients=", ".join(gradients)), **rules)
    return pulls[wanted]
