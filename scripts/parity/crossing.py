"""Between the two libraries: sample inputs and callables of torch as steepest's, results of both as NumPy arrays."""

import types
from dataclasses import dataclass
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np
import torch

import steepest
from steepest.core.sparse import SparseTensor

ELEMENTS = 2_000_000
"""Samples with more elements than these are left out: they test memory, not agreement."""


class NoCounterpart(Exception):
    """Something of torch has no counterpart of that name in steepest."""


RENAMED = {"_segment_reduce": "segment_reduce"}
"""What the test suite calls by an inner name."""


def resolve(path: str) -> Any:
    """What steepest has at a dotted path such as `nn.functional.relu`; NoCounterpart where it has nothing."""
    found: Any = steepest
    for part in RENAMED.get(path, path).split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise NoCounterpart(path) from None
    return found


def tensor(x: torch.Tensor) -> Any:
    """A tensor of steepest with the elements, strides and `requires_grad` of `x`, in memory of its own."""
    array = x.detach().resolve_conj().resolve_neg()
    if x.is_sparse:
        at = x.detach().coalesce()
        return SparseTensor(at.indices().numpy(), at.values().numpy(), tuple(x.shape), cross(x.dtype))
    if array.dtype is torch.bfloat16:                                           # NumPy's exchange has no name for it
        made = tensor(array.view(torch.int16)).view(steepest.bfloat16).detach()
    elif array.data_ptr() == x.data_ptr() and not (
            x.is_contiguous() and x.untyped_storage().nbytes() == x.numel() * x.itemsize):
        whole = torch.empty(0, dtype=x.dtype).set_(x.untyped_storage())         # what lies around it is part of it
        made = steepest.from_numpy(whole.numpy().copy()).as_strided(tuple(x.shape), x.stride(), x.storage_offset()).detach()
    else:
        made = steepest.from_numpy(_same_strides(array.numpy()))
    if x.requires_grad:
        made.requires_grad_()
    return made


