"""Operators that programs define: `torch.library.custom_op` and what is registered for one."""

import functools
import inspect
import operator
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

from steepest.autograd.function import Function
from steepest.autograd.trees import flatten, rebuild
from steepest.core.operators import packet, registered
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.operands import describe

__all__ = ["CustomOpDef", "custom_op", "infer_schema"]

KINDS: dict[Any, str] = {Tensor: "Tensor", int: "SymInt", float: "float", bool: "bool", str: "str", complex: "Scalar",
                         int | float | bool: "Scalar", int | float: "Scalar"}


def _kind(annotation: Any) -> str:
    """An annotation as schemas write it."""
    if annotation in KINDS:
        return KINDS[annotation]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType) and type(None) in inner:
        rest = [a for a in inner if a is not type(None)]
        return f"{_kind(functools.reduce(operator.or_, rest))}?"
    if origin in (list, tuple, typing.Sequence) or getattr(origin, "__name__", "") == "Sequence":
        return f"{_kind(inner[0])}[]"
    return getattr(annotation, "__name__", str(annotation))


def _returned(annotation: Any) -> str:
    if annotation is None or annotation is type(None):
        return "()"
    if typing.get_origin(annotation) is tuple:
        return f"({', '.join(map(_kind, typing.get_args(annotation)))})"
    return _kind(annotation)


def infer_schema(prototype_function: Callable[..., Any], /, *, mutates_args: Any, op_name: str | None = None) -> str:
    """The schema of a function by its annotations: "(Tensor x, SymInt n=2) -> Tensor". ValueError where an argument has none."""
    signature = inspect.signature(prototype_function)
    hints = typing.get_type_hints(prototype_function)
    parts: list[str] = []
    for i, (name, p) in enumerate(signature.parameters.items()):
        if name not in hints:
            raise ValueError(text("operator-annotation", name=name, signature=signature))
        if p.kind is p.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        kind = _kind(hints[name])
        if name in mutates_args or mutates_args == "unknown" and kind.startswith("Tensor"):
            kind = kind.replace("Tensor", f"Tensor(a{i}!)", 1)
        default = "" if p.default is p.empty else f"={p.default!r}" if not isinstance(p.default, str) else f'="{p.default}"'
        parts.append(f"{kind} {name}{default}")
    return f"{op_name or ''}({', '.join(parts)}) -> {_returned(hints.get('return'))}"


