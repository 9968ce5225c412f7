"""Steps run eagerly and compiled from the same state: what both must agree on."""

from collections.abc import Callable
from typing import Any

import numpy as np

import steepest as torch

BATCHES = 6
KINDS = {"f": torch.float32, "d": torch.float64, "h": torch.float16, "g": torch.bfloat16, "i": torch.int64, "s": torch.int32,
         "u": torch.uint8,
         "b": torch.bool, "c": torch.complex64}


def of_kind(kind: str, shape: tuple[int, ...], random: np.random.Generator) -> torch.Tensor:
    """Random elements; integers are below 3 and above -3."""
    if kind == "b":
        return torch.tensor(random.random(shape) < 0.5)
    if kind in "isu":
        return torch.tensor(random.integers(0 if kind == "u" else -2, 3, shape)).to(KINDS[kind])
    if kind == "c":
        return torch.tensor(random.normal(size=shape) + 1j * random.normal(size=shape)).to(KINDS[kind])
    return torch.tensor(random.normal(size=shape)).to(KINDS[kind])


def places(size: int, shape: tuple[int, ...], random: np.random.Generator) -> torch.Tensor:
    """Random indices below `size`."""
    return torch.tensor(random.integers(0, max(size, 1), shape))


def agree(make: Callable[[], tuple[Callable[..., Any], list[Any]]], batches: list[tuple[torch.Tensor, ...]],
          seed: int = 5) -> Any:
    """`make()` gives a step function and what it keeps; the compiled steps return and leave what the eager ones do."""
    function, kept = make()
    torch.manual_seed(seed)
    expected = [[float(r) for r in listed(function(*[x.clone() for x in batch]))] for batch in batches]
    state = torch.get_rng_state().numpy()
    compiled, native_kept = make()
    torch.manual_seed(seed)
    step = torch.compile(compiled, fullgraph=True)
    returned = [[float(r) for r in listed(step(*[x.clone() for x in batch]))] for batch in batches]
    known = step._compilation
    assert known.native_calls >= len(batches) - 3, (known.native_calls, [v.reason for v in known.variants.values()])
    np.testing.assert_allclose(returned, expected, rtol=2e-3, atol=1e-5)
    for a, b in zip(native_kept, kept, strict=True):
        close(a() if callable(a) else a, b() if callable(b) else b)
    assert (torch.get_rng_state().numpy() == state).all()
    return step


def listed(out: Any) -> list[torch.Tensor]:
    """What a step returned, as tensors."""
    return [] if out is None else [out] if isinstance(out, torch.Tensor) else list(out)


def close(a: torch.Tensor, b: torch.Tensor) -> None:
    """Equal shapes and dtypes, and elements within rounding."""
    assert a.dtype is b.dtype and a.shape == b.shape
    x, y = (t.detach().cpu().to(torch.float32).numpy() if t.dtype.itemsize == 2 and t.is_floating_point() else t.detach().numpy()
            for t in (a, b))
    if x.dtype.kind in "fc":
        rough = a.dtype.itemsize == 2
        np.testing.assert_allclose(x, y, rtol=2e-2 if rough else 1e-4 if a.dtype.itemsize == 4 else 1e-9,
                                   atol=2e-2 if rough else 1e-5)
    else:
        np.testing.assert_array_equal(x, y)


def keeping(operation: Callable[..., Any], batch: tuple[torch.Tensor, ...]) -> Callable[[], tuple[Callable[..., Any], list[Any]]]:
    """A step that adds what an operation gives to tensors that are kept and change their sign at each step."""

    def results(*tensors: torch.Tensor) -> list[torch.Tensor]:
        out = operation(*tensors)
        return [out] if isinstance(out, torch.Tensor) else list(out)

    def make() -> tuple[Callable[..., Any], list[Any]]:
        kept = [torch.zeros(r.shape, dtype=r.dtype) for r in results(*batch)]

        def step(*tensors: torch.Tensor) -> None:
            for held, result in zip(kept, results(*tensors), strict=True):
                if held.dtype is torch.bool:
                    held.logical_xor_(result)
                else:
                    held.neg_().add_(result)

        return step, kept

    return make


def training(operation: Callable[..., Any], parameters: list[tuple[int, ...]], seed: int = 3) -> Callable[[],
    tuple[Callable[..., Any], list[Any]]]:
    """A step of gradient descent on the mean square of what an operation gives for its arguments and the parameters."""

    def make() -> tuple[Callable[..., Any], list[Any]]:
        random = np.random.default_rng(seed)
        weights = [torch.tensor(random.normal(size=shape), dtype=torch.float32, requires_grad=True) for shape in parameters]

        def step(*tensors: torch.Tensor) -> torch.Tensor:
            out = operation(*tensors, *weights)
            loss = sum((o * o).mean() for o in ([out] if isinstance(out, torch.Tensor) else out))
            loss.backward()
            with torch.no_grad():
                for w in weights:
                    if w.grad is not None:
                        w -= 0.1 * w.grad
                        w.grad = None
            return loss

        return step, weights

    return make
