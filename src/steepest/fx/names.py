"""Names: what PyTorch calls a function, and names of nodes and globals in generated code that collide with nothing."""

import builtins
import inspect
import keyword
import re
import typing
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from math import inf, nan
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, ModuleType
from typing import Any, NamedTuple

import steepest
from steepest import overrides
from steepest.core.tensor import Tensor
from steepest.fx import _pytree as fx_pytree
from steepest.utils import _pytree as pytree

__all__ = ["CUSTOM_BUILTINS", "Builtin", "Namespace", "custom_builtins", "is_from_torch", "pretty_target", "qualified_name", "target_name",
           "type_text"]

HIDDEN = {
    "torch.functional": """atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors cartesian_prod cdist chain_matmul einsum lu
        meshgrid norm split stft tensordot unique unique_consecutive unravel_index""",
    "torch._C._nn": "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear one_hot scaled_dot_product_attention softplus softshrink",
    "torch": "_assert", "torch.fx._symbolic_trace": "_assert_is_none", "torch.utils.checkpoint": "checkpoint checkpoint_sequential",
    "torch.random": "manual_seed seed initial_seed get_rng_state set_rng_state",
}
"""Functions of `torch` and `torch.nn.functional` that PyTorch keeps in other modules, where its generated code finds them."""
PLACES = {name: f"{module}.{name}" for module, names in HIDDEN.items() for name in names.split()} | {
    "logsigmoid": "torch._C._nn.log_sigmoid"}
INNER = {"torch.linalg", "torch.fft", "torch.special"}


def _place(public: str) -> str:
    """Where PyTorch's code finds what a program calls `torch.linalg.inv`: `torch._C._linalg.linalg_inv`."""
    module, _, name = public.rpartition(".")
    if module in INNER:
        space = module.rpartition(".")[2]
        return f"torch._C._{space}.{space}_{name}"
    alone = getattr(steepest, name, None) is not None and module == "torch.nn.functional" and name in ALONE
    return f"torch.{name}" if alone else PLACES.get(name, public) if module in ("torch", "torch.nn.functional") else public


ALONE = frozenset("""
adaptive_avg_pool1d avg_pool1d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d
conv_transpose3d cosine_similarity hardshrink native_channel_shuffle pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_
rrelu_ selu_ threshold_
""".split())
"""Functions of `torch.nn.functional` that are those of `torch`."""
SHARED = frozenset("""
adaptive_max_pool1d celu embedding_bag max_pool1d max_pool1d_with_indices max_pool2d max_pool3d rms_norm rrelu selu threshold
""".split())
"""One function here, and two in PyTorch: programs mean the one of `torch.nn.functional`."""


@cache
def _of_the_package(func: Any) -> str:
    public = overrides.resolve_name(func) if func.__hash__ else None
    if public is not None:
        space, _, name = public.rpartition(".")
        return _place(f"torch.nn.functional.{name}" if space == "torch" and name in SHARED else public)
    module = func.__module__.replace("steepest.vision", "torchvision").replace("steepest", "torch", 1)
    name = func.__name__
    if getattr(steepest, name, None) is func:
        return PLACES.get(name, f"torch.{name}")
    return PLACES.get(name, f"{module}.{name}")


def qualified_name(func: Callable[..., Any]) -> str:
    """The full name of a function, PyTorch's for those of this package: "torch.nn.functional.relu", "math.sqrt", "getattr"."""
    name = getattr(func, "__name__", type(func).__name__)
    if getattr(builtins, name, None) is func:
        return str(name)
    module = getattr(func, "__module__", None) or "builtins"
    if module.partition(".")[0] in ("steepest", "torch"):
        return _of_the_package(func)
    if isinstance(func, MethodDescriptorType):
        return f"{func.__objclass__.__name__}.{name}"
    if name == "<lambda>":
        name = inspect.getsource(func).split("=")[0].strip()
    return f"{module}.{name}"


def pretty_target(target: Any) -> str:
    """The target of a node as graphs print it: builtins and operators with their modules."""
    if isinstance(target, str):
        return target
    name = getattr(target, "__name__", "")
    if getattr(target, "__module__", "") in ("builtins", "_operator"):
        module = "operator" if target.__module__ == "_operator" else "builtins"
        return f"{module}.{name}"
    return qualified_name(target)


_SNAKE = re.compile(r"(?<=[a-z])([A-Z])")


