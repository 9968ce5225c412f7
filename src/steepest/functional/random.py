"""Random tensors, drawn from PyTorch's stream: the same seed gives the same numbers."""

from typing import Any

from steepest.core import dtype as dtypes
from steepest.core import generator as gen
from steepest.core.device import PRESERVE
from steepest.core.dtype import asked, get_default_dtype, these
from steepest.core.modes import interpreters
from steepest.core.tensor import Tensor, fresh, from_array
from steepest.errors import text
from steepest.functional.creating import finished, wanted
from steepest.functional.limits import iinfo
from steepest.functional.operands import result_into, sizes
from steepest.functional.supporting import refuse, refuses
from steepest.ops.maps import common_shape
from steepest.ops.random import draw, draw_like


def _drawn(shape: tuple[int, ...], of: Any, generator: Any, sampler: str, **params: Any) -> Tensor:
    if shape and min(shape) < 0:
        raise RuntimeError(text("negative-size", shape=list(shape)))
    return draw(shape=shape, dtype=of or get_default_dtype(), generator=generator or gen.default_generator, sampler=sampler, **params)


def _drawn_like(x: Tensor, of: Any, generator: Any, sampler: str, memory_format: Any, **params: Any) -> Tensor:
    of = asked(of)
    if memory_format not in (None, PRESERVE):
        return _drawn(x.array.shape, of or x.dtype, generator, sampler, **params)
    return draw_like(x, dtype=of or x.dtype, generator=generator or gen.default_generator, sampler=sampler, **params)


def _drawn_by(of: Any, generator: Any, sampler: str, **params: Any) -> Tensor:
    """Numbers whose shape follows from the one parameter that is a tensor."""
    (name,) = (n for n, x in params.items() if isinstance(x, Tensor))
    return draw(params.pop(name), names=(name,), dtype=of, generator=generator or gen.default_generator, sampler=sampler, **params)


STANDARD = {"uniform": {"low": 0.0, "high": 1.0}, "normal": {"mean": 0.0, "std": 1.0}}


def _standard(kind: str, size: tuple[Any, ...], generator: Any, out: Any, of: Any, device: Any, requires_grad: bool) -> Tensor:
    """Numbers of [0, 1) or standard normal ones; a few of float32 by one native call."""
    shape, of = sizes(size), wanted(of, out)
    if of is dtypes.float32 and shape and min(shape) > 0 and not interpreters:
        made = (generator or gen.default_generator).engine.filled(kind, shape)
        if made is not None:
            return finished(fresh(made, of), requires_grad, device, out)
    return finished(_drawn(shape, of, generator, kind, **STANDARD[kind]), requires_grad, device, out)