def _same_strides(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.flags.c_contiguous or not array.size:
        return array.copy()
    if any(s < 0 for s in array.strides):
        return np.ascontiguousarray(array)
    span = sum((n - 1) * s for n, s in zip(array.shape, array.strides)) // array.itemsize + 1
    memory = np.zeros(span, array.dtype)
    view = np.lib.stride_tricks.as_strided(memory, array.shape, array.strides)
    view[...] = array
    return view


def cross(x: Any, met: dict[int, Any] | None = None) -> Any:
    """`x` of torch as steepest takes it, whatever it holds; the same tensor twice becomes the same tensor twice."""
    met = {} if met is None else met
    if isinstance(x, torch.Tensor):
        if id(x) not in met:
            met[id(x)] = steepest.nn.Parameter(tensor(x)) if isinstance(x, torch.nn.Parameter) else tensor(x)
        return met[id(x)]
    if isinstance(x, torch.dtype):
        return resolve(str(x).removeprefix("torch."))
    if isinstance(x, torch.device):
        return steepest.device(str(x))
    if isinstance(x, (torch.memory_format, torch.layout)):
        return resolve(str(x).removeprefix("torch."))
    if isinstance(x, torch.Size):
        return steepest.Size(x)
    if isinstance(x, torch.Generator):
        generator = steepest.Generator()
        generator.set_state(tensor(x.get_state()))
        return generator
    if isinstance(x, slice):
        return slice(*[cross(p, met) for p in (x.start, x.stop, x.step)])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return tuple(cross(p, met) for p in x)
    if isinstance(x, (list, tuple, set)):
        return type(x)(cross(p, met) for p in x)
    if isinstance(x, dict):
        return {cross(k, met): cross(v, met) for k, v in x.items()}
    if isinstance(x, torch.nn.Module):
        return cross_module(x)
    if isinstance(x, (types.FunctionType, types.BuiltinFunctionType, partial)) or isinstance(x, type) and x.__module__.startswith("torch"):
        return counterpart(x)
    return x


def cross_module(module: torch.nn.Module) -> Any:
    """A module without parameters, such as an activation, by its class and the options that its text shows."""
    if isinstance(module, torch.nn.TransformerEncoderLayer):
        made = steepest.nn.TransformerEncoderLayer(
            module.linear1.in_features, module.self_attn.num_heads, module.linear1.out_features, module.dropout.p,
            module.activation.__name__, bias=module.linear1.bias is not None,
            batch_first=module.self_attn.batch_first, norm_first=module.norm_first).to(cross(module.linear1.weight.dtype))
        made.load_state_dict(cross(dict(module.state_dict())))
        return made
    if isinstance(module, torch.nn.PairwiseDistance):
        return steepest.nn.PairwiseDistance(module.norm, module.eps, module.keepdim)
    path = type(module).__module__.split(".modules")[0].removeprefix("torch.") + "." + type(module).__name__
    options = {n: cross(getattr(module, n)) for n in getattr(module, "__constants__", ()) if hasattr(module, n)}
    return resolve(path)(**options)


def counterpart(function: Any) -> Any:
    """The function of steepest for one of torch; functions of the test suite run with the name `torch` bound to steepest."""
    if isinstance(function, partial):
        return partial(counterpart(function.func), *cross(list(function.args)), **cross(function.keywords))
    module = getattr(function, "__module__", None) or ""
    if getattr(function, "__name__", "") == "wrapper_set_seed":
        return _seeded
    if isinstance(function, types.FunctionType) and (module.startswith("torch.testing") or not module.startswith("torch")):
        return _rebound(function)
    name = getattr(function, "__name__", "")
    for prefix in _PREFIXES.get(module, (module.removeprefix("torch").strip("._") + ".",)):
        try:
            return resolve(prefix.lstrip(".") + name)
        except NoCounterpart:
            continue
    raise NoCounterpart(f"{module}.{name}")


_PREFIXES = {"torch._C._linalg": ("linalg.",), "torch._C._special": ("special.",), "torch._C._fft": ("fft.",), "torch": ("",),
             "torch._C._nn": ("nn.functional.",), "torch.functional": ("",), "torch._tensor": ("Tensor.",),
             "torch.signal.windows.windows": ("signal.windows.",), "builtins": ("",)}


def _seeded(op: Any, *args: Any, **kwargs: Any) -> Any:
    steepest.manual_seed(42)
    return op(*args, **kwargs)


_made: dict[types.FunctionType, Any] = {}


def _rebound(function: types.FunctionType) -> Any:
    """A function of the test suite whose globals mean steepest."""
    if function in _made:
        return _made[function]
    scope = dict(function.__globals__)
    scope.update(torch=steepest, wrapper_set_seed=_seeded, F=steepest.nn.functional)
    cells = tuple(types.CellType(_closed(c.cell_contents)) for c in function.__closure__ or ())
    made = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    _made[function] = made
    for name in function.__code__.co_names:
        used = scope.get(name)
        if isinstance(used, types.FunctionType) and used.__module__.startswith("torch.testing") and name not in ("wrapper_set_seed",):
            scope[name] = _rebound(used)
    return made


def _closed(x: Any) -> Any:
    try:
        return cross(x)
    except NoCounterpart:
        return x


def plain(x: Any) -> Any:
    """A result of either library as nested lists of arrays and Python values."""
    if isinstance(x, torch.Tensor):
        if x.is_sparse:
            x = x.to_dense()
        x = x.detach().resolve_conj().resolve_neg()
        return x.contiguous().view(torch.int16).numpy().view(ml_dtypes.bfloat16) if x.dtype is torch.bfloat16 else x.numpy()
    if isinstance(x, steepest.Tensor):
        return x.detach().numpy() if x.dtype is not steepest.bfloat16 else x.detach().view(steepest.int16).numpy().view(ml_dtypes.bfloat16)
    if isinstance(x, (list, tuple)):
        return [plain(p) for p in x]
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    return x


SINGLE, DOUBLE = (1e-4, 1e-5), (1e-7, 1e-8)
TOLERANCE = {"float32": SINGLE, "float64": DOUBLE, "complex64": SINGLE, "complex128": DOUBLE}

UNIT = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The unit in the last place of 1 in the 16-bit floats."""


class Ulps(float):
    """A tolerance for 16-bit floats: so many units in the last place of an element, and as many of the largest one."""

    scale = 1 / 16
    """The largest element counts as this at least."""
    where_finite = False
    """Whether nothing is asked of elements that overflow in PyTorch."""


class OfGradients(Ulps):
    """The same for gradients, whose size is that of what comes in, about 1."""

    scale = 1.0


@dataclass(frozen=True)
class Loose:
    """A tolerance of results in some dtypes alone: relative, absolute, and relative to the largest element."""

    dtype: str
    relative: float = 0.0
    absolute: float = 0.0
    largest: float = 0.0

    def __str__(self) -> str:
        parts = ((self.relative, "{:g} of the element"), (self.absolute, "{:g}"), (self.largest, "{:g} of the largest element"))
        return f"{' + '.join(said.format(x) for x, said in parts if x)} in {self.dtype}"


def close_halves(expected: Any, got: Any, within: Ulps) -> Any:
    """Where 16-bit floats agree."""
    unit = within * UNIT[expected.dtype.name]
    expected, got = expected.astype(np.float32), got.astype(np.float32)
    finite = np.isfinite(expected)
    top = np.abs(expected[finite]).max(initial=within.scale)
    close = np.isclose(got, expected, rtol=unit, atol=unit * top, equal_nan=True)
    return close | ~finite if within.where_finite else close


def close_floats(expected: Any, got: Any, rtol: float, atol: float, loose: Loose | None) -> Any:
    """Where floats and complex numbers of 32 bits and more agree."""
    r, a = TOLERANCE[expected.dtype.name]
    r, a = max(rtol, r), max(atol, a)
    if loose is not None and expected.dtype.name in loose.dtype.split(" and "):
        top = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
        r, a = max(r, loose.relative), max(a, loose.absolute, loose.largest * top)
    return np.isclose(got, expected, rtol=r, atol=a, equal_nan=True)


def difference(expected: Any, got: Any, rtol: float = 0.0, atol: float = 0.0, place: str = "", loose: Loose | None = None) -> str:
    """What differs between two plain results, in a few words; empty where nothing does. Of 16-bit floats `rtol` may be `Ulps`."""
    if isinstance(expected, np.ndarray):
        if not isinstance(got, np.ndarray):
            return f"{place} is {type(got).__name__}, not a tensor"
        if expected.shape != got.shape:
            return f"{place} shape {got.shape}, not {expected.shape}"
        if expected.dtype != got.dtype:
            return f"{place} dtype {got.dtype}, not {expected.dtype}"
        if expected.dtype.name in UNIT:
            close = close_halves(expected, got, rtol if isinstance(rtol, Ulps) else Ulps(1))
        elif expected.dtype.kind in "fc":
            close = close_floats(expected, got, *((0.0, 0.0) if isinstance(rtol, Ulps) else (rtol, atol)), loose)
        else:
            close = got == expected
        if close.all():
            return ""
        at = tuple(int(i) for i in np.argwhere(~close)[0]) if expected.ndim else ()
        return f"{place} {int((~close).sum())} of {expected.size} elements, first {got[at]!r}, not {expected[at]!r}"
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return f"{place} {got!r:.60}, not {len(expected)} results"
        return next((d for i, (e, g) in enumerate(zip(expected, got)) if (d := difference(e, g, rtol, atol, f"{place}[{i}]", loose))), "")
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return f"{place} other keys"
        return next((d for k in expected if (d := difference(expected[k], got[k], rtol, atol, f"{place}.{k}", loose))), "")
    if isinstance(expected, (float, complex)) and isinstance(got, (float, complex)):
        return "" if np.isclose(got, expected, rtol=1e-5, atol=1e-8, equal_nan=True) else f"{place} {got!r}, not {expected!r}"
    if isinstance(expected, (torch.dtype, torch.device, torch.layout)):
        return "" if str(expected) == str(got) else f"{place} {got}, not {expected}"
    return "" if expected == got or (expected is None and got is None) else f"{place} {got!r:.60}, not {expected!r:.60}"


def small(x: Any) -> bool:
    """Whether no tensor in `x` is too large for a quick check, and none is of a kind that does not cross."""
    if isinstance(x, torch.Tensor):
        return x.layout is torch.strided and x.numel() <= ELEMENTS
    if isinstance(x, (list, tuple)):
        return all(small(p) for p in x)
    if isinstance(x, dict):
        return all(small(p) for p in x.values())
    return True
