"""Modules whose `forward` is a graph."""

import copy
import itertools
import linecache
import os
import sys
import traceback
from pathlib import Path
from types import FunctionType
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.fx.code import PythonCode, PyTreeCodeGen
from steepest.fx.graph import Graph
from steepest.fx.names import custom_builtins
from steepest.fx.tracer import Tracer
from steepest.nn.modules.module import Module
from steepest.serialization import save

__all__ = ["GraphModule", "reduce_graph_module"]

_counter = itertools.count()


def _forward_from_source(src: str, names: dict[str, Any]) -> FunctionType:
    """The function `forward` of some source, whose lines errors can show."""
    names = dict(names)
    key = f"<eval_with_key>.{next(_counter)}"
    linecache.cache[key] = len(src), None, src.splitlines(True), key
    exec(compile(src, key, "exec"), names)
    made: FunctionType = names["forward"]
    return made


def _import_lines(names: dict[str, Any]) -> str:
    """The lines that import what some code needs."""
    lines = []
    for name, thing in sorted(names.items()):
        if name in custom_builtins():
            lines.append(custom_builtins()[name].import_str)
        elif getattr(thing, "__module__", None) not in (None, "builtins") and hasattr(thing, "__name__"):
            module = thing.__module__
            as_name = "" if thing.__name__ == name else f" as {name}"
            lines.append(f"from {module} import {thing.__name__}{as_name}")
    return "\n".join(lines)


class _KeepModules(Tracer):
    """Traces code that has been generated: every module is a leaf."""

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        return True


def reduce_graph_module(body: dict[Any, Any], import_block: str) -> Module:
    """A `GraphModule` from what was pickled: its members and its code, which is traced again."""
    names = {name: builtin.obj for name, builtin in custom_builtins().items()}
    for line in import_block.splitlines():
        if not any(line == builtin.import_str for builtin in custom_builtins().values()):
            exec(line, names)
    forward = _forward_from_source(body.pop("_code"), names)
    body.pop("_graphmodule_cls_name", None)
    codegen = body.pop("_graphmodule_graph_codegen", None)

    class CodeOnlyModule(Module):
        pass

    root = CodeOnlyModule()
    root.__dict__.update({k: v for k, v in body.items() if k not in ("_parameters", "_buffers", "_modules")})
    for kind in ("_parameters", "_buffers", "_modules"):
        for key, member in body.get(kind, {}).items():
            _put(root, key, member, kind == "_buffers")
    CodeOnlyModule.forward = forward  # type: ignore[method-assign]
    graph = _KeepModules().trace(root)
    if codegen is not None:
        graph._codegen = codegen
    made = GraphModule(root, graph)
    made.training = body.get("training", True)
    return made


def _put(owner: Module, name: str, member: Any, buffer: bool) -> None:
    if buffer:
        owner.register_buffer(name, member)
    else:
        setattr(owner, name, member)


def _copy_member(source: Module, target: Module, path: str) -> None:
    """Give a module what another has under a path, and the modules on the way."""
    *way, name = path.split(".")
    for part in way:
        inner = getattr(source, part)
        existing = getattr(target, part, None)
        if existing is inner:
            return                                  # the whole module has been taken
        if existing is None:
            existing = Module()
            setattr(target, part, existing)
        source, target = inner, existing
    _assign(target, name, getattr(source, name), name in source._buffers)


def _set_member(target: Module, path: str, value: Any) -> None:
    *way, name = path.split(".")
    for part in way:
        inner = getattr(target, part, None)
        if inner is None:
            inner = Module()
            setattr(target, part, inner)
        target = inner
    _assign(target, name, value, False)


def _assign(target: Module, name: str, value: Any, buffer: bool) -> None:
    if isinstance(value, Tensor) and (buffer or type(value) is Tensor) and name not in target._parameters:
        target.register_buffer(name, value)
    else:
        setattr(target, name, value)


