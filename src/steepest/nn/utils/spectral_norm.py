"""Spectral normalisation by a hook before each call, as before `parametrizations.spectral_norm` (Miyato et al. 2018)."""

from __future__ import annotations

from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import functional as F
from steepest.nn.modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from steepest.nn.modules.module import Module
from steepest.nn.parameter import Parameter, is_lazy

__all__ = ["SpectralNorm", "remove_spectral_norm", "spectral_norm"]


class SpectralNorm:
    """The hook: before each call `module.name` is `name_orig` over its largest singular value."""

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.dim = dim
        self.n_power_iterations = n_power_iterations
        self.eps = eps

    def as_matrix(self, weight: Any) -> Any:
        """`(size of dim, everything else)`."""
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.reshape(weight.shape[0], -1)

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight over u · W v, after another step of the power iteration if wanted."""
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = self.as_matrix(weight)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(matrix.t().mv(u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(matrix.mv(v), dim=0, eps=self.eps))
            # Copies, since the next call changes the vectors that this one's backward needs.
            u, v = u.clone(), v.clone()
        return weight / u.dot(matrix.mv(v))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))


class Versioned:
    """The hook that says in a state's metadata, as PyTorch does, which form of spectral normalisation it is of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Module, state: Any, prefix: str, metadata: dict[str, Any]) -> None:
        metadata.setdefault("spectral_norm", {})[f"{self.name}.version"] = 1


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide `module.name` by its largest singular value before each call."""
    if any(isinstance(hook, SpectralNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    if dim is None:
        dim = 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0
    hook = SpectralNorm(name, n_power_iterations, dim, eps)
    weight: Any = module._parameters[name]
    if weight is None:
        raise ValueError(text("spectral-norm-of-none", name=name))
    if is_lazy(weight):
        raise ValueError(text("spectral-norm-of-lazy"))
    matrix = hook.as_matrix(weight)
    with no_grad():
        u, v = (F.normalize(weight.new_empty(size).normal_(0, 1), dim=0, eps=eps) for size in matrix.shape)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    module._register_state_dict_hook(Versioned(name))
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make `module.name` an ordinary parameter again, with its present value."""
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            with no_grad():
                weight = hook.compute_weight(module, do_power_iteration=False)
            for attribute in (name, f"{name}_u", f"{name}_v", f"{name}_orig"):
                delattr(module, attribute)
            module.register_parameter(name, Parameter(weight.detach()))
            del module._forward_pre_hooks[number]
            for key, saved in list(module._state_dict_hooks.items()):
                if isinstance(saved, Versioned) and saved.name == name:
                    del module._state_dict_hooks[key]
            return module
    raise ValueError(f"spectral_norm of '{name}' not found in {module}")
