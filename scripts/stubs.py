"""Write the type stubs by which editors and mypy see what tables put on `Tensor` and into the package.

    python scripts/stubs.py             writes src/steepest/core/tensor.pyi and src/steepest/__init__.pyi
    python scripts/stubs.py --check     says which of them is out of date

Signatures, types and docstrings are those of the functions themselves, asked of the imported package. Needs Python 3.11 to 3.13: from
3.14 on annotations are evaluated when asked for, and in `Tensor` the methods then hide the built-in types of the same names.
"""

import importlib
import importlib.util
import inspect
import sys
import textwrap
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1] / "src" / "steepest"
sys.path.insert(0, str(ROOT.parent))

import steepest  # noqa: E402
from steepest.core import tensor as core  # noqa: E402

LATE_ANNOTATIONS = sys.version_info >= (3, 14)
WIDTH = 130
NOTE = "# Written by scripts/stubs.py; run that after adding an operation."
APART = {"as_torch", "cli"}
"""Modules whose import does more than define things."""
NOT_SHOWN = {"__getattr__", "__firstlineno__"}
"""With `__getattr__` in the stub every name would be taken for an attribute; the line numbers are Python 3.13's."""
OVERRIDES = {"__eq__", "__ne__"}
"""Operators whose results are tensors where `object` promises a bool."""


