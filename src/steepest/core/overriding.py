"""`__torch_function__`: classes of users that take part in the functions of this package.

A class says by the method `__torch_function__(func, types, args, kwargs)` what functions mean for its objects; a mode says it for all
objects. Nothing looks for such objects until the first class of that kind appears: then every public function gets other code, which
looks at its arguments and else calls what it was (`intercept`). A function stays the same object, whoever holds it, and programs
without such classes pay nothing.
"""

import threading
import types
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from steepest.core.tensor import Tensor, subclassed  # type: ignore[attr-defined]
from steepest.errors import text

__all__ = ["DisableTorchFunction", "DisableTorchFunctionSubclass", "disabled", "handle", "handle_torch_function", "has_torch_function",
           "has_torch_function_unary", "has_torch_function_variadic", "intercept", "is_tensor_like", "look", "overloaded", "state"]

BUILTIN = (types.BuiltinFunctionType, types.MethodDescriptorType)
PLAIN = frozenset((Tensor, int, float, bool, complex, str, type(None)))


class State(threading.local):
    """What is switched off in this thread, and its modes, the innermost last."""

    def __init__(self) -> None:
        self.subclasses, self.all, self.modes = True, True, list[Any]()


state = State()
state_of_all: list[bool] = []
"""Holds something once classes take part."""
activators: list[Callable[[], None]] = []
"""What gives every public function the code that looks; run once, when the first class needs it."""


resolvers: list[Callable[[Any], str | None]] = []
"""What knows the public name of a function, once that is needed."""


def activate() -> None:
    """From now on every public function looks at its arguments."""
    state_of_all.append(True)
    while activators:
        activators.pop()()


def when_active(action: Callable[[], None]) -> None:
    """Do this when the first class appears that takes part, or now where one has."""
    if state_of_all:
        action()
    else:
        activators.append(action)


class DisableTorchFunctionSubclass:
    """Within this, functions take objects of other classes as the tensors that they are; modes still see them."""

    def __enter__(self) -> None:
        self.before, state.subclasses = state.subclasses, False

    def __exit__(self, *problem: Any) -> None:
        state.subclasses = self.before


def appeared(kind: type[Tensor]) -> None:
    """A class of tensors was made: the package's own take no part, with those of a program functions begin to look."""
    if kind.__module__.startswith("steepest."):
        if "__torch_function__" not in vars(kind):
            kind.__torch_function__ = staticmethod(disabled)  # type: ignore[attr-defined]
    elif kind.__torch_function__ is not disabled:  # type: ignore[attr-defined]
        activate()


class DisableTorchFunction:
    """Within this, neither other classes nor modes see functions."""

    def __enter__(self) -> None:
        self.before, state.all = state.all, False

    def __exit__(self, *problem: Any) -> None:
        state.all = self.before


