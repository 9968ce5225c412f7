"""Symbolic tracing: a module or function is called with proxies, and what it does becomes a graph."""

import builtins
import functools
import inspect
import itertools
import math
import warnings
from collections.abc import Callable, Hashable
from types import CodeType, FunctionType, ModuleType
from typing import Any

from steepest.core.overriding import _assert as assert_
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.fx.code import PyTreeCodeGen, PytreeInfo
from steepest.fx.graph import Graph
from steepest.fx.node import Argument, base_types
from steepest.fx.proxy import ParameterProxy, TracerBase, _proxies
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.module import Module
from steepest.nn.parameter import Parameter
from steepest.utils import _pytree as pytree

__all__ = ["PH", "PHBase", "PHWithMeta", "Tracer", "is_fx_symbolic_tracing", "is_fx_tracing", "wrap"]

_wrapped_functions: dict[tuple[int, str], dict[str, Any]] = {}
"""Names of modules that `wrap` was called for, each with the module's dictionary."""
_tracing: list["Tracer"] = []
_MISSING = object()
_orig_module_call, _orig_module_getattr = Module.__call__, Module.__getattr__


class ScriptObject:
    """An object of a scripted class, of which there are none here."""


class PHBase:
    """Within `concrete_args` a value that is not known: it becomes an argument of the graph."""

    def __repr__(self) -> str:
        return "PH"


PH = PHBase()


class PHWithMeta(PHBase):
    """As `PH`, with attributes for the proxy."""

    def __init__(self, ph_key: str | None = None) -> None:
        super().__init__()
        self.ph_key = ph_key


def is_fx_tracing() -> bool:
    """Whether a program is being traced."""
    return bool(_tracing)


is_fx_symbolic_tracing = is_fx_tracing


def _assert_is_none(value: Any, msg: str) -> None:
    assert value is None, msg


class _Patcher:
    """Attributes of classes and items of dictionaries that are other things until the `with` block ends."""

    def __init__(self) -> None:
        self.before: list[tuple[Any, str, Any]] = []
        self.visited: set[int] = set()

    def __enter__(self) -> "_Patcher":
        return self

    def patch(self, frame_dict: dict[str, Any], name: str, new_fn: Callable[..., Any], deduplicate: bool = True) -> None:
        """Replace an item of a dictionary."""
        self.before.append((frame_dict, name, frame_dict.get(name, _MISSING)))
        frame_dict[name] = new_fn

    def patch_method(self, cls: type, name: str, new_fn: Callable[..., Any], deduplicate: bool = True) -> None:
        """Replace an attribute of a class."""
        self.before.append((cls, name, vars(cls).get(name, _MISSING)))
        setattr(cls, name, new_fn)

    def visit_once(self, thing: Any) -> bool:
        """Whether this is asked about a thing for the first time."""
        fresh = id(thing) not in self.visited
        self.visited.add(id(thing))
        return fresh

    def __exit__(self, *problem: Any) -> None:
        for owner, name, value in reversed(self.before):
            if not isinstance(owner, dict):
                delattr(owner, name) if value is _MISSING else setattr(owner, name, value)
            elif value is _MISSING:
                del owner[name]
            else:
                owner[name] = value


