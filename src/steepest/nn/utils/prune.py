"""Pruning: weights held at zero by a mask, `weight = weight_orig * weight_mask` before every forward call."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from steepest.core.reading import read
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import tensor
from steepest.functional.random import rand

__all__ = ["BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured", "PruningContainer", "RandomStructured",
           "RandomUnstructured", "custom_from_mask", "global_unstructured", "identity", "is_pruned", "l1_unstructured", "ln_structured",
           "random_structured", "random_unstructured", "remove"]


def _count(amount: Any, size: int) -> int:
    """How many of `size` things are pruned: a number of them or a share."""
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise TypeError(text("prune-amount", amount=amount))
    if amount < 0 or isinstance(amount, float) and amount > 1:
        raise ValueError(text("prune-amount", amount=amount))
    if isinstance(amount, int) and amount > size:
        raise ValueError(text("prune-too-many", amount=amount, size=size))
    return amount if isinstance(amount, int) else round(amount * size)


class BasePruningMethod:
    """A way to choose what is pruned; `compute_mask(t, default_mask)` gives ones for what stays."""

    PRUNING_TYPE = "unstructured"
    _tensor_name: str

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask for a tensor of importances, of which `default_mask` tells what was pruned before."""
        raise NotImplementedError(text("prune-without-mask", kind=type(self).__name__))

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    def apply_mask(self, module: Any) -> Any:
        """The weight with zeros where the mask has them."""
        weight, mask = getattr(module, f"{self._tensor_name}_orig"), getattr(module, f"{self._tensor_name}_mask")
        return mask.to(weight.dtype) * weight

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prune a parameter of a module by this method, after what was pruned before."""
        found = [(key, hook) for key, hook in module._forward_pre_hooks.items() if isinstance(hook, BasePruningMethod)
                 and hook._tensor_name == name]
        method: Any = cls(*args, **kwargs)
        method._tensor_name = name
        if found:
            key, old = found[0]
            container = old if isinstance(old, PruningContainer) else PruningContainer(old)
            container.add_pruning_method(method)
            del module._forward_pre_hooks[key]
            method = container
        original = getattr(module, name)
        scores = original if importance_scores is None else importance_scores
        if tuple(scores.shape) != tuple(original.shape):
            raise AssertionError(text("prune-scores", shape=list(scores.shape), expected=list(original.shape)))
        if not found:
            module.register_parameter(f"{name}_orig", original)
            del module._parameters[name]
            default = scores.detach() * 0 + 1
        else:
            default = getattr(module, f"{name}_mask").detach().clone()
        mask = method.compute_mask(scores.detach(), default)
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A tensor with zeros where this method prunes it."""
        scores = t if importance_scores is None else importance_scores
        return t * self.compute_mask(scores, t * 0 + 1 if default_mask is None else default_mask)

    def remove(self, module: Any) -> None:
        """Make the pruned weight an ordinary parameter again."""
        weight = self.apply_mask(module)
        if hasattr(module, self._tensor_name):
            delattr(module, self._tensor_name)
        original = module._parameters[f"{self._tensor_name}_orig"]
        original.data = weight.data
        del module._parameters[f"{self._tensor_name}_orig"], module._buffers[f"{self._tensor_name}_mask"]
        setattr(module, self._tensor_name, original)


class PruningContainer(BasePruningMethod):
    """Several methods on one parameter, one after another."""

    def __init__(self, *args: BasePruningMethod):
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        for method in args:
            self._tensor_name = method._tensor_name
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """One more, for the same parameter."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(text("prune-method", kind=type(method).__name__))
        if self._pruning_methods and method._tensor_name != self._tensor_name:
            raise ValueError(text("prune-names", a=self._tensor_name, b=method._tensor_name))
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Any:
        return iter(self._pruning_methods)

    def __getitem__(self, index: int) -> BasePruningMethod:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        method, kept = self._pruning_methods[-1], default_mask == 1
        mask = default_mask.clone()
        if method.PRUNING_TYPE == "unstructured":
            mask[kept] = method.compute_mask(t[kept], default_mask[kept]).to(mask.dtype)
            return mask
        if method.PRUNING_TYPE == "global":
            return method.compute_mask(t, default_mask)
        dim: int = method.dim % t.dim()                     # type: ignore[attr-defined]
        alive = kept.movedim(dim, 0).reshape(kept.shape[dim], -1).any(1)
        index = alive.nonzero(as_tuple=True)[0]
        part = method.compute_mask(t.index_select(dim, index), default_mask.index_select(dim, index))
        return mask.index_copy(dim, index, part.to(mask.dtype))


class Identity(BasePruningMethod):
    """Prunes nothing, but puts the mask in place."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Single weights at random."""

    def __init__(self, amount: Any):
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        n, mask = _count(self.amount, t.numel()), default_mask.clone()
        if n:
            mask.view(-1)[rand(*t.shape, dtype=t.dtype).view(-1).topk(n)[1]] = 0
        return mask


