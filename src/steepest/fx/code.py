"""The Python code of a graph, in PyTorch's words."""

import enum
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import steepest
from steepest.core.tensor import Tensor
from steepest.fx.names import Namespace, custom_builtins, is_from_torch, qualified_name, type_text
from steepest.fx.node import Node, nodes_within

__all__ = ["CodeGen", "PyTreeCodeGen", "PythonCode", "PytreeInfo"]

BINARY = {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "truediv": "/", "mod": "%", "lshift": "<<", "rshift": ">>", "or_": "|",
          "xor": "^", "and_": "&", "matmul": "@", "pow": "**", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "eq": "==", "ne": "!="}
MAGIC = {name: f"{{}} {sign} {{}}" for name, sign in BINARY.items()} | {
    "pos": "+{}", "neg": "-{}", "invert": "~{}", "getitem": "{}[{}]"}
"""Operators as Python writes them."""
COMPARING = ("lt", "gt", "le", "ge", "eq", "ne")
INPLACE = {f"i{name.rstrip('_')}": f"{{}} {sign}= {{}}" for name, sign in BINARY.items() if name not in COMPARING}
INPLACE["setitem"] = "{}[{}] = {}"
TYPING = {list: list, dict: dict, set: set, frozenset: frozenset, tuple: tuple}
SHORT = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "complex64": "c64", "complex128": "c128", "int64": "i64",
         "int32": "i32", "int16": "i16", "int8": "i8", "uint8": "u8", "bool": "b8"}


@dataclass
class PythonCode:
    """Source code, the names that it needs, and the line of the source that each node is on."""

    src: str
    globals: dict[str, Any]
    _lineno_map: dict[int, int | None] | None = None
    _prologue_start: int = 0


def target_text(base: str, target: str) -> str:
    """A member by its path: `self.layer`, `getattr(self.layers, "0")`."""
    for part in target.split("."):
        base = f"{base}.{part}" if part.isidentifier() else f'getattr({base}, "{part}")'
    return base