class Stub:
    """The lines of one stub file, and the imports that its types need."""

    def __init__(self, module: str, doc: str, public: dict[str, Any] | None = None):
        self.module, self.doc, self.public, self.lines = module, doc, public or {}, list[str]()
        self.imports: dict[str, set[str]] = {}

    def name_of(self, kind: type, taken: set[str]) -> str:
        """How a class is called here; an underscore goes before a name that something else of the scope bears."""
        if kind is types.NoneType:
            return "None"
        name, module = kind.__name__, kind.__module__
        if self.public.get(name) is kind:
            return name
        known = name if name not in taken else f"_{name}"
        if module == self.module or module == "builtins" and known == name:
            return known
        source = "numpy" if module.startswith("numpy") else module
        self.imports.setdefault(source, set()).add(name if known == name else f"{name} as {known}")
        return known

    def type(self, annotation: Any, taken: set[str]) -> str:
        """An annotation as text."""
        if annotation is inspect.Parameter.empty or annotation is Any:
            self.imports.setdefault("typing", set()).add("Any")
            return "Any"
        if annotation is Ellipsis:
            return "..."
        if annotation is None:
            return "None"
        if isinstance(annotation, str):
            return annotation
        if isinstance(annotation, list):
            return "[" + ", ".join(self.type(a, taken) for a in annotation) + "]"
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is None:
            return self.name_of(annotation, taken)
        if origin in (types.UnionType, typing.Union):
            return " | ".join(self.type(a, taken) for a in arguments)
        if origin is typing.Literal:
            self.imports.setdefault("typing", set()).add("Literal")
            return f"Literal[{', '.join(map(repr, arguments))}]"
        return f"{self.name_of(origin, taken)}[{', '.join(self.type(a, taken) for a in arguments)}]"

    def parameter(self, p: inspect.Parameter, taken: set[str]) -> str:
        """One parameter with its type and default."""
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        shown = repr(p.default) if p.default is None or isinstance(p.default, (bool, int, float, str)) else "..."
        default = "" if p.default is p.empty else f" = {shown}"
        return f"{star}{p.name}: {self.type(p.annotation, taken)}{default}"

    def function(self, name: str, function: Callable[..., Any], taken: set[str], first: str = "", indent: str = "") -> None:
        """A function, or with `first` a method whose first parameter that is."""
        signature = signature_of(function)
        parameters = list(signature.parameters.values())
        shown = [first] if first else []
        star = False
        if first and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
            del parameters[0]
        for p in parameters:
            if p.kind is p.KEYWORD_ONLY and not star:
                shown.append("*")
                star = True
            star = star or p.kind is p.VAR_POSITIONAL
            shown.append(self.parameter(p, taken))
        result = "None" if name == "__init__" else self.type(signature.return_annotation, taken)
        self.wrap(f"{indent}def {name}(", shown, f") -> {result}:")
        self.body(function.__doc__, indent + "    ")
        if name in OVERRIDES:
            self.lines[-1] += "  # type: ignore[override]"

    def wrap(self, head: str, parameters: list[str], tail: str) -> None:
        """A `def` line, broken between parameters where it is too long."""
        line = head
        for i, parameter in enumerate(parameters):
            end = tail if i == len(parameters) - 1 else ","
            if len(f"{line}{parameter}{end}") > WIDTH and line != head:
                self.lines.append(line.rstrip())
                line = " " * len(head)
            line += parameter + (", " if end == "," else "")
        self.lines.append(line + tail)

    def body(self, doc: str | None, indent: str) -> None:
        """A docstring, or dots where there is none."""
        if not doc:
            self.lines[-1] += " ..."
            return
        first, *rest = inspect.cleandoc(doc).splitlines()
        opening = indent + ('r"""' if "\\" in doc else '"""')
        end = "" if rest else '"""'
        self.lines += textwrap.wrap(opening + first + end, WIDTH, subsequent_indent=indent, break_long_words=False)
        for line in rest:
            self.lines += textwrap.wrap(line, WIDTH - len(indent), initial_indent=indent, subsequent_indent=indent) or [""]
        if rest:
            self.lines.append(indent + '"""')

    def text(self) -> str:
        """The whole file."""
        sources = sorted(self.imports, key=lambda source: (source.startswith("steepest"), source))
        imports = [line for source in sources for line in self.import_lines(source)]
        return "\n".join([NOTE, f'"""{self.doc}"""', "", *imports, "", *self.lines]).rstrip() + "\n"

    def import_lines(self, source: str) -> Iterator[str]:
        """The import of what is needed from one module."""
        names = sorted(self.imports[source])
        line = f"from {source} import {', '.join(names)}"
        yield from [line] if len(line) <= WIDTH else [f"from {source} import (", *[f"    {name}," for name in names], ")"]


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The signature with types in the place of their names where those can be found."""
    try:
        found = inspect.signature(function, eval_str=True)
    except NameError:
        found = inspect.signature(function)
    if not hasattr(function, "takes_out"):
        return found
    out = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Any)
    parameters = list(found.parameters.values())
    keywords = [p for p in parameters if p.kind is p.VAR_KEYWORD]
    return found.replace(parameters=[*(p for p in parameters if p not in keywords), out, *keywords])


def tensor_stub() -> str:
    """The stub of `steepest.core.tensor`: what a tensor is, with every method, operator and property."""
    stub = Stub(core.__name__, "Tensor: a NumPy view of a storage, with what autograd needs to know about it.")
    stub.imports["typing"] = {"Any"}
    stub.imports["numpy"] = {"ndarray"}
    stub.lines += ["Array = ndarray[Any, Any]", "refreshers: list[Any]", ""]
    for name, value in vars(core).items():
        if inspect.isclass(value) and value.__module__ == core.__name__:
            class_lines(stub, name, value)
        elif inspect.isfunction(value) and value.__module__ == core.__name__:
            stub.function(name, value, set())
            stub.lines.append("")
    return stub.text()


def class_lines(stub: Stub, name: str, kind: type) -> None:
    """A class with its fields, properties and methods."""
    members = {n: v for n, v in vars(kind).items() if n not in NOT_SHOWN and (callable(v) or isinstance(v, (property, int)))}
    fields = inspect.get_annotations(kind)
    taken = {n for n in {*members, *fields} if not n.startswith("_")}
    stub.lines.append(f"class {name}:")
    stub.body(kind.__doc__, "    ")
    stub.lines += [f"    {n}: {stub.type(a, taken)}" for n, a in fields.items()]
    for member, value in sorted(members.items(), key=lambda item: (not isinstance(item[1], property), item[0])):
        if isinstance(value, property):
            property_lines(stub, member, value, taken)
        elif isinstance(value, int):
            stub.lines.append(f"    {member}: {stub.type(type(value), taken)}")
        elif member == "__new__":
            stub.imports["typing"].add("Self")
            stub.lines.append("    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...")
        else:
            stub.function(member, value, taken, "self", "    ")
    stub.lines.append("")


def property_lines(stub: Stub, name: str, value: property, taken: set[str]) -> None:
    """A property; its setter takes what the setting function says."""
    assert value.fget is not None
    stub.lines.append("    @property")
    stub.function(name, value.fget, taken, "self", "    ")
    if value.fset is not None:
        given = list(signature_of(value.fset).parameters.values())[1]
        stub.lines += [f"    @{name}.setter", f"    def {name}(self, {stub.parameter(given, taken)}) -> None: ..."]


def package_stub() -> str:
    """The stub of `steepest` itself: every public name."""
    public = {n: v for n, v in vars(steepest).items() if not n.startswith("_") and not inspect.ismodule(v) and v is not Any}
    stub = Stub("steepest", "A deep-learning framework with PyTorch's interface, for gradient descent on one computer.", public)
    taken = {*public, *submodules()}
    for name in submodules():
        stub.imports.setdefault("steepest", set()).add(f"{name} as {name}")
    for name, module in steepest._FROM.items():
        if module not in APART and hasattr(importlib.import_module(f"steepest.{module}"), name):
            stub.imports.setdefault(f"steepest.{module}", set()).add(f"{name} as {name}")
    for name, value in public.items():
        if inspect.isclass(value) and getattr(sys.modules.get(value.__module__), name, None) is value and type(value) is type:
            stub.imports.setdefault(value.__module__, set()).add(f"{name} as {name}")
        elif not inspect.isfunction(value):
            stub.lines.append(f"{name}: {value_type(stub, value, taken)}")
    stub.lines += ["__version__: str", ""]
    for name, value in public.items():
        if inspect.isfunction(value):
            stub.function(name, value, taken)
            stub.lines.append("")
    return stub.text()


def value_type(stub: Stub, value: Any, taken: set[str]) -> str:
    """The type of a constant; classes made at run time are known by what they are made from."""
    if inspect.isclass(value):
        return f"type[{'Tensor' if type(value) is not type else stub.type(value.__mro__[1], taken)}]"
    return stub.type(type(value), taken)


def submodules() -> list[str]:
    """The modules of the package that `steepest.X` reaches."""
    return sorted(n for n in steepest._LAZY - APART if importlib.util.find_spec(f"steepest.{n}"))


STUBS = {ROOT / "core" / "tensor.pyi": tensor_stub, ROOT / "__init__.pyi": package_stub}


def outdated() -> dict[Path, str]:
    """The stubs that differ from what they should say, with what they should say."""
    fresh = {path: write() for path, write in STUBS.items()}
    return {path: text for path, text in fresh.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def main() -> int:
    """Write the stubs, or with --check only say which would change."""
    if LATE_ANNOTATIONS:
        sys.exit("scripts/stubs.py needs Python 3.11 to 3.13")
    changed = outdated()
    for path, text in changed.items():
        print(path.relative_to(ROOT.parent))
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8", newline="\n")
    return int("--check" in sys.argv and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
