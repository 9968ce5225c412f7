"""Proxies: what stands for a value while a program is traced, and notes what the program does with it."""

import dis
import enum
import inspect
import linecache
import operator
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import steepest
from steepest import overrides
from steepest.core import overriding
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.fx.arguments import as_method, as_python_function
from steepest.fx.graph import Graph
from steepest.fx.node import Argument, Node, Target, base_types

__all__ = ["Attribute", "GraphAppendingTracer", "ParameterProxy", "Proxy", "TraceError", "TracerBase"]


class TraceError(ValueError):
    """What a program does with a value cannot be traced."""


class TracerBase:
    """Makes the nodes of a graph from what happens to proxies."""

    graph: Graph
    record_stack_traces = False
    check_mutable_operations = False
    trace_asserts = False
    proxy_buffer_attributes = False
    traced_func_name = "forward"

    def create_node(self, kind: str, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument], name: str | None = None,
                    type_expr: Any = None) -> Node:
        """Add a node to the graph."""
        return self.graph.create_node(kind, target, args, kwargs, name, type_expr)

    def proxy(self, node: Node) -> "Proxy":
        """What stands for the result of a node."""
        return Proxy(node, self)

    def create_proxy(self, kind: str, target: Target, args: tuple[Any, ...], kwargs: dict[str, Any], name: str | None = None,
                     type_expr: Any = None, proxy_factory_fn: Callable[[Node], "Proxy"] | None = None) -> "Proxy":
        """Add a node whose arguments may be proxies; returns the proxy of its result."""
        node_args, node_kwargs = self.create_arg(args), self.create_arg(kwargs)
        node = self.create_node(kind, target, node_args, node_kwargs, name, type_expr)
        made = self.proxy(node) if proxy_factory_fn is None else proxy_factory_fn(node)
        if self.record_stack_traces and not made.node.stack_trace:
            trace = _users_stack(self.traced_func_name)
            if trace:
                made.node.stack_trace = trace
        return made

    def create_arg(self, a: Any) -> Argument:
        """An argument of a call as nodes have it; raises NotImplementedError for what no node can have."""
        if isinstance(a, Proxy):
            return a.node
        if hasattr(a, "__fx_create_arg__"):
            return a.__fx_create_arg__(self)
        if isinstance(a, tuple):
            items = [self.create_arg(x) for x in a]
            return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
        if isinstance(a, list):
            return [self.create_arg(x) for x in a]
        if isinstance(a, dict):
            return {self._key(k): self.create_arg(v) for k, v in a.items()}
        if isinstance(a, slice):
            return slice(self.create_arg(a.start), self.create_arg(a.stop), self.create_arg(a.step))
        if isinstance(a, range):
            return range(*map(self.create_arg, (a.start, a.stop, a.step)))
        if isinstance(a, base_types) or a is None or a is ... or isinstance(a, (bytes, type, steepest.Generator)):
            return a
        if callable(a) or isinstance(a, enum.Enum):
            return a
        raise NotImplementedError(text("fx-argument", kind=type(a)))

    def _key(self, key: Any) -> Any:
        made = self.create_arg(key)
        if isinstance(made, Node):
            raise RuntimeError(f"Keys for dictionaries used as an argument cannot contain a Node. Got key: {key}")
        return made

    def to_bool(self, obj: "Proxy") -> bool:
        """What a proxy is in a condition: an error, unless a tracer knows better."""
        raise TraceError(text("fx-control-flow"))

    def iter(self, obj: Any) -> Iterator[Any]:
        """What a loop over a proxy gives: as many items as the program unpacks, and an error where that is not known."""
        count = _unpacked(inspect.currentframe())
        if count is None:
            raise TraceError(text("fx-iteration"))
        return (obj[i] for i in range(count))

    def keys(self, obj: "Proxy") -> Any:
        """What `**proxy` gives as keys."""
        return Attribute(obj, "keys")()


def _unpacked(frame: FrameType | None) -> int | None:
    """The number of names that the program's line unpacks what it got into."""
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    if frame is None:
        return None
    found = next((i for i in dis.get_instructions(frame.f_code) if i.offset == frame.f_lasti), None)
    return found.argval if found is not None and found.opname == "UNPACK_SEQUENCE" else None


def _users_stack(first: str) -> str | None:
    """The lines of the program from the function called `first` on, without the package's own; None where it was not called."""
    frames = list(reversed(inspect.stack(0)))
    start = next((i for i, f in enumerate(frames) if f.function == first), len(frames))
    kept = [f for f in frames[start:] if not f.frame.f_globals.get("__name__", "").startswith(("steepest.", "torch."))]
    return "".join(f'  File "{f.filename}", line {f.lineno}, in {f.function}\n    {linecache.getline(f.filename, f.lineno).strip()}\n'
                   for f in kept) or None