class GraphModule(Module):
    """A module whose `forward` is written from a graph, with the parameters and modules that the graph names.

    `graph` may be changed; `recompile()` writes the code anew. `root` is the module that has the members, or a dictionary of them by path.
    Raises RuntimeError where the graph names what a dictionary lacks.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> "GraphModule":
        own = next(c for c in cls.__mro__ if not c.__qualname__.endswith("GraphModuleImpl"))

        class GraphModuleImpl(own):  # type: ignore[misc, valid-type]
            pass

        GraphModuleImpl.__module__ = own.__module__
        return super().__new__(GraphModuleImpl)

    def __init__(self, root: Module | dict[str, Any], graph: Graph, class_name: str = "GraphModule") -> None:
        super().__init__()
        self.__class__.__name__ = class_name
        nodes = [n for n in graph.nodes if n.op in ("get_attr", "call_module")]
        if isinstance(root, Module):
            self.training = root.training
            for node in nodes:
                _copy_member(root, self, str(node.target))
        elif isinstance(root, dict):
            missing = next((n for n in nodes if n.target not in root), None)
            if missing is not None:
                raise RuntimeError(text("fx-member-missing", node=missing, target=missing.target))
            for path in sorted({str(n.target) for n in nodes}, key=lambda t: t.count(".")):
                _set_member(self, path, root[path])
        else:
            raise RuntimeError(text("fx-root", kind=type(root)))
        self.meta: dict[str, Any] = dict(getattr(root, "meta", {})) if isinstance(root, GraphModule) else {}
        self._tracer_cls = graph._tracer_cls if graph._tracer_cls and "<locals>" not in graph._tracer_cls.__qualname__ else None
        self.graph = graph

    @property
    def graph(self) -> Graph:
        """The graph; a graph that is set is compiled at once, one that was changed in place by `recompile()`."""
        if "_graph" not in self.__dict__:
            raise AttributeError(text("fx-no-graph"))
        found: Graph = self.__dict__["_graph"]
        return found

    @graph.setter
    def graph(self, g: Graph) -> None:
        if not isinstance(g, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(g)}")
        self.__dict__["_graph"] = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self) -> str:
        """The Python code of `forward`."""
        return str(self._code)

    def recompile(self) -> PythonCode:
        """Write `forward` from the graph as it is now."""
        codegen = self.graph._codegen
        if isinstance(codegen, PyTreeCodeGen):
            self._in_spec, self._out_spec = codegen.pytree_info.in_spec, codegen.pytree_info.out_spec
        made = self.graph.python_code(root_module="self")
        self._code = made.src
        type(self).forward = _forward_from_source(made.src, made.globals)  # type: ignore[method-assign]
        type(self).__call__ = _explaining_call(type(self))  # type: ignore[method-assign]
        return made

    def add_submodule(self, target: str, m: Module) -> bool:
        """Put a module at a path, with empty modules on the way; returns False where something else is in the way."""
        *way, name = target.split(".")
        owner: Module = self
        for part in way:
            inner = getattr(owner, part, None)
            if inner is None:
                inner = Module()
                setattr(owner, part, inner)
            if not isinstance(inner, Module):
                return False
            owner = inner
        owner.add_module(name, m)
        return True

    def delete_submodule(self, target: str) -> bool:
        """Take away the module at a path; returns whether there was one."""
        *way, name = target.split(".")
        owner: Any = self
        for part in way:
            owner = getattr(owner, part, None)
            if not isinstance(owner, Module):
                return False
        if not isinstance(getattr(owner, name, None), Module):
            return False
        delattr(owner, name)
        return True

    def delete_all_unused_submodules(self) -> None:
        """Take away the modules that no node calls, is within or is above of one that is called."""
        used: set[str] = set()
        for node in self.graph.nodes:
            if node.op in ("call_module", "get_attr"):
                parts = str(node.target).split(".")
                used.update(".".join(parts[:i]) for i in range(1, len(parts) + 1))
                if node.op == "call_module":
                    used.update(name for name, _ in self.get_submodule(str(node.target)).named_modules(prefix=str(node.target)))
        for name in [name for name, _ in self.named_modules() if name and name not in used]:
            self.delete_submodule(name)

    def print_readable(self, print_output: bool = True, include_stride: bool = False, include_device: bool = False, colored: bool = False,
                       **options: Any) -> str:
        """Print and return the code of this graph and of those within it, with shapes where they are known."""
        code = self._readable(type(self).__name__)
        if print_output:
            print(code)
        return code

    def _readable(self, name: str) -> str:
        src = self.graph.python_code(root_module="self", verbose=True).src.lstrip("\n")
        body = "".join(f"    {line}\n" if line.strip() else "\n" for line in src.rstrip().split("\n"))
        inner = [_indented(m._readable(n)) for n, m in self._modules.items() if isinstance(m, GraphModule)]
        return f"class {name}(torch.nn.Module):\n{body}" + "".join(f"\n{part}" for part in inner)

    def to_folder(self, folder: str | os.PathLike[str], module_name: str = "FxModule") -> None:
        """Write the code, and the members that it needs, as a Python module into a folder."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        save(self.state_dict(), place / "state_dict.pt")
        lines = ["super().__init__()"]
        for name, module in self.named_children():
            save(module, place / f"{name}.pt")
            lines.append(f"self.{name} = torch.load(r'{place / name}.pt', weights_only=False)")
        for name, tensor in (*self._parameters.items(), *self._buffers.items()):
            if tensor is not None:
                empty = f"torch.empty({list(tensor.shape)}, dtype={tensor.dtype})"
                lines.append(f"self.{name} = torch.nn.Parameter({empty})" if name in self._parameters
                             else f"self.register_buffer('{name}', {empty})")
        lines.append(f"self.load_state_dict(torch.load(r'{place}/state_dict.pt'))")
        made = self.graph.python_code(root_module="self")
        text_of_module = "\n".join([
            _import_lines(made.globals), "", "", f"class {module_name}(torch.nn.Module):", "    def __init__(self):",
            *(f"        {line}" for line in lines), *(f"    {line}".rstrip() for line in made.src.rstrip().split("\n")), ""])
        (place / "module.py").write_text(text_of_module, encoding="utf-8")
        (place / "__init__.py").write_text("from .module import *\n", encoding="utf-8")

    def __reduce__(self) -> Any:
        body = dict(Module.__getstate__(self))
        made = self.graph.python_code(root_module="self")
        body.pop("_graph", None)
        body.update(_code=made.src)
        if isinstance(self.graph._codegen, PyTreeCodeGen):
            body["_graphmodule_graph_codegen"] = self.graph._codegen
        return reduce_graph_module, (body, _import_lines(made.globals))

    def __deepcopy__(self, memo: dict[int, Any]) -> "GraphModule":
        state = {k: v for k, v in Module.__getstate__(self).items() if k not in ("_graph", "_code")}
        root = Module()
        memo[id(self)] = made = GraphModule.__new__(GraphModule)
        root.__setstate__(copy.deepcopy(state, memo))
        made.__init__(root, copy.deepcopy(self.graph, memo))  # type: ignore[misc]
        for key, value in root.__dict__.items():
            if key in ("meta", "training") or key.endswith("_hooks"):
                made.__dict__[key] = value
        return made

    def __copy__(self) -> "GraphModule":
        made = GraphModule(self, self.graph, type(self).__name__)
        made.meta = dict(self.meta)
        self.graph.owning_module = self
        return made

    def __str__(self) -> str:
        hint = "# To see more debug info, please use `graph_module.print_readable()`"
        return "\n".join([super().__str__(), self.code, hint])

    def _get_name(self) -> str:
        return type(self).__name__


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in code.rstrip("\n").split("\n"))


def _explaining_call(cls: Any) -> Any:
    """Calls as those of any module; an error within the generated code shows the lines of it."""
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super(cls, self).__call__(*args, **kwargs)
        except Exception as problem:
            frames = traceback.extract_tb(problem.__traceback__)
            if frames and frames[-1].filename.startswith("<eval_with_key>"):
                print(_marked(frames[-1]), file=sys.stderr)
                raise problem.with_traceback(None)  # noqa: B904
            raise

    return __call__


def _marked(frame: traceback.FrameSummary) -> str:
    lines = linecache.getlines(frame.filename)
    number = frame.lineno or 1
    line = lines[number - 1] if number <= len(lines) else ""
    before, after = "".join(lines[max(0, number - 3):number]), "".join(lines[number:number + 2])
    said = f"Call using an FX-traced Module, line {number} of the traced Module's generated forward function:"
    return f"{said}\n{before}\n{'~' * len(line)}~~~ <--- HERE\n{after}\n"

