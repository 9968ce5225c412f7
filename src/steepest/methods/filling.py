"""In-place methods that fill a tensor with random numbers from PyTorch's stream."""

from collections.abc import Callable
from typing import Any

from steepest.core.generator import default_generator
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.supporting import refuses
from steepest.ops.inplace import assign
from steepest.ops.random import draw_like
from steepest.ops.views import expand

__all__ = ["METHODS"]


def _fill(x: Tensor, generator: Any, sampler: str, **params: Any) -> Tensor:
    return assign(x, draw_like(x, dtype=x.dtype, generator=generator or default_generator, sampler=sampler, dense=False, **params))


def uniform_(self: Tensor, a: float = 0.0, b: float = 1.0, *, generator: Any = None) -> Tensor:
    """Uniform numbers from [a, b)."""
    if a > b:
        raise RuntimeError(text("uniform-bounds", low=a, high=b))
    return _fill(self, generator, "uniform", low=float(a), high=float(b))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Normal numbers."""
    if std < 0:
        raise RuntimeError(text("negative-std", std=std))
    return _fill(self, generator, "normal", mean=float(mean), std=float(std))


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Any = None) -> Tensor:
    """Ones with probability `p`, a number or a tensor, else zeros."""
    if not isinstance(p, Tensor):
        return _fill(self, generator, "bernoulli", p=p)
    p = expand(p, shape=self.array.shape)
    return assign(self, draw_like(self, p, names=("p",), dtype=self.dtype, generator=generator or default_generator, sampler="bernoulli"))


def random_(self: Tensor, *bounds: int | None, generator: Any = None, **named: int | None) -> Tensor:
    """Integers: below one bound, from the first (`from`) up to the second (`to`), or over the dtype's whole range."""
    if named:       # `from` is a word of Python's, so no parameter can have that name
        bounds = bounds or (named.pop("from", 0),)
        if len(bounds) > 1 or named.keys() != {"to"}:
            raise TypeError(text("random-bounds", names=", ".join(named)))
        bounds += (named["to"],)
    if not bounds:
        return _fill(self, generator, "random_")
    low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
    return _fill(self, generator, "randint", low=low, high=high)


def _sampler(name: str, *defaults: tuple[str, float]) -> Callable[..., Tensor]:
    def method(self: Tensor, *args: float, generator: Any = None, **kwargs: float) -> Tensor:
        given = dict(defaults) | dict(zip([n for n, _ in defaults], args, strict=False)) | kwargs
        params = {("rate" if n == "lambd" else n): v for n, v in given.items()}
        return _fill(self, generator, name, **params)

    method.__name__ = f"{name}_"
    method.__doc__ = f"Numbers of the {name.replace('_', '-')} distribution."
    return method


METHODS: dict[str, Any] = {
    "uniform_": uniform_, "normal_": normal_, "bernoulli_": bernoulli_, "random_": random_,
    "exponential_": _sampler("exponential", ("lambd", 1.0)), "cauchy_": _sampler("cauchy", ("median", 0.0), ("sigma", 1.0)),
    "log_normal_": _sampler("log_normal", ("mean", 1.0), ("std", 2.0)),
    "geometric_": refuses("bool complex")(_sampler("geometric", ("p", 0.5))),
}