def target_name(target: Any) -> str:
    """What a node is called after its target, before it is made unique: "linear" for `Linear`."""
    if isinstance(target, str):
        op = target
    else:
        op = qualified_name(target).rpartition(".")[2]
    if op.startswith("__") and op.endswith("__"):
        op = op[2:-2]
    return _SNAKE.sub(r"_\1", op).lower()


def is_from_torch(thing: Any) -> bool:
    """Whether generated code can write a thing by its full name, because it is PyTorch's."""
    if getattr(builtins, getattr(thing, "__name__", ""), None) is thing:
        return False
    module = getattr(thing, "__module__", None)
    if getattr(thing, "__qualname__", "").startswith("Tensor."):
        return False
    if module is None:
        return isinstance(thing, ModuleType) and thing.__name__.partition(".")[0] in ("steepest", "torch")
    return module.partition(".")[0] in ("steepest", "torch") and not module.startswith("steepest.vision")


class Builtin(NamedTuple):
    """A name that generated code has: the line that imports it, and what it is."""

    import_str: str
    obj: Any


@cache
def custom_builtins() -> dict[str, Builtin]:
    """The names that generated code always has."""
    return {
        "inf": Builtin("from math import inf", inf),
        "nan": Builtin("from math import nan", nan),
        "NoneType": Builtin("NoneType = type(None)", type(None)),
        "torch": Builtin("import torch", steepest),
        "device": Builtin("from torch import device", steepest.device),
        "fx_pytree": Builtin("import torch.fx._pytree as fx_pytree", fx_pytree),
        "pytree": Builtin("import torch.utils._pytree as pytree", pytree),
    }


CUSTOM_BUILTINS = ("inf", "nan", "NoneType", "torch", "device", "fx_pytree", "pytree")
_ILLEGAL = re.compile("[^0-9a-zA-Z_]+")
_NUMBERED = re.compile(r"(.*)_(\d+)$")


class Namespace:
    """Names that are in use, and what each is of."""

    def __init__(self) -> None:
        self.used: dict[str, Any] = {}
        self.names: dict[Any, str] = {}
        self.counts: dict[str, int] = defaultdict(int)

    def create_name(self, candidate: str, thing: Any) -> str:
        """A name that nothing has, as close to `candidate` as can be; the same again for the same thing."""
        if thing is not None and _key(thing) in self.names:
            return self.names[_key(thing)]
        candidate = _ILLEGAL.sub("_", candidate) or "_unnamed"
        if candidate[0].isdigit():
            candidate = f"_{candidate}"
        matched = _NUMBERED.match(candidate)
        base, number = (matched.group(1), int(matched.group(2))) if matched else (candidate, None)
        if number is not None and candidate not in self.used:
            self.counts[base] = max(self.counts[base], number)
        while candidate in self.used or self._illegal(candidate, thing):
            self.counts[base] += 1
            candidate = f"{base}_{self.counts[base]}"
        self.used[candidate] = thing
        if thing is not None:
            self.names[_key(thing)] = candidate
        return candidate

    def associate(self, name: str, thing: Any) -> None:
        """Give a thing the name that it has elsewhere."""
        self.used.setdefault(name, thing)
        self.names[_key(thing)] = name

    def rename(self, thing: Any, name: str) -> None:
        """Let a thing have another name, which is free."""
        self.names[_key(thing)] = name
        self.used[name] = thing

    @staticmethod
    def _illegal(name: str, thing: Any) -> bool:
        if name in keyword.kwlist:
            return True
        if hasattr(builtins, name):
            return getattr(builtins, name) is not thing
        return name in CUSTOM_BUILTINS and custom_builtins()[name].obj is not thing


def _key(thing: Any) -> Any:
    return thing if getattr(thing, "__hash__", None) and not isinstance(thing, Tensor) and _hashable(thing) else id(thing)


def _hashable(thing: Any) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True


def type_text(thing: Any) -> str:
    """An annotation as generated code names it, before its dots are replaced."""
    if isinstance(thing, type) and not typing.get_origin(thing):
        if thing.__module__ == "builtins":
            return thing.__qualname__
        if thing is Tensor:
            return "torch.Tensor"
        return f"{thing.__module__}.{thing.__qualname__}"
    if thing is ...:
        return "..."
    if isinstance(thing, (FunctionType, BuiltinFunctionType)):
        return thing.__name__
    return repr(thing)


def has_member(owner: Any, path: str) -> bool:
    """Whether there is a member at the end of a path such as `layers.0.weight`."""
    for part in path.split("."):
        if not hasattr(owner, part):
            return False
        owner = getattr(owner, part)
    return True