class L1Unstructured(BasePruningMethod):
    """Single weights of the smallest magnitude."""

    def __init__(self, amount: Any):
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        n, mask = _count(self.amount, t.numel()), default_mask.clone()
        if n:
            mask.view(-1)[t.abs().reshape(-1).topk(n, largest=False)[1]] = 0
        return mask


class Structured(BasePruningMethod):
    """Whole entries along a dimension."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1):
        self.amount, self.dim = amount, dim

    def _scores(self, t: Any) -> Any:
        raise NotImplementedError(text("prune-without-mask", kind=type(self).__name__))

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if t.dim() < 2:
            raise ValueError(text("prune-structured-vector", shape=list(t.shape), ndim=t.dim()))
        size = t.shape[self.dim]
        n = _count(self.amount, size)
        if not n:
            return default_mask
        kept = self._scores(t).topk(size - n, largest=True)[1]
        mask = np.zeros(tuple(t.shape), bool)
        np.moveaxis(mask, self.dim, 0)[read(kept)] = True
        return default_mask * tensor(mask).to(default_mask.dtype)


class RandomStructured(Structured):
    """Whole entries at random."""

    def _scores(self, t: Any) -> Any:
        return rand(t.shape[self.dim])


class LnStructured(Structured):
    """Whole entries of the smallest n-norm."""

    def __init__(self, amount: Any, n: Any, dim: int = -1):
        super().__init__(amount, dim)
        self.n = n

    def _scores(self, t: Any) -> Any:
        dims = tuple(d for d in range(t.dim()) if d != self.dim % t.dim())
        return t.norm(self.n, dims)


class CustomFromMask(BasePruningMethod):
    """What a given mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any):
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask * self.mask.to(default_mask.dtype)


def identity(module: Any, name: str) -> Any:
    """Put a mask in place that prunes nothing; the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """Prune single weights at random; the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """Prune the weights of the smallest magnitude; the module."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """Prune whole entries along `dim` at random; the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """Prune the entries along `dim` of the smallest n-norm; the module."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Tensor) -> Any:
    """Prune as a mask says; the module."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Iterable[tuple[Any, str]], pruning_method: type[BasePruningMethod],
                        importance_scores: Any = None, **kwargs: Any) -> None:
    """Prune several parameters as if they were one."""
    chosen = list(parameters)
    given = importance_scores or {}
    scores = [given.get((module, name), getattr(module, name)).detach().reshape(-1) for module, name in chosen]
    masks = [getattr(module, f"{name}_mask", score * 0 + 1).reshape(-1) for (module, name), score in zip(chosen, scores, strict=True)]
    joined, before = (tensor(np.concatenate([read(x) for x in parts])) for parts in (scores, masks))
    method: Any = pruning_method(**kwargs)
    method._tensor_name = "temp"
    container = PruningContainer(method)
    mask, at = container.compute_mask(joined, before), 0
    for module, name in chosen:
        weight = getattr(module, name)
        custom_from_mask(module, name, mask[at:at + weight.numel()].view_as(weight))
        at += weight.numel()


def remove(module: Any, name: str) -> Any:
    """Make a pruned weight an ordinary parameter again, zeros and all; ValueError where it was not pruned."""
    for key, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(text("prune-not", name=name, module=module))


def is_pruned(module: Any) -> bool:
    """Whether the module or one inside it has a pruned parameter."""
    return any(isinstance(hook, BasePruningMethod) for m in module.modules() for hook in m._forward_pre_hooks.values())


