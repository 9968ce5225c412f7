"""`torch.library`: operators of programs, with their gradients."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.operators import registered
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional.custom_operators import CustomOpDef, custom_op, infer_schema

__all__ = ["CustomOpDef", "Library", "custom_op", "define", "impl", "infer_schema", "opcheck", "register_autograd", "register_fake",
           "register_kernel", "register_torch_dispatch", "register_vmap"]
outside.explain(__name__)
COMPUTING = frozenset(("", "CPU", "CompositeExplicitAutograd", "CompositeImplicitAutograd", "cpu", "default"))
"""The keys under which a function is the one that computes here."""


class Library:
    """A library of operators by the name `ns`: `define` their schemas, then `impl` their functions."""

    def __init__(self, ns: str, kind: str, dispatch_key: str = ""):
        if kind not in ("DEF", "IMPL", "FRAGMENT"):
            raise ValueError(text("library-kind", kind=kind))
        if ns == "aten":
            raise NotImplementedError(text("library-aten"))
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key

    def define(self, schema: str, alias_analysis: str = "", *, tags: Any = ()) -> str:
        """Name an operator: "name(Tensor x) -> Tensor"; the name is returned."""
        name = schema.partition("(")[0].strip()
        define(f"{self.ns}::{name}", schema[len(name):])
        return name

    def impl(self, op_name: Any, fn: Callable[..., Any], dispatch_key: str = "", *, with_keyset: bool = False,
             allow_override: bool = False) -> None:
        """The function of an operator on devices of this key."""
        name = op_name if isinstance(op_name, str) else op_name.overloadpacket.__name__
        impl(f"{self.ns}::{name.rpartition('::')[2]}", dispatch_key or self.dispatch_key, fn)


def define(qualname: Any, schema: Any = None, *, lib: Any = None, tags: Any = ()) -> None:
    """Name an operator "library::name" with its schema "(Tensor x) -> Tensor"; `impl` gives it a function."""
    library, _, name = qualname.partition("::")

    def missing(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(text("operator-inner", name=f"{library}.{name}"))

    CustomOpDef(library, name, missing, f"{name}{schema}")


def _found(op: Any) -> CustomOpDef:
    if isinstance(op, CustomOpDef):
        return op
    library, _, name = op.partition("::") if isinstance(op, str) else (op.namespace, "", op.overloadpacket.__name__)
    found = registered.get(library, {}).get(name.partition(".")[0])
    if found is None:
        raise RuntimeError(text("operator-unknown", name=op))
    made: CustomOpDef = found
    return made


def impl(qualname: Any, types: Any, func: Callable[..., Any] | None = None, *, lib: Any = None) -> Any:
    """The function of a defined operator for devices of these types; also a decorator."""
    if func is None:
        return lambda function: impl(qualname, types, function, lib=lib) or function
    operator = _found(qualname)
    for kind in [types] if isinstance(types, str) else types:
        if kind in COMPUTING:
            operator._init_fn = operator._kernel = func
            if kind == "CompositeImplicitAutograd":
                registered[operator._namespace][operator._name] = func
        elif kind == "Autograd":
            registered[operator._namespace][operator._name] = func
    return None


def register_kernel(op: Any, device_types: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None) -> Any:
    """The function of an operator for devices of these types; also a decorator."""
    return _found(op).register_kernel(device_types, func)


def register_fake(op: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None, _stacklevel: int = 1,
                  allow_override: bool = False) -> Any:
    """A function that gives empty results of the right shapes; also a decorator."""
    return _found(op).register_fake(func) if func is not None else _found(op).register_fake


impl_abstract = register_fake


def register_autograd(op: Any, backward: Callable[..., Any], /, *, setup_context: Callable[..., Any] | None = None,
                      lib: Any = None) -> None:
    """The gradients of an operator."""
    _found(op).register_autograd(backward, setup_context=setup_context)


def register_vmap(op: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None) -> Any:
    """What `vmap` computes for an operator; also a decorator."""
    return _found(op).register_vmap(func)


def register_torch_dispatch(op: Any, torch_dispatch_class: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None,
                            allow_override: bool = False) -> Any:
    """Accepted: there is no dispatch below functions."""
    return _found(op).register_torch_dispatch(torch_dispatch_class, func)


def opcheck(op: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, *, test_utils: Sequence[str] = (
        "test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_dynamic"), raise_exception: bool = True,
            atol: Any = None, rtol: Any = None) -> dict[str, str]:
    """Whether an operator keeps its promises: it changes only what it says, and its fake gives the shapes and dtypes of its results."""
    operator, given = _found(op), kwargs or {}
    names = list(inspect.signature(operator._init_fn).parameters)
    before = {n: x.clone() for n, x in zip(names, args, strict=False) if isinstance(x, Tensor)}
    out = operator(*args, **given)
    changed = [n for n, x in zip(names, args, strict=False) if n in before and not bool(x.equal(before[n])) and n not in operator._mutates]
    looks = [(tuple(y.shape), y.dtype) for y in (out if isinstance(out, tuple) else (out,)) if isinstance(y, Tensor)]
    fake = operator._fake(*args, **given) if operator._fake is not None else out
    promised = [(tuple(y.shape), y.dtype) for y in (fake if isinstance(fake, tuple) else (fake,)) if isinstance(y, Tensor)]
    problems = {"test_schema": text("operator-changed", names=changed) if changed else "",
                "test_faketensor": text("operator-fake", real=looks, fake=promised) if looks != promised else ""}
    for name in test_utils:
        if problems.get(name) and raise_exception:
            raise RuntimeError(text("opcheck-failed", test=name, problem=problems[name]))
    return {name: problems.get(name) or "SUCCESS" for name in test_utils}
