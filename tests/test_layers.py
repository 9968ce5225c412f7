"""The layers go one way: a module imports only from layers below its own, and no two modules import each other in a ring."""

import ast
from pathlib import Path

import steepest

ROOT = Path(steepest.__file__).parent

# Bottom to top; what stands in one row is side by side and does not know its neighbours.
LAYERS = [
    {"version", "errors"},
    {"core"},
    {"ops"},
    {"lower"},
    {"autograd"},
    {"functional"},
    {"methods"},
    {"nn", "optim", "data", "distributions"},
    {"serialization"},
    {"compiling"},
    {"diagnose", "timing", "fx"},
    {"tables", "course", "datasets", "vision"},
    {"viz"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

# Faces hold no code of their own beyond names taken from anywhere below; layers never import them.
FACES = {"__init__", "__main__", "as_torch", "utils", "linalg", "special", "fft", "signal", "testing", "random", "cuda", "backends", "jit"}
FACES |= {"multiprocessing", "func", "types", "amp", "accelerator", "compiler", "cpu", "distributed", "mps", "return_types",
          "torch_version", "__config__", "_utils", "sparse", "hub", "futures", "xpu", "__future__"}
FACES |= {"functorch", "storage", "quasirandom", "overrides", "_C", "_higher_order_ops", "library", "profiler"}


# What may look at a neighbour all the same, and why: an averaged model is itself a module.
BESIDE = {("optim.swa_utils", "nn")}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {
    name_of(path): path
    for path in sorted(ROOT.rglob("*.py"))
    if "programs" not in path.relative_to(ROOT).parts
}


class WithoutTypes(ast.NodeTransformer):
    """Leaves out `if TYPE_CHECKING:`, which no running program enters."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def imports(name: str, types: bool) -> set[str]:
    """Modules of the package that `name` imports anywhere in its text, functions included."""
    found: set[str] = set()
    tree: ast.AST = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree if types else WithoutTypes().visit(tree)):
        if isinstance(node, ast.Import):
            full = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import in line {node.lineno}"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in full:
            if target.split(".")[0] != "steepest":
                continue
            inner = target.removeprefix("steepest").lstrip(".") or "__init__"
            while inner not in MODULES:  # `from steepest.core.tensor import Tensor` names the module core.tensor
                inner = inner.rpartition(".")[0] or "__init__"
            found.add(inner)
    return found - {name}


def top(name: str) -> str:
    return name.split(".")[0]


def is_face(name: str) -> bool:
    return top(name) in FACES or name in {"nn.functional", "nn.init"}


def test_every_module_has_a_layer() -> None:
    unknown = {top(name) for name in MODULES} - LEVEL.keys() - FACES
    assert not unknown, f"give these a place in LAYERS or FACES: {sorted(unknown)}"


def may_import(name: str, target: str) -> bool:
    if is_face(name) or top(name) == top(target) or (name, top(target)) in BESIDE:
        return True
    if is_face(target):  # tables, pictures and commands are written against the public face, as users' programs are
        return LEVEL[top(name)] >= LEVEL["diagnose"]
    return LEVEL[top(target)] < LEVEL[top(name)]


def test_layers_import_only_from_below() -> None:
    edges = [(name, target) for name in MODULES for target in imports(name, types=True)]
    wrong = [f"{name} imports {target}" for name, target in edges if not may_import(name, target)]
    assert not wrong, "\n".join(sorted(wrong))


def test_no_modules_import_each_other_in_a_ring() -> None:
    graph = {name: imports(name, types=False) for name in MODULES}
    finished: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, "ring: " + " -> ".join((*path[path.index(name):], name))
        if name not in finished:
            for target in sorted(graph[name]):
                visit(target, (*path, name))
            finished.add(name)

    for name in sorted(graph):
        visit(name, ())