def _recording_calls(original: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose calls with proxies are noted and not made."""
    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        proxy = next(_proxies((args, kwargs)), None)
        if proxy is None:
            return original(*args, **kwargs)
        made = proxy.tracer.create_proxy("call_function", original, args, kwargs)
        made.node.meta["is_wrapped"] = True
        return made

    return wrapped


def _autowrap_check(patcher: _Patcher, frame_dict: dict[str, Any], function_ids: set[int]) -> None:
    """Let calls of these functions by the names in a module's dictionary be nodes."""
    if patcher.visit_once(frame_dict):
        for name, value in list(frame_dict.items()):
            if not name.startswith("_") and callable(value) and id(value) in function_ids:
                patcher.patch(frame_dict, name, _recording_calls(value))


def _patch_wrapped_functions(patcher: _Patcher) -> None:
    """Let calls of the functions that `wrap` was told of be nodes."""
    for (_, name), names in list(_wrapped_functions.items()):
        patcher.patch(names, name, _recording_calls(names[name] if name in names else getattr(builtins, name)))


def wrap(fn_or_name: Any) -> Any:
    """Let calls of a function of this module, in it, be nodes of graphs: `torch.fx.wrap("len")` or a decorator, at module level.

    Raises RuntimeError for what is no function, NotImplementedError elsewhere than at module level.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError(text("fx-wrap-name"))
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    caller = frame.f_back
    if caller.f_code.co_name != "<module>":
        raise NotImplementedError(text("fx-wrap-place"))
    _wrapped_functions[id(caller.f_globals), name] = caller.f_globals
    return fn_or_name


class Tracer(TracerBase):
    """Traces modules and functions: `tracer.trace(module)` gives a `Graph`.

    Subclasses say by `is_leaf_module` which modules become one node each; by default those of `torch.nn`, but for `Sequential`.
    Functions of the modules `autowrap_modules` and those of `autowrap_functions` become nodes, too.
    """

    def __init__(self, autowrap_modules: tuple[ModuleType, ...] = (math,), autowrap_functions: tuple[Callable[..., Any], ...] = (),
                 param_shapes_constant: bool = False) -> None:
        found = itertools.chain.from_iterable(vars(m).items() for m in autowrap_modules)
        self._autowrap_function_ids = {id(f) for name, f in found if not name.startswith("_") and callable(f)}
        self._autowrap_function_ids.update(map(id, autowrap_functions))
        self._autowrap_search = list(autowrap_modules)
        self.param_shapes_constant = param_shapes_constant
        self.submodule_paths: dict[Module, str] | None = None
        self.module_stack: dict[str, Any] = {}
        self.root: Module = Module()
        self.tensor_attrs: dict[Any, str] = {}

    def create_arg(self, a: Any) -> Argument:
        """As in the base class; parameters, buffers and other tensors become `get_attr` nodes."""
        if isinstance(a, Parameter):
            name = next((n for n, p in self.root.named_parameters() if a is p), None)
            if name is None:
                raise NameError("parameter is not a member of this module")
            return self.create_node("get_attr", name, (), {})
        if isinstance(a, Tensor):
            name = next((n for n, b in self.root.named_buffers() if a is b), None)
            return self.create_node("get_attr", name if name is not None else self._constant(a, "_tensor_constant"), (), {})
        if isinstance(a, Module):
            path = next((n for n, m in self.root.named_modules() if a is m), None)
            if path is not None:
                return self.create_node("get_attr", path, (), {})
        if isinstance(a, tuple) and hasattr(a, "_fields"):
            return self.create_node("call_function", type(a), tuple(self.create_arg(x) for x in a), {})
        try:
            return super().create_arg(a)
        except NotImplementedError:
            return self.create_node("get_attr", self._constant(a, f"_{type(a).__name__}_constant"), (), {})

    def _constant(self, value: Any, stem: str) -> str:
        """The name under which the root keeps a value, chosen when it is first seen."""
        key = value if isinstance(value, Hashable) else id(value)
        if key not in self.tensor_attrs:
            place = 0
            while hasattr(self.root, f"{stem}{place}"):
                place += 1
            setattr(self.root, f"{stem}{place}", value)
            self.tensor_attrs[key] = f"{stem}{place}"
        return self.tensor_attrs[key]

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Whether calls of a module are one node; else the tracer goes into it."""
        return type(m).__module__.startswith(("torch.nn", "steepest.nn")) and not isinstance(m, Sequential)

    def path_of_module(self, mod: Module) -> str:
        """Where a module is within the root; raises NameError where it is not."""
        for name, m in (self.root.named_modules() if self.submodule_paths is None else ()):
            if m is mod:
                return name
        path = None if self.submodule_paths is None else self.submodule_paths.get(mod)
        if path is None:
            raise NameError(text("fx-not-a-submodule"))
        return path

    def call_module(self, m: Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call of a submodule becomes."""
        path = self.path_of_module(m)
        self.module_stack[path] = path, type(m)
        try:
            if self.is_leaf_module(m, path):
                return self.create_proxy("call_module", path, args, kwargs)
            return forward(*args, **kwargs)
        finally:
            self.module_stack.pop(path, None)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """What a program gets that asks a module for a member: a proxy of a parameter."""
        if isinstance(attr_val, Parameter):
            return self._member_proxy(attr_val, self.root.named_parameters(), parameter_proxy_cache)
        if self.proxy_buffer_attributes and isinstance(attr_val, Tensor):
            return self._member_proxy(attr_val, self.root.named_buffers(), parameter_proxy_cache)
        return attr_val

    def _member_proxy(self, value: Any, members: Any, made: dict[str, Any]) -> Any:
        name = next((n for n, member in members if value is member), None)
        if name is None:
            return value
        if name not in made:
            options: dict[str, Any] = {}
            if self.param_shapes_constant:
                options["proxy_factory_fn"] = lambda node: ParameterProxy(self, node, name, value)
            made[name] = self.create_proxy("get_attr", name, (), {}, **options)
        return made[name]

    def create_args_for_root(self, root_fn: Any, is_module: bool, concrete_args: Any = None) -> tuple[Any, list[Any]]:
        """Placeholders for the arguments of a function, which is returned with them."""
        fn = inspect.unwrap(root_fn)
        code: CodeType = fn.__code__
        total = code.co_argcount + code.co_kwonlyargcount
        names = list(code.co_varnames)
        args: list[Any] = [self.root] if is_module else []
        first = 1 if is_module else 0
        if isinstance(concrete_args, tuple):
            if len(concrete_args) != total - first:
                raise RuntimeError(f"Tracing expected {total - first} arguments but got {len(concrete_args)} concrete arguments")
            concrete_args = dict(zip(names[first:total], concrete_args, strict=True))
        signature = inspect.signature(fn)
        args += [self._proxy_for(name, signature, concrete_args) for name in names[first:total]]
        if code.co_kwonlyargcount or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
            place = total
            if code.co_flags & inspect.CO_VARARGS:
                args.append(self._placeholder(f"*{names[place]}", signature, ()))
                place += 1
            if code.co_flags & inspect.CO_VARKEYWORDS:
                args.append(self._placeholder(f"**{names[place]}", signature, ()))
            root_fn = _without_stars(fn, len(args))
        leaves, spec = pytree.tree_flatten(tuple(args))
        if concrete_args is not None and any(not isinstance(x, pytree.LeafSpec) for x in spec.children_specs):
            self.graph._codegen = PyTreeCodeGen(PytreeInfo(names[:total], pytree.tree_structure(list(args[first:])), None))
            return (lambda *given: root_fn(*pytree.tree_unflatten(list(given), spec))), leaves
        return root_fn, args

    def _placeholder(self, name: str, signature: inspect.Signature, default: Any) -> Any:
        parameter = signature.parameters.get(name.replace("*", ""))
        if parameter is not None and not name.startswith("*"):
            default = () if parameter.default is inspect.Parameter.empty else (parameter.default,)
        known = parameter is not None and not name.startswith("*")
        annotation = parameter.annotation if known and parameter is not None else inspect.Parameter.empty
        return self.create_proxy("placeholder", name, default, {}, type_expr=self._annotated(annotation))

    def _annotated(self, annotation: Any) -> Any:
        """The type of an argument or result; in the package's own modules only that it is a tensor, as PyTorch's modules say."""
        if annotation is inspect.Parameter.empty:
            return None
        if type(self.root) is not Module and type(self.root).__module__.startswith(("torch.nn", "steepest.nn")):
            return Tensor if annotation in (Tensor, "Tensor") else None
        return annotation

    def _proxy_for(self, name: str, signature: inspect.Signature, concrete: dict[str, Any] | None) -> Any:
        if concrete is None or name not in concrete:
            return self._placeholder(name, signature, ())
        count = itertools.count(1)

        def replace(x: Any) -> Any:
            parameter = signature.parameters[name]
            default = () if parameter.default is inspect.Parameter.empty else (parameter.default,)
            out = self.create_proxy("placeholder", f"{name}_{next(count)}", default, {})
            if isinstance(x, PHBase):
                out.node.meta.update(vars(x))
                return out
            said = text("fx-specialised", name=name, value=x)
            if isinstance(x, base_types) and not isinstance(x, Tensor):
                assert_(out == x, said)
            elif x is None:
                self.create_proxy("call_function", _assert_is_none, (out, said), {})
            else:
                warnings.warn(text("fx-not-specialised", name=name), stacklevel=2)
            return x

        return pytree.tree_map(replace, concrete[name])

    def _module_getattr(self, made: dict[str, Any]) -> Callable[[Module, str], Any]:
        def attribute(module: Module, name: str) -> Any:
            value = object.__getattribute__(module, name)
            if isinstance(value, Tensor):
                members = object.__getattribute__(module, "__dict__")
                if name in members["_parameters"] or name in members["_buffers"]:
                    return self.getattr(name, value, made)
            return value

        return attribute

    def trace(self, root: Module | Callable[..., Any], concrete_args: dict[str, Any] | None = None) -> Graph:
        """The graph of a module's `forward`, or of a function.

        `concrete_args` are arguments with values that the graph is made for; `PH` within them stands for what stays an argument.
        Raises TraceError where the program asks for the value of a proxy.
        """
        if isinstance(root, Module):
            self.root = root
            fn: Any = getattr(type(root), self.traced_func_name)
            self.root_module_name = type(root).__name__
            self.submodule_paths = {mod: name for name, mod in root.named_modules()}
        else:
            self.root, fn = Module(), root
            self.submodule_paths = None
        self.graph = Graph(tracer_cls=type(self) if type(self) is not Tracer else None)
        self.tensor_attrs = {}
        self._note_tensors(self.root, "")
        fn, args = self.create_args_for_root(fn, isinstance(root, Module), concrete_args)
        scope = getattr(inspect.unwrap(fn), "__globals__", {})
        _tracing.append(self)
        try:
            with _Patcher() as patcher:
                self._patch(patcher, scope)
                result = fn(*args)
                self.create_node("output", "output", (self.create_arg(self._flat(result)),), {},
                                 type_expr=self._annotated(fn.__annotations__.get("return", inspect.Parameter.empty)))
        finally:
            _tracing.pop()
            self.submodule_paths = None
        return self.graph

    def _flat(self, result: Any) -> Any:
        if not isinstance(self.graph._codegen, PyTreeCodeGen):
            return result
        leaves, spec = pytree.tree_flatten(result)
        self.graph._codegen.pytree_info.out_spec = spec
        return leaves

    def _note_tensors(self, module: Module, prefix: str) -> None:
        """Tensors that are attributes and neither parameters nor buffers go by their own names."""
        for name, value in vars(module).items():
            if isinstance(value, Tensor) and not isinstance(value, Parameter):
                self.tensor_attrs[value] = f"{prefix}{name}"
        for name, child in module.named_children():
            self._note_tensors(child, f"{prefix}{name}.")

    def _patch(self, patcher: _Patcher, scope: dict[str, Any]) -> None:
        """Replace what is another thing while a program is traced: calls of modules, their members, and wrapped functions."""
        original = Module.__call__

        def call(module: Module, *args: Any, **kwargs: Any) -> Any:
            def forward(*given: Any, **named: Any) -> Any:
                return original(module, *given, **named)

            _autowrap_check(patcher, getattr(type(module).forward, "__globals__", {}), self._autowrap_function_ids)
            return self.call_module(module, forward, args, kwargs)

        patcher.patch_method(Module, "__call__", call)
        patcher.patch_method(Module, "__getattribute__", self._module_getattr({}))
        _patch_wrapped_functions(patcher)
        for names in (scope, *map(vars, self._autowrap_search)):
            _autowrap_check(patcher, names, self._autowrap_function_ids)


def _without_stars(fn: Any, count: int) -> Any:
    """The function with all its arguments positional, `*args` and `**kwargs` included."""
    code = fn.__code__
    flags = code.co_flags & ~(inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    made = FunctionType(code.replace(co_argcount=count, co_posonlyargcount=0, co_kwonlyargcount=0, co_flags=flags),
                        fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)
    return made