def rand(*size: Any, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
         requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """Uniform numbers from [0, 1)."""
    return _standard("uniform", size, generator, out, dtype, device, requires_grad)


def randn(*size: Any, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
          requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """Standard normal numbers."""
    return _standard("normal", size, generator, out, dtype, device, requires_grad)


def randint(*args: Any, low: Any = None, high: Any = None, size: Any = None, generator: Any = None, out: Any = None, dtype: Any = None,
            layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Integers from `low` (0 unless given) up to but not including `high`: `randint(high, size)` or `randint(low, high, size)`."""
    dtype = asked(dtype)
    given = list(args)
    if size is None:
        size = given.pop()
    if high is None:
        high = given.pop()
    if low is None:
        low = given.pop() if given else 0
    _check_bounds(low, high)
    of = dtype or (dtypes.int64 if out is None else out.dtype)
    numbers = _drawn(sizes((size,)), of, generator, "randint", low=int(low), high=int(high))
    return finished(numbers, requires_grad, device, out)


def _check_bounds(low: Any, high: Any) -> None:
    if high <= low:
        raise RuntimeError(text("randint-bounds", low=low, high=high))


def randperm(n: int, *, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A random order of 0 to n - 1."""
    dtype = asked(dtype)
    kind = dtype or (dtypes.int64 if out is None else out.dtype)
    if kind.category == dtypes.INTEGER and n - 1 > iinfo(kind).max:
        raise RuntimeError(text("number-overflow", dtype=f"{kind.name}_t", value=n - 1))
    order = draw(dtype=kind, generator=generator or gen.default_generator, sampler="randperm", n=n)
    return finished(order, requires_grad, device, out)


def rand_like(input: Tensor, *, generator: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
              requires_grad: bool = False, memory_format: Any = None) -> Tensor:
    """Uniform numbers in the shape of `input`."""
    return finished(_drawn_like(input, dtype, generator, "uniform", memory_format, **STANDARD["uniform"]), requires_grad, device)


def randn_like(input: Tensor, *, generator: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
               requires_grad: bool = False, memory_format: Any = None) -> Tensor:
    """Standard normal numbers in the shape of `input`."""
    return finished(_drawn_like(input, dtype, generator, "normal", memory_format, **STANDARD["normal"]), requires_grad, device)


def randint_like(input: Tensor, low: Any = None, high: Any = None, *, generator: Any = None, dtype: Any = None, layout: Any = None,
                 device: Any = None, requires_grad: bool = False, memory_format: Any = None) -> Tensor:
    """Integers in the shape of `input`, from `low` (0 unless given) up to but not including `high`."""
    low, high = (0, low) if high is None else (low or 0, high)
    _check_bounds(low, high)
    refuse("randint_like", dtype or input.dtype, COMPLEX)
    return finished(_drawn_like(input, dtype, generator, "randint", memory_format, low=int(low), high=int(high)), requires_grad, device)


WHOLE, COMPLEX = these("bool integers"), these("complex")


@refuses("complex")
def bernoulli(input: Tensor, p: Any = None, *, generator: Any = None, out: Any = None) -> Tensor:
    """Ones with the probabilities that `input` holds (or with `p`), else zeros."""
    if p is None:
        refuse("bernoulli", input.dtype, WHOLE)
        return result_into(out, _drawn_by(input.dtype, generator, "bernoulli", p=input))
    return result_into(out, _drawn(input.array.shape, input.dtype, generator, "bernoulli", p=p))


def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, out: Any = None, dtype: Any = None,
           layout: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """Normal numbers with given means and standard deviations, numbers or tensors."""
    dtype = asked(dtype)
    if size is not None:
        numbers = _drawn(sizes((size,)), wanted(dtype, out), generator, "normal", mean=float(mean), std=float(std))
        return finished(numbers, requires_grad, device, out)
    if isinstance(std, Tensor) and std.dtype.is_complex:
        raise RuntimeError(text("normal-complex-std"))
    if isinstance(mean, Tensor) and mean.dtype.is_complex:
        number = not isinstance(std, Tensor)
        shape = common_shape("normal", mean.array.shape, () if number else std.array.shape)
        noise: Any = _drawn(shape, mean.dtype, generator, "normal", mean=0.0, std=float(std) if number else 1.0)
        return result_into(out, (noise if number else noise * std) + mean)
    given = {name: x for name, x in (("mean", mean), ("std", std)) if isinstance(x, Tensor)}
    fixed = {name: x for name, x in (("mean", mean), ("std", std)) if not isinstance(x, Tensor)}
    shape = common_shape("normal", *[x.array.shape for x in given.values()])
    return result_into(out, draw(*given.values(), names=tuple(given), shape=shape, dtype=next(iter(given.values())).dtype,
                                 generator=generator or gen.default_generator, sampler="normal", **fixed))


def multinomial(input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None) -> Tensor:
    """Indices drawn with the weights of each row."""
    return _drawn_by(dtypes.int64, generator, "multinomial", n=num_samples, replacement=replacement, weights=input)


def binomial(count: Tensor, prob: Tensor, generator: Any = None) -> Tensor:
    """How many of `count` trials of probability `prob` succeed."""
    return draw(count, prob, names=("count", "prob"), dtype=count.dtype, generator=generator or gen.default_generator, sampler="binomial")


@refuses("integers bool complex")
def poisson(input: Tensor, generator: Any = None) -> Tensor:
    """Poisson numbers with the rates of `input`."""
    return _drawn_by(input.dtype, generator, "poisson", rate=input)


def manual_seed(seed: int) -> Any:
    """Seed the default generator; returns it."""
    return gen.default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generator from the system's entropy; the seed."""
    return gen.default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator."""
    return gen.default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator."""
    default_generator.set_state(new_state)


class Generator(gen.Generator):
    """A generator of random numbers with a state of its own; states are tensors."""

    __slots__ = ()

    def get_state(self) -> Any:
        return from_array(super().get_state())

    def set_state(self, state: Any) -> Any:
        super().set_state(state.array if isinstance(state, Tensor) else state)
        return self


# There is one default generator, made where no tensors are known yet; from here on its states are tensors too.
default_generator: Any = gen.default_generator
default_generator.__class__ = Generator
