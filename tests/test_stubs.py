"""The stubs that editors and mypy read say what the running package has."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import steepest

ROOT = Path(steepest.__file__).parent
SCRIPT = Path(__file__).parents[1] / "scripts" / "stubs.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stubs", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(body: list[ast.stmt]) -> set[str]:
    """What the statements of a module or class define."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname for alias in node.names if alias.asname == alias.name}
    return found


def stub(*path: str) -> ast.Module:
    return ast.parse(ROOT.joinpath(*path).read_text(encoding="utf-8"))


def test_stubs_are_what_the_script_writes() -> None:
    if script().LATE_ANNOTATIONS:
        pytest.skip("the stubs are written by Python 3.11 to 3.13, where annotations are evaluated as they stand")
    # in a process of its own: where the name torch means steepest, classes say that they are torch's
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, f"run python scripts/stubs.py: these do not show the package as it is\n{done.stdout}{done.stderr}"


def test_the_stub_has_every_attribute_of_tensors() -> None:
    tensor = next(node for node in stub("core", "tensor.pyi").body if isinstance(node, ast.ClassDef) and node.name == "Tensor")
    there = {name for name in dir(steepest.Tensor) if not name.startswith("_") and hasattr(steepest.Tensor, name)}
    assert there - names(tensor.body) == set()


def test_the_stub_has_every_public_name_of_the_package() -> None:
    running = {name for name, value in vars(steepest).items() if not name.startswith("_") and not isinstance(value, ModuleType)}
    lazy = set(script().submodules()) | {name for name in steepest._FROM if name != "load_ipython_extension"}
    assert (running | lazy) - names(stub("__init__.pyi").body) - {"Any"} == set()


def test_methods_and_functions_carry_documentation() -> None:
    tensor = next(node for node in stub("core", "tensor.pyi").body if isinstance(node, ast.ClassDef) and node.name == "Tensor")
    functions = [node for node in [*tensor.body, *stub("__init__.pyi").body] if isinstance(node, ast.FunctionDef)]
    setters = {node.name for node in functions if any(isinstance(d, ast.Attribute) for d in node.decorator_list)}
    bare = {node.name for node in functions if not node.name.startswith("_") and ast.get_docstring(node) is None}
    assert bare - setters == set()
