"""Programs as text, run with a plain loop and with a native one: what both must leave behind."""

import linecache
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

import steepest as torch
from steepest.compiling.loop import Loop
from steepest.compiling.sites import Site, sites

_numbers = count()


class Plain:
    """What `loop` is for a program that runs step by step."""

    def __init__(self, items: Any, epochs: int = 1, **options: Any):
        self.items, self.epochs = items, epochs
        self.history: dict[str, list[Any]] = {}
        self.stopped = False

    def __iter__(self) -> Iterator[Any]:
        for e in range(self.epochs):
            for x in (range(self.items * e, self.items * (e + 1)) if isinstance(self.items, int) else self.items):
                yield x
                if self.stopped:
                    return

    def record(self, **values: Any) -> None:
        for name, value in values.items():
            self.history.setdefault(name, []).append(value.item() if isinstance(value, torch.Tensor) and value.ndim == 0 else
                                                     value.detach().clone() if isinstance(value, torch.Tensor) else value)

    def emit(self, function: Any, *values: Any) -> None:
        function(*[v.detach().clone() if isinstance(v, torch.Tensor) else v for v in values])

    def stop_when(self, condition: Any) -> None:
        if bool(condition):
            self.stopped = True


def run(source: str, loop: Any, **given: Any) -> dict[str, Any]:
    """The variables that a program leaves."""
    filename = f"<string-{next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "loop": loop, **given}
    torch.manual_seed(7)
    np.random.seed(7)
    exec(compile(source, filename, "exec"), scope)
    scope["random_state"] = torch.get_rng_state()
    return scope


def agree(source: str, native: bool | None = True, rtol: float = 2e-3, atol: float = 2e-5, **given: Any) -> Site:
    """Both ways of running a program leave the same in all its variables; `native` says whether native steps were taken."""
    expected = run(source, Plain, **given)
    known = set(sites)
    found = run(source, torch.loop, **given)
    compare(found, expected, rtol, atol)
    site = [s for key, s in sites.items() if key not in known][-1]
    if native is not None:
        assert bool(site.native_steps) == native, (site.native_steps, site.reason, [(c.kind, c.reason) for c in site.cases])
    return site


def compare(found: dict[str, Any], expected: dict[str, Any], rtol: float, atol: float) -> None:
    """All variables of one run of a program against those of another."""
    for name, value in expected.items():
        if name not in ("loop", "torch", "nn", "F", "np", "run") and not name.startswith("__"):
            same(found[name], value, rtol, atol, name)
    if "run" in expected:
        assert isinstance(found["run"], (Loop, Plain))
        same(found["run"].history, expected["run"].history, rtol, atol, "run")


def same(a: Any, b: Any, rtol: float, atol: float, name: str, depth: int = 0) -> None:
    """Equal values, tensors within rounding; objects by their attributes."""
    if isinstance(b, torch.Tensor):
        assert isinstance(a, torch.Tensor) and a.dtype is b.dtype and a.shape == b.shape, name
        assert a.requires_grad == b.requires_grad and (a.grad_fn is None) == (b.grad_fn is None), name
        x, y = (t.detach().to(torch.float64).numpy() if t.dtype is torch.bfloat16 else t.detach().numpy() for t in (a, b))
        np.testing.assert_allclose(x, y, rtol, atol, err_msg=name)
        if b._grad is not None or a._grad is not None:
            same(a._grad, b._grad, rtol, atol, name + ".grad")
    elif isinstance(b, (list, tuple)):
        assert len(a) == len(b), (name, len(a), len(b))
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            same(x, y, rtol, atol, f"{name}[{i}]", depth + 1)
    elif isinstance(b, dict):
        assert len(a) == len(b), name
        for (k, x), y in zip(a.items(), b.values(), strict=True):
            same(x, y, rtol, atol, f"{name}[{k if isinstance(k, str) else ''}]", depth + 1)
    elif isinstance(b, (int, str, bool, type(None))):
        assert type(a) is type(b) and a == b, (name, a, b)
    elif isinstance(b, float):
        assert type(a) is type(b), name
        np.testing.assert_allclose(a, b, rtol, atol, err_msg=name)
    elif isinstance(b, np.ndarray):
        np.testing.assert_allclose(a, b, rtol, atol, err_msg=name)
    elif isinstance(b, (torch.nn.Module, torch.optim.Optimizer)):
        same(a.state_dict(), b.state_dict(), rtol, atol, name)
        if isinstance(b, torch.nn.Module):
            same([p.grad for p in a.parameters()], [p.grad for p in b.parameters()], rtol, atol, name + ".grad")
    elif isinstance(b, torch.optim.lr_scheduler.LRScheduler):
        same(a.state_dict(), b.state_dict(), rtol, atol, name)