class CustomOpDef:
    """An operator of a program's own: called as its function, with gradients where `register_autograd` says them."""

    def __init__(self, library: str, name: str, function: Callable[..., Any], schema: str, mutates: Any = ()):
        self._namespace, self._name, self._schema, self._mutates = library, name, schema, mutates
        self._init_fn = self._kernel = function
        self._fake: Any = None
        self._backward: Any = None
        self._setup: Any = None
        self._vmap: Any = None
        self._opoverload = packet(library, name).default
        self.__name__ = name
        registered.setdefault(library, {})[name] = self

    @property
    def _qualname(self) -> str:
        return f"{self._namespace}::{self._name}"

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args, keywords = self._checked(args, kwargs)
        leaves, structure = flatten(list(args))
        return self._function(structure, keywords).apply(*leaves)

    def _checked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments with their defaults; RuntimeError where one is missing, is one too many, or is no tensor where one must be."""
        signature = inspect.signature(self._init_fn)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as problem:
            raise RuntimeError(text("operator-arguments", name=self._qualname, problem=problem, schema=self._schema)) from None
        bound.apply_defaults()
        hints = getattr(self._init_fn, "__annotations__", {})
        for name, value in bound.arguments.items():
            if hints.get(name) in (Tensor, "Tensor", "torch.Tensor") and not isinstance(value, Tensor):
                raise RuntimeError(text("operator-tensor", name=self._qualname, argument=name, kind=describe(value), schema=self._schema))
        return bound.args, bound.kwargs

    def _function(self, structure: Any, keywords: dict[str, Any]) -> Any:
        """What runs the kernel and records the operation, for arguments of this structure."""
        definition = self

        def forward(*leaves: Any) -> Any:
            args = rebuild(structure, leaves)
            out = definition._kernel(*args, **keywords)
            definition._refuse_aliases(out, leaves)
            return out

        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            if definition._setup is not None:
                given = {"ctx": ctx, "inputs": tuple(rebuild(structure, inputs)), "output": output, "keyword_only_inputs": keywords}
                definition._setup(**{n: given[n] for n in inspect.signature(definition._setup).parameters if n in given})

        def backward(ctx: Any, *gradients: Any) -> Any:
            if definition._backward is None:
                raise RuntimeError(text("operator-without-gradient", name=str(definition._opoverload)))
            out = definition._backward(ctx, *gradients)
            return tuple(flatten(list(out) if isinstance(out, tuple) else [out])[0])

        def vmap(info: Any, in_dims: Any, *leaves: Any) -> Any:
            return definition._vmap(info, tuple(in_dims), *rebuild(structure, leaves), **keywords)

        methods: dict[str, Any] = {"forward": forward, "setup_context": setup_context, "backward": backward,
                                   "generate_vmap_rule": self._vmap is None}
        if self._vmap is not None:
            methods["vmap"] = vmap
        return type(f"GeneratedBackwardFor_{self._namespace}_{self._name}_default", (Function,),
                    {n: staticmethod(m) if callable(m) else m for n, m in methods.items()})

    def _refuse_aliases(self, out: Any, leaves: Iterable[Any]) -> None:
        given: set[Storage] = {x.storage_cell for x in leaves if isinstance(x, Tensor) and x.level is None}
        for k, y in enumerate(out if isinstance(out, (tuple, list)) else (out,)):
            if isinstance(y, Tensor) and y.level is None and y.storage_cell in given:
                raise RuntimeError(text("operator-alias", name=self._name, place=k + 1))

    def register_kernel(self, device_types: Any, fn: Callable[..., Any] | None = None, /) -> Any:
        """The function for devices of these types: the one for "cpu" is used. Also a decorator."""
        if fn is None:
            return lambda function: self.register_kernel(device_types, function)
        if device_types is None or "cpu" in ([device_types] if isinstance(device_types, str) else device_types):
            self._kernel = fn
        return fn

    def register_fake(self, fn: Callable[..., Any], /) -> Callable[..., Any]:
        """A function that gives empty results of the right shapes; `opcheck` compares."""
        self._fake = fn
        return fn

    def register_autograd(self, backward: Callable[..., Any], /, *, setup_context: Callable[..., Any] | None = None) -> None:
        """The gradients: `backward(ctx, *gradients)`, and `setup_context(ctx, inputs, output)`, which saves what it needs.

        RuntimeError for an operator that changes its arguments.
        """
        if self._mutates:
            raise RuntimeError(text("operator-mutates", name=self._qualname))
        self._backward, self._setup = backward, setup_context

    def register_vmap(self, func: Callable[..., Any] | None = None) -> Any:
        """What `vmap` computes: `func(info, in_dims, *args)` gives results and their dimensions. Also a decorator."""
        if func is None:
            return self.register_vmap
        self._vmap = func
        return func

    def register_torch_dispatch(self, torch_dispatch_class: Any, fn: Callable[..., Any] | None = None, /) -> Any:
        """Accepted: there is no dispatch below functions."""
        return fn if fn is not None else lambda function: function


def custom_op(name: str, fn: Callable[..., Any] | None = None, /, *, mutates_args: Any, device_types: Any = None, schema: str | None = None,
              tags: Any = None) -> Any:
    """Make an operator of an annotated function, known as `torch.ops.<library>.<name>`; also a decorator.

    ValueError where the name is not "library::name" or an argument has no annotation.

    >>> @custom_op("shop::double", mutates_args=())
    ... def double(x: steepest.Tensor) -> steepest.Tensor:
    ...     return x * 2
    >>> double(steepest.ones(1)), steepest.ops.shop.double(steepest.ones(1))
    (tensor([2.]), tensor([2.]))
    """
    def make(function: Callable[..., Any]) -> CustomOpDef:
        library, separator, own = name.partition("::")
        if not separator or not own:
            raise ValueError(text("operator-name", name=name))
        found = schema if schema is not None else infer_schema(function, mutates_args=mutates_args)
        return CustomOpDef(library, own, function, own + found, tuple(mutates_args))

    return make if fn is None else make(fn)