def disabled(func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """The `__torch_function__` of classes that take part in no functions: what they are given is a tensor."""
    with DisableTorchFunctionSubclass():
        return func(*args, **(kwargs or {}))


def takes_part(x: Any) -> bool:
    """Whether the class of an object says what functions mean for it."""
    kind: Any = type(x)
    return kind not in PLAIN and _takes_part(kind)


@cache
def _takes_part(kind: Any) -> bool:
    found = getattr(kind, "__torch_function__", None)
    of_the_real_torch = any(c.__name__ == "TensorBase" for c in kind.__mro__)       # whose tensors are no tensors here
    return found is not None and found is not disabled and not of_the_real_torch


def overloaded(arguments: Sequence[Any]) -> list[Any]:
    """The objects that take part, each class once: from left to right, subclasses before the classes that they are of."""
    found: list[Any] = []
    for x in arguments:
        kind = type(x)
        if kind in PLAIN:
            continue
        candidates = [y for y in (x if kind is tuple or kind is list else (x,)) if not isinstance(y, type) and takes_part(y)]
        for y in candidates:
            if all(type(y) is not type(other) for other in found):
                place = next((i for i, other in enumerate(found) if issubclass(type(y), type(other))), len(found))
                found.insert(place, y)
    return found


def handle(func: Callable[..., Any], relevant: Sequence[Any], args: Any, kwargs: Any, operator: bool = False) -> Any:
    """What the innermost mode or the classes of these objects make of a call.

    Where all of them give NotImplemented that is a TypeError, or for an operator NotImplemented, upon which Python asks the other
    operand.
    """
    kinds = tuple([type(x) for x in relevant])
    if state.modes and state.all:
        mode = state.modes.pop()
        try:
            result = mode.__torch_function__(func, kinds, args, kwargs)
        finally:
            state.modes.append(mode)
        if result is not NotImplemented:
            return result
    for x in relevant:
        result = x.__torch_function__(func, kinds, args, kwargs)
        if result is not NotImplemented:
            return result
    if operator:
        return NotImplemented
    named = next((name for resolve in resolvers if (name := resolve(func))), f"{func.__module__}.{func.__name__}")
    raise TypeError(text("no-implementation", function=named, kinds=list(kinds)))


ALSO_MAKING: list[type] = []
"""Classes that are asked by functions that make tensors, too: such an object may stand for a size."""


def look(args: tuple[Any, ...], kwargs: dict[str, Any], classes: bool = True) -> list[Any] | None:
    """The objects among the arguments that take part, and an empty list for a mode alone; None where nobody does."""
    if not state.all:
        return None
    found = overloaded((*args, *kwargs.values()) if kwargs else args) if (classes or ALSO_MAKING) and state.subclasses else []
    if not classes:
        found = [x for x in found if isinstance(x, tuple(ALSO_MAKING))]
    return found if found or state.modes else None


def original_of(function: types.FunctionType) -> types.FunctionType:
    """Another function object with the code that this one has now."""
    made = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__, made.__qualname__, made.__doc__ = function.__kwdefaults__, function.__qualname__, function.__doc__
    made.__annotations__, made.__module__ = function.__annotations__, function.__module__
    made.__dict__.update(function.__dict__)
    return made


LOOKING = """
def make({free}):
    def call(*args, intercepted, **kwargs):
        return intercepted(args, kwargs)
        ({free})
    return call
"""


@cache
def looking_code(free: int) -> types.CodeType:
    """Code that hands its arguments on, for a function with so many free variables, which Python wants to be as many as before."""
    scope: dict[str, Any] = {}
    names = "".join(f"v{i}, " for i in range(free))
    exec(compile(LOOKING.format(free=names), __file__, "exec"), scope)
    code: types.CodeType = scope["make"](*range(free)).__code__
    return code


def intercept(function: types.FunctionType, public: Any = None, operator: bool = False, classes: bool = True) -> None:
    """Let this function look at its arguments first; classes and modes know it as `public`, an operator as the method it stands for.

    Without `classes` modes alone are asked, as of functions that make tensors.
    """
    original, known = original_of(function), function if public is None else public

    def intercepted(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not kwargs and not state.modes:
            for x in args:
                if type(x) not in PLAIN:
                    break
            else:
                return original(*args)
        relevant = look(args, kwargs, classes)
        return original(*args, **kwargs) if relevant is None else handle(known, relevant, args, kwargs, operator)

    code = function.__code__.co_name
    intercepted.__name__ = code if not hasattr(function, "__wrapped__") else function.__name__
    function.__wrapped__ = original  # type: ignore[attr-defined]
    function.__code__ = looking_code(len(function.__code__.co_freevars))
    function.__defaults__, function.__kwdefaults__ = None, {"intercepted": intercepted}


def mentioned(code: types.CodeType) -> bool:
    """Whether a program, or a function within it, speaks of `__torch_function__`."""
    if "__torch_function__" in code.co_names:
        return True
    return any(inner == "__torch_function__" or isinstance(inner, types.CodeType) and mentioned(inner) for inner in code.co_consts)


def stranger(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Where a function met an object that is no tensor: what its class makes of the call, NotImplemented where it takes no part."""
    if state_of_all or not overloaded((*args, *kwargs.values())):
        return NotImplemented
    activate()
    return function(*args, **kwargs)


def handle_torch_function(public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """What the classes of `relevant_args`, or the innermost mode, make of the call `public_api(*args, **kwargs)`.

    Raises TypeError where all of them give NotImplemented.
    """
    return handle(public_api, overloaded(tuple(relevant_args)) if state.subclasses else [], args, kwargs)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether a class of these objects, or a mode, is to be asked."""
    if not state.all:
        return False
    return bool(state.modes) or state.subclasses and bool(overloaded(tuple(relevant_args)))


def has_torch_function_unary(x: Any) -> bool:
    """`has_torch_function` for one object."""
    return has_torch_function((x,))


def has_torch_function_variadic(*relevant_args: Any) -> bool:
    """`has_torch_function` for several objects."""
    return has_torch_function(relevant_args)


def _assert(condition: Any, message: str) -> None:
    """An `assert` that classes see, so that it stays in traced programs."""
    if type(condition) is not Tensor and has_torch_function((condition,)):
        handle_torch_function(_assert, (condition,), condition, message)
        return
    assert condition, message


def is_tensor_like(inp: Any) -> bool:
    """Whether an object is a tensor or has a class that takes part in functions."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def converted(result: Any, kind: type[Tensor]) -> Any:
    """Tensors, and those in tuples and lists, as objects of a class."""
    if kind is Tensor:
        return result
    if isinstance(result, Tensor) and not isinstance(result, kind):
        return result.as_subclass(kind)
    if isinstance(result, (tuple, list)):
        return type(result)([converted(r, kind) for r in result])
    return result


def _of_the_real_torch(func: Any) -> bool:
    """Whether PyTorch itself asks, which met a tensor of this package: it is told that there is no answer."""
    return isinstance(func, BUILTIN) or str(getattr(func, "__module__", "")).partition(".")[0] == "torch"


nowrap: set[Any] = set()
"""What gives back a tensor that is kept somewhere, which stays the same object."""


def keep_class(cls: type[Tensor], func: Callable[..., Any], types: Sequence[type], args: Any = (), kwargs: Any = None) -> Any:
    """What functions mean for a subclass of Tensor that says nothing else: the same, with results of the subclass."""
    if not all(issubclass(cls, t) for t in types) or _of_the_real_torch(func):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        result = func(*args, **(kwargs or {}))
    return result if func in nowrap else converted(result, cls)


Tensor.__torch_function__ = classmethod(keep_class)  # type: ignore[attr-defined]
subclassed.append(appeared)
for _known in Tensor.__subclasses__():
    appeared(_known)
