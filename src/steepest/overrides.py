"""`torch.overrides`: which functions classes of programs can give a meaning, and how a function asks them to.

Making a subclass of `Tensor`, entering a mode, or an object whose class takes part lets all public functions look at their arguments.
"""

import importlib
import types
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any

import steepest
from steepest.core.overriding import activate as _activate
from steepest.core.overriding import (
    handle_torch_function,
    has_torch_function,
    has_torch_function_unary,
    has_torch_function_variadic,
    intercept,
    is_tensor_like,
    nowrap,
    original_of,
    resolvers,
    state,
    when_active,
)
from steepest.core.tensor import Tensor
from steepest.errors import outside

__all__ = ["BaseTorchFunctionMode", "TorchFunctionMode", "enable_reentrant_dispatch", "get_default_nowrap_functions",
           "get_ignored_functions", "get_overridable_functions", "handle_torch_function", "has_torch_function",
           "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like", "is_tensor_method_or_property", "resolve_name",
           "wrap_torch_function"]
outside.explain(__name__)

public: Any = steepest
SPACES = ("", "nn.functional", "nn.init", "linalg", "fft", "special", "autograd")
DERIVING = {"grad", "backward"}
"""What classes can give a meaning of `torch.autograd`."""
IGNORED = frozenset("""
typename is_tensor is_storage set_default_tensor_type set_default_dtype set_default_device get_default_device set_rng_state get_rng_state
manual_seed initial_seed seed save load set_printoptions get_default_dtype get_num_interop_threads get_num_threads is_grad_enabled
set_flush_denormal set_num_interop_threads set_num_threads is_inference_mode_enabled can_cast compile broadcast_shapes promote_types
result_type is_anomaly_enabled is_anomaly_check_nan_enabled set_anomaly_enabled are_deterministic_algorithms_enabled get_device_module
use_deterministic_algorithms is_deterministic_algorithms_warn_only_enabled set_deterministic_debug_mode get_deterministic_debug_mode
set_float32_matmul_precision get_float32_matmul_precision is_warn_always_enabled set_warn_always vmap calculate_gain
compiled_with_cxx11_abi is_autocast_enabled set_autocast_enabled clear_autocast_cache get_autocast_dtype is_autocast_cpu_enabled
is_autocast_cache_enabled set_autocast_cache_enabled get_autocast_cpu_dtype get_autocast_gpu_dtype
fork_rng autocast
handle_torch_function has_torch_function has_torch_function_unary has_torch_function_variadic is_tensor_like
""".split())
"""Functions that neither classes nor modes see: none of their arguments is a tensor."""
OWN = frozenset(("load_ipython_extension", "doctor", "loop", "native", "compile"))
"""What is no function of tensors and would have to be imported to be looked at."""
FACTORIES = frozenset("""
arange as_tensor asarray bartlett_window blackman_window empty empty_permuted empty_strided eye frombuffer from_file from_numpy full
hamming_window hann_window kaiser_window linspace logspace normal ones rand randint randn randperm range scalar_tensor tensor tril_indices
triu_indices vander zeros
""".split())
"""Functions that modes see, but classes do not."""
IGNORED_METHODS = frozenset("""
__new__ __init__ __init_subclass__ __getattr__ __torch_function__ __hash__ __iter__ __module__ __dict__ __weakref__ __doc__
__array_priority__ __slots__ __class_getitem__ as_subclass module_load storage_cell version
""".split())
OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "mod": "remainder", "pow": "pow", "ne": "ne", "lt": "lt",
             "le": "le", "gt": "gt", "ge": "ge", "matmul": "matmul", "neg": "neg", "abs": "abs", "radd": "add", "rmul": "mul",
             "rtruediv": "__rdiv__", "rand": "bitwise_and", "iadd": "add_", "isub": "sub_", "imul": "mul_", "itruediv": "div_",
             "ifloordiv": "floor_divide_", "ipow": "pow_", "imod": "remainder_", "str": "__repr__"}
"""Operators that classes and modes know as methods."""


def public_spaces() -> Iterator[tuple[str, dict[str, Any]]]:
    """The modules whose functions can be given a meaning, with all their public names."""
    for space in SPACES:
        module = importlib.import_module(f"steepest.{space}" if space else "steepest")
        names = set(vars(module)) | (set(public._FROM) | public._METHODS_TOO if not space else set())
        names = names & DERIVING if space == "autograd" else names
        yield space, {n: getattr(module, n) for n in sorted(names) if not n.startswith("_") and n not in OWN}


def _ours(x: Any) -> bool:
    return isinstance(x, types.FunctionType) and x.__module__.startswith("steepest.")