class GraphAppendingTracer(TracerBase):
    """Adds to a graph that there is already."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph


class Proxy:
    """Stands for a value: operators, methods and functions add nodes to the tracer's graph and give proxies.

    Raises TraceError where a program asks for the value itself: `if x`, `for y in x`, `len(x)`.
    """

    def __init__(self, node: Node, tracer: TracerBase | None = None) -> None:
        if not overriding.state_of_all:
            overriding.activate()
        self.tracer = GraphAppendingTracer(node.graph) if tracer is None else tracer
        self.node = node

    def __repr__(self) -> str:
        return f"Proxy({self.node.name})"

    def __getattr__(self, name: str) -> "Attribute":
        if name in ("tracer", "node") or name.startswith("__") and name != "__len__":
            raise AttributeError(name)
        return Attribute(self, name)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __deepcopy__(self, memo: dict[int, Any]) -> "Proxy":
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = state

    def __call__(self, *args: Any, **kwargs: Any) -> "Proxy":
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self) -> Iterator[Any]:
        return self.tracer.iter(self)

    def __abs__(self) -> "Proxy":
        return self.tracer.create_proxy("call_function", operator.abs, (self,), {})

    def __bool__(self) -> bool:
        return self.tracer.to_bool(self)

    def keys(self) -> Any:
        """As `tracer.keys`."""
        return self.tracer.keys(self)

    def __len__(self) -> int:
        raise RuntimeError(text("fx-len"))

    @classmethod
    def __torch_function__(cls, orig_method: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tracer = next(p.tracer for p in _proxies((args, kwargs or {})))
        if overrides.is_tensor_method_or_property(orig_method):
            return tracer.create_proxy("call_method", orig_method.__name__, args, kwargs or {})
        method = as_method(orig_method)
        if method is not None:
            return tracer.create_proxy("call_method", method, args, kwargs or {})
        args, kwargs = as_python_function(orig_method, args, kwargs or {})
        return tracer.create_proxy("call_function", orig_method, args, kwargs)


overriding.ALSO_MAKING.append(Proxy)


def _proxies(a: Any) -> Iterator[Proxy]:
    if isinstance(a, Proxy):
        yield a
    elif isinstance(a, (tuple, list)):
        for x in a:
            yield from _proxies(x)
    elif isinstance(a, dict):
        yield from _proxies(list(a.values()))
    elif isinstance(a, slice):
        yield from _proxies([a.start, a.stop, a.step])


class Attribute(Proxy):
    """An attribute of a value: a call of a method where it is called, else a node of its own, made when it is used."""

    def __init__(self, root: Proxy, attr: str) -> None:
        self.root, self.attr, self.tracer = root, attr, root.tracer
        self._node: Node | None = None

    @property
    def node(self) -> Node:  # type: ignore[override]
        """The node of the attribute."""
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args: Any, **kwargs: Any) -> Proxy:
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


class ParameterProxy(Proxy):
    """Stands for a parameter, whose shape and number of dimensions a program may ask for."""

    def __init__(self, tracer: TracerBase, node: Node, name: str, param: Tensor) -> None:
        super().__init__(node, tracer)
        self.param, self.name = param, name

    def __repr__(self) -> str:
        return f"ParameterProxy({self.name})"

    @property
    def shape(self) -> Any:
        """The shape of the parameter."""
        return self.param.shape

    def size(self, *dim: Any) -> Any:
        """The size of the parameter."""
        return self.param.size(*dim)

    def dim(self) -> int:
        """The number of dimensions of the parameter."""
        return self.param.dim()

    @property
    def ndim(self) -> int:
        """The number of dimensions of the parameter."""
        return self.param.ndim

    def numel(self) -> int:
        """The number of elements of the parameter."""
        return int(self.param.numel())

    def nelement(self) -> int:
        """The number of elements of the parameter."""
        return int(self.param.numel())


OPERATORS = """add sub mul floordiv truediv mod lshift rshift or_ xor and_ matmul pow lt gt le ge eq ne pos neg invert getitem
iadd isub imul ifloordiv itruediv imod ilshift irshift ior ixor iand imatmul ipow""".split()
REFLECTED = "add sub mul floordiv truediv mod lshift rshift or_ xor and_ matmul pow".split()


def _operator(name: str) -> None:
    target = getattr(operator, name)

    def call(self: Proxy, *args: Any) -> Proxy:
        return self.tracer.create_proxy("call_function", target, (self, *args), {})

    call.__name__ = f"__{name.strip('_')}__"
    setattr(Proxy, call.__name__, call)


def _reflected(name: str) -> None:
    target = getattr(operator, name)

    def call(self: Proxy, other: Any) -> Proxy:
        return self.tracer.create_proxy("call_function", target, (other, self), {})

    call.__name__ = f"__r{name.strip('_')}__"
    setattr(Proxy, call.__name__, call)


for _name in OPERATORS:
    if not (_name.startswith("i") and _name != "invert"):      # `x += 1` makes a new value, as in PyTorch
        _operator(_name)
for _name in REFLECTED:
    _reflected(_name)
Proxy.__hash__ = object.__hash__  # type: ignore[method-assign]