@dataclass
class Writer:
    """Writes the body of a function line by line, and notes the names that it uses."""

    root: str
    namespace: Namespace
    verbose: bool = False
    globals: dict[str, Any] = field(default_factory=dict)
    wrapped: dict[str, None] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    returns: str = ""
    lines: dict[int, int] = field(default_factory=dict)
    trace: str | None = ""

    def add_global(self, hint: str, thing: Any) -> str:
        """The name by which the code can say a thing, which is noted."""
        if is_from_torch(thing) and thing is not steepest.device:
            return qualified_name(thing)
        name = self.namespace.create_name(hint.replace(".", "_"), thing)
        self.globals.setdefault(name, thing)
        return name

    def type_name(self, thing: Any) -> str:
        """An annotation."""
        if thing == ():
            return "()"
        origin = typing.get_origin(thing)
        if origin is None or not hasattr(thing, "__origin__"):
            return self.add_global(type_text(thing), thing)
        kind = getattr(typing, origin.__name__.capitalize()) if origin in TYPING else origin
        name = self.add_global(type_text(kind), kind)
        return f"{name}[{','.join(self.type_name(a) for a in thing.__args__)}]" if thing.__args__ else name

    def value(self, arg: Any) -> str:
        """An argument."""
        if isinstance(arg, tuple) and hasattr(arg, "_fields"):
            name = self.add_global(type_text(type(arg)), type(arg))
            return f"{name}({', '.join(self.value(a) for a in arg)})"
        if isinstance(arg, (tuple, list)):
            inner = ", ".join(self.value(a) for a in arg)
            if isinstance(arg, list):
                return f"[{inner}]"
            return f"({inner},)" if len(arg) == 1 else f"({inner})"
        if isinstance(arg, dict):
            return "{" + ", ".join(f"{k!r}: {self.value(v)}" for k, v in arg.items()) + "}"
        if isinstance(arg, slice):
            return f"slice({self.value(arg.start)}, {self.value(arg.stop)}, {self.value(arg.step)})"
        if isinstance(arg, enum.Enum):
            return f"{self.add_global(type(arg).__name__, type(arg))}.{arg.name}"
        if isinstance(arg, Tensor):
            return f"torch.Tensor(size={list(arg.shape)}, dtype={arg.dtype.name})"
        if callable(arg) and not isinstance(arg, (type, Node)) and hasattr(arg, "__name__") and not hasattr(arg, "_fields"):
            return self.add_global(qualified_name(arg), arg)
        return repr(arg)

    def call(self, args: Iterable[Any], kwargs: dict[str, Any]) -> str:
        return ", ".join([*map(self.value, args), *(f"{k} = {self.value(v)}" for k, v in kwargs.items())])

    def _annotation(self, node: Node) -> str:
        said = _described(node.meta.get("tensor_meta", node.meta.get("val"))) if self.verbose else ""
        if said:
            return f': "{said}"'
        return "" if node.type is None else f" : {self.type_name(node.type)}"

    def placeholder(self, node: Node) -> str:
        default = f" = {self.value(node.args[0])}" if node.args else ""
        self.parameters.append(f"{node.target}{self._annotation(node)}{default}")
        raw = str(node.target).replace("*", "")
        return "" if raw == node.name else f"{node.name} = {raw}\n"

    def call_method(self, node: Node) -> str:
        return f"{target_text(self.value(node.args[0]), str(node.target))}({self.call(node.args[1:], node.kwargs)})"

    def call_module(self, node: Node) -> str:
        return f"{target_text(self.root, str(node.target))}({self.call(node.args, node.kwargs)})"

    def get_attr(self, node: Node) -> str:
        return target_text(self.root, str(node.target))

    def call_function(self, node: Node) -> str:
        target: Any = node.target
        name = getattr(target, "__name__", "")
        if getattr(target, "__module__", "") == "_operator":
            if name in MAGIC and not node.kwargs:
                return MAGIC[name].format(*map(self.value, node.args))
            if name in INPLACE and not node.kwargs:
                return INPLACE[name].format(*map(self.value, node.args))
        if target is getattr and isinstance(node.args[1], str) and node.args[1].isidentifier() and len(node.args) == 2:
            return target_text(self.value(node.args[0]), node.args[1])
        said = self.add_global(qualified_name(target), target)
        if node.meta.get("is_wrapped", False):
            self.wrapped.setdefault(said)
        return f"{said}({self.call(node.args, node.kwargs)})"

    def statement(self, node: Node, gone: str, codegen: "CodeGen") -> str:
        """The line of a node; `gone` are the values that nobody uses behind it."""
        if node.op == "placeholder":
            return self.placeholder(node)
        if node.op == "output":
            if node.type is not None:
                self.returns = f" -> {self.type_name(node.type)}"
            return f"return {codegen.returned(self, node.args[0])}\n"
        text = getattr(self, node.op)(node)
        target: Any = node.target
        if node.op == "call_function" and getattr(target, "__module__", "") == "_operator" and target.__name__ in INPLACE:
            return f"{text};  {node.name} = {self.value(node.args[0])}{gone}\n"
        return f"{node.name}{self._annotation(node)} = {text}{gone}\n"

    def explain(self, node: Node) -> None:
        """Before the first of some nodes: where the program made them."""
        if node.op not in ("placeholder", "output") and node.stack_trace != self.trace:
            self.trace = node.stack_trace
            self.body.append(f"\n# {_place(self.trace)}\n" if self.trace else "\n# No stacktrace found for following nodes\n")


def _place(trace: str) -> str:
    """The last place of a stack trace in one line."""
    lines = trace.strip().split("\n")
    where = next((i for i in reversed(range(len(lines))) if lines[i].strip().startswith("File ")), 0)
    file, _, rest = lines[where].strip().removeprefix("File ").partition(", line ")
    number, _, function = rest.partition(", in ")
    code = lines[where + 1].strip() if where + 1 < len(lines) else ""
    return f"File: {file.strip(chr(34))}:{number} in {function}, code: {code}"


def _described(meta: Any) -> str:
    """A tensor in short: `f32[2, 3]`."""
    shape, dtype = getattr(meta, "shape", None), getattr(meta, "dtype", None)
    if not isinstance(dtype, steepest.dtype) or shape is None:
        return ""
    return f"{SHORT.get(dtype.name, dtype.name)}[{', '.join(map(str, shape))}]"