def _let_all_look() -> None:
    """Give every public function, method and property of the package the code that looks at its arguments."""
    functions = {id(f): f for _, members in public_spaces() for name, f in members.items() if _ours(f) and name not in IGNORED}
    methods = {n: f for n, f in vars(Tensor).items()
               if n not in IGNORED_METHODS and (not n.startswith("_") or n.startswith("__")) and _ours(f)}
    own: dict[str, types.FunctionType] = {}
    for name, f in methods.items():
        if id(f) in functions or any(f is other for other in own.values()):     # PyTorch's functions and methods are different objects
            f = original_of(f)
            setattr(Tensor, name, f)
        f.__name__, f.__qualname__ = name, f"Tensor.{name}"
        own[name] = f
    for name, f in own.items():
        known = own.get(OPERATORS.get(name.strip("_"), "")) if name.startswith("__") else None
        intercept(f, known, name.startswith("__") and f.__code__.co_argcount == 2)
    for name, value in list(vars(Tensor).items()):
        if type(value) is property and not name.startswith("_") and name not in IGNORED_METHODS:
            _let_look(name, value)
    inner: dict[int, tuple[types.FunctionType, Any]] = {}
    for f in functions.values():        # what a function is written around is called by other parts of the package as it is
        below: Any = getattr(f, "__wrapped__", None)
        while _ours(below) and id(below) not in functions and id(below) not in inner:
            inner[id(below)] = below, f
            below = getattr(below, "__wrapped__", None)
    making = {id(getattr(public, name, None)) for name in FACTORIES}
    for key, f in functions.items():
        intercept(f, classes=key not in making)
    for below, f in inner.values():
        intercept(below, f, classes=id(f) not in making)
    nowrap.update((Tensor.grad.__get__, Tensor._base.__get__))


def _let_look(name: str, given: property) -> None:
    parts: list[Any] = [original_of(p) if isinstance(p, types.FunctionType) else p for p in (given.fget, given.fset, given.fdel)]
    made = property(parts[0], parts[1], parts[2], given.__doc__)
    setattr(Tensor, name, made)
    for part, public in zip(parts, (made.__get__, made.__set__, made.__delete__), strict=True):
        if isinstance(part, types.FunctionType):
            intercept(part, public)


when_active(_let_all_look)
resolvers.append(lambda func: resolve_name(func))


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for functions of programs; `dispatcher` gives, from their arguments, the objects whose classes are asked."""
    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(func)
        def call(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(call, relevant, *args, **kwargs)
            return func(*args, **kwargs)

        return call

    return decorate


@cache
def _overridable() -> tuple[dict[Any, list[Any]], dict[Any, str]]:
    _activate()
    found: dict[Any, list[Any]] = defaultdict(list)
    names: dict[Any, str] = {}
    for space, members in public_spaces():
        module = importlib.import_module(f"steepest.{space}" if space else "steepest")
        for name, f in members.items():
            if _ours(f) and name not in IGNORED:
                if name not in FACTORIES:
                    found[module].append(f)
                names.setdefault(f, f"torch.{space}.{name}" if space else f"torch.{name}")
    for name, f in vars(Tensor).items():
        if type(f) is property and not name.startswith("_") and name not in IGNORED_METHODS:
            found[Tensor] += [f.__get__, f.__set__]
            names.update({f.__get__: f"torch.Tensor.{name}.__get__", f.__set__: f"torch.Tensor.{name}.__set__"})
        elif _ours(f) and name not in IGNORED_METHODS and (not name.startswith("_") or name.startswith("__")):
            found[Tensor].append(f)
            names.setdefault(f, f"torch.Tensor.{name}")
    return dict(found), names


def get_overridable_functions() -> dict[Any, list[Callable[..., Any]]]:
    """The functions that classes can give a meaning, by module; those of `Tensor` are methods and parts of properties."""
    return _overridable()[0]


def resolve_name(f: Any) -> str | None:
    """The public name of an overridable function, such as "torch.Tensor.add"; None for others."""
    if isinstance(f, str):
        return f
    return _overridable()[1].get(f)


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether a function is a method of `Tensor`, or the getter or setter of one of its properties."""
    return func in _overridable()[0][Tensor] or getattr(func, "__name__", "") == "__get__"


def get_ignored_functions() -> set[Callable[..., Any]]:
    """Public functions that classes cannot give a meaning."""
    named = {f for _, members in public_spaces() for name, f in members.items() if name in IGNORED | FACTORIES and callable(f)}
    return named | {public.Tensor.as_subclass, Tensor.__hash__, Tensor.__iter__, Tensor.__new__}


def get_default_nowrap_functions() -> set[Callable[..., Any]]:
    """What the default `__torch_function__` does not give the class of its argument: tensors that are kept, such as `x.grad`."""
    _activate()
    return set(nowrap)


class TorchFunctionMode:
    """Within `with mode:` the method `__torch_function__(func, types, args, kwargs)` says what every function means.

    >>> class Names(steepest.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(steepest.overrides.resolve_name(func))
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     x = steepest.ones(2) + 1
    torch.ones
    torch.Tensor.add
    """

    def __init__(self) -> None:
        pass

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> "TorchFunctionMode":
        _activate()
        state.modes.append(self)
        return self

    def __exit__(self, *problem: Any) -> None:
        state.modes.pop()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> "TorchFunctionMode":
        """The mode itself; deprecated."""
        warnings.warn("`Mode.push()` is no longer necessary and can be replaced with just `with Mode()`", stacklevel=2)
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode in which functions mean what they mean."""

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


class enable_reentrant_dispatch:
    """Accepted: modes are asked from within other calls anyway."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *problem: Any) -> None:
        return None