def last_uses(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """For each node those whose results nobody uses behind it."""
    seen: set[Node] = set()
    found: dict[Node, list[Node]] = {}
    for node in reversed(list(nodes)):
        for used in nodes_within((node.args, node.kwargs)):
            if used not in seen:
                seen.add(used)
                found.setdefault(node, []).append(used)
    return found


class CodeGen:
    """How the function of a graph begins and ends."""

    def __init__(self) -> None:
        self._body_transformer: Callable[[list[str]], list[str]] | None = None
        self._func_name = "forward"

    def gen_fn_def(self, free_vars: list[str], maybe_return_annotation: str) -> str:
        """The line `def forward(...):`."""
        if not free_vars or free_vars[0] != "self":
            free_vars = ["self", *free_vars]
        return f"def {self._func_name}({', '.join(free_vars)}){maybe_return_annotation}:"

    def returned(self, writer: Writer, value: Any) -> str:
        """What stands behind `return`."""
        return writer.value(value)

    def generate_output(self, output_args: Any) -> str:
        """The statement that returns the results."""
        return f"return {output_args!r}"

    def process_inputs(self, *args: Any) -> Any:
        """What placeholders get of the arguments of a call."""
        return args

    def process_outputs(self, outputs: Any) -> Any:
        """What a call returns of the values at the output node."""
        return outputs

    def generate(self, nodes: Iterable[Node], root: str, namespace: Namespace, verbose: bool) -> PythonCode:
        """The code of these nodes."""
        writer = Writer(root, namespace, verbose)
        for name, builtin in custom_builtins().items():
            writer.add_global(name, builtin.obj)
            writer.globals[name] = builtin.obj
        nodes = list(nodes)
        uses = last_uses(nodes)
        lines: dict[int, int] = {}
        for i, node in enumerate(nodes):
            if verbose:
                writer.explain(node)
            unused = [*uses.get(node, ()), *([] if node.users else [node])]
            gone = f";  {' = '.join([n.name for n in unused])} = None" if unused and node.op not in ("placeholder", "output") else ""
            lines[len("".join(writer.body).split("\n"))] = i
            writer.body.append(writer.statement(node, gone, self))
        body = writer.body or ["pass\n"]
        if self._body_transformer is not None:
            body = self._body_transformer(body)
        wraps = "\n".join(f'torch.fx._symbolic_trace.wrap("{name}")' for name in writer.wrapped)
        definition = self.gen_fn_def(writer.parameters, writer.returns)
        code = "\n".join(f"    {line}" for line in "".join(body).lstrip("\n").split("\n"))
        before = f"\n{wraps}\n\n"
        start = before.count("\n") + definition.count("\n") + 1
        text = f"{before}{definition}\n{code}"
        return PythonCode(text, writer.globals, {start + line: i for line, i in lines.items()}, before.count("\n"))


@dataclass
class PytreeInfo:
    """How arguments and results of a function are nested."""

    orig_args: list[str]
    in_spec: Any
    out_spec: Any


class PyTreeCodeGen(CodeGen):
    """The function takes its arguments apart first, and nests its results again."""

    def __init__(self, pytree_info: PytreeInfo) -> None:
        super().__init__()
        self.pytree_info = pytree_info

    def process_inputs(self, *inputs: Any) -> Any:
        return steepest.utils._pytree.arg_tree_leaves(*inputs)

    def process_outputs(self, out: Any) -> Any:
        return self.pytree_info.out_spec.unflatten(out if isinstance(out, (list, tuple)) else [out])

    def gen_fn_def(self, free_vars: list[str], maybe_return_annotation: str) -> str:
        args = self.pytree_info.orig_args
        args = args[1:] if args[:1] == ["self"] else args
        names = [v.split(":")[0].split("=")[0].strip() for v in free_vars]
        line = super().gen_fn_def(list(args), maybe_return_annotation)
        if names:
            line += f"\n    {', '.join(names)}, = fx_pytree.tree_flatten_spec([{', '.join(args)}], self._in_spec)"
        return line

    def returned(self, writer: Writer, value: Any) -> str:
        return f"pytree.tree_unflatten({writer.value(value)}, self._out_spec)"
