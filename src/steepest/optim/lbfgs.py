"""L-BFGS: quasi-Newton directions from the last steps (Nocedal and Wright, Numerical Optimization, algorithm 7.5)."""

from collections.abc import Callable, Iterable
from typing import Any

from steepest.autograd.modes import enable_grad, no_grad
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.joining import cat
from steepest.ops.views import view_as_real
from steepest.optim.optimizer import Optimizer, require_rate
from steepest.optim.strong_wolfe import strong_wolfe
from steepest.optim.update import scalar

__all__ = ["LBFGS"]

KEPT = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")
SMALLEST_CURVATURE = 1e-10


class LBFGS(Optimizer):
    """L-BFGS on all parameters as one vector; `step` needs a closure, which it calls several times.

    >>> w = torch.ones(2, requires_grad=True); optimizer = torch.optim.LBFGS([w])
    >>> def closure():
    ...     optimizer.zero_grad(); loss = (w * w).sum(); loss.backward(); return loss
    >>> optimizer.step(closure).item()
    2.0

    Raises ValueError for more than one group of parameters, RuntimeError for an unknown line search.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        require_rate(lr)
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
            "line_search_fn": line_search_fn,
        })
        if len(self.param_groups) != 1:
            raise ValueError(text("lbfgs-groups"))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take up to `max_iter` steps; returns the first loss of the closure."""
        if closure is None:
            raise TypeError(text("lbfgs-closure"))
        with no_grad():
            return self._minimize(enable_grad()(closure))

    def _minimize(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        lr, max_iter, max_eval = scalar(group["lr"]), group["max_iter"], group["max_eval"]
        tolerance_grad, tolerance_change = group["tolerance_grad"], group["tolerance_change"]
        search = group["line_search_fn"]
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss = float(first_loss)
        evaluations = 1
        state["func_evals"] += 1
        gradient = self._gradient()
        if gradient.abs().max() <= tolerance_grad:
            return first_loss

        memory = {name: state.get(name) for name in KEPT}
        flat = False
        for iteration in range(1, max_iter + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                memory.update(d=gradient.neg(), old_dirs=[], old_stps=[], ro=[], H_diag=1)
                step_size = min(1.0, 1.0 / gradient.abs().sum()) * lr
            else:
                _remember(memory, gradient, group["history_size"])
                shares = state.setdefault("al", [None] * group["history_size"])
                memory["d"] = _direction(memory, gradient, shares)
                step_size = lr
            memory.update(prev_flat_grad=gradient.clone(), prev_loss=loss, t=step_size)
            direction = memory["d"]
            slope = gradient.dot(direction)
            if slope > -tolerance_change:
                break
            calls = 0
            if search is not None:
                if search != "strong_wolfe":
                    raise RuntimeError(text("lbfgs-line-search", name=search))
                start = [p.clone() for p in group["params"]]

                def evaluate(t: Any, start: list[Tensor] = start, direction: Tensor = direction) -> tuple[float, Tensor]:
                    return self._evaluate(closure, start, t, direction)

                loss, gradient, step_size, calls = strong_wolfe(
                    evaluate, step_size, direction, loss, gradient, slope, max_evaluations=max_eval - evaluations
                )
                memory["t"] = step_size
                self._move(step_size, direction)
                flat = bool(gradient.abs().max() <= tolerance_grad)
            else:
                self._move(step_size, direction)
                if iteration != max_iter:           # the closure's own call at the next step finds the last gradient
                    loss = float(closure())
                    gradient = self._gradient()
                    flat = bool(gradient.abs().max() <= tolerance_grad)
                    calls = 1
            evaluations += calls
            state["func_evals"] += calls
            if (
                evaluations >= max_eval
                or flat
                or (direction * step_size).abs().max() <= tolerance_change
                or abs(loss - memory["prev_loss"]) < tolerance_change
            ):
                break
        state.update(memory)
        return first_loss

    def _gradient(self) -> Tensor:
        """All gradients as one vector; complex ones as pairs of real numbers."""
        parts = []
        for p in self.param_groups[0]["params"]:
            if p.grad is None:
                part = p.detach().new_zeros(p.numel())
            else:
                part = (p.grad.to_dense() if p.grad.is_sparse else p.grad).reshape(-1)
            parts.append(view_as_real(part).reshape(-1) if part.dtype.is_complex else part)
        return cat(parts, 0)

    def _move(self, step_size: Any, direction: Tensor) -> None:
        """Add `step_size * direction` to the parameters."""
        offset = 0
        for p in self.param_groups[0]["params"]:
            part = view_as_real(p) if p.dtype.is_complex else p
            size = part.numel()
            part.add_(direction[offset : offset + size].view_as(part), alpha=step_size)
            offset += size

    def _evaluate(self, closure: Callable[[], Any], start: list[Tensor], t: Any, direction: Tensor) -> tuple[float, Tensor]:
        """Loss and gradient at `start + t direction`; the parameters go back to `start`."""
        self._move(t, direction)
        loss = float(closure())
        gradient = self._gradient()
        for p, old in zip(self.param_groups[0]["params"], start, strict=True):
            p.copy_(old)
        return loss, gradient


def _remember(memory: dict[str, Any], gradient: Tensor, history_size: int) -> None:
    """Add the last step and the change of the gradient along it, where the curvature is positive."""
    change, step = gradient - memory["prev_flat_grad"], memory["d"] * memory["t"]
    curvature = change.dot(step)
    if curvature > SMALLEST_CURVATURE:
        for name, value in (("old_dirs", change), ("old_stps", step), ("ro", 1.0 / curvature)):
            if len(memory[name]) == history_size:
                memory[name].pop(0)
            memory[name].append(value)
        memory["H_diag"] = curvature / change.dot(change)


def _direction(memory: dict[str, Any], gradient: Tensor, shares: list[Any]) -> Tensor:
    """The two-loop recursion: the inverse Hessian's estimate times the negative gradient; `shares` is room for the first loop's."""
    pairs = list(enumerate(zip(memory["old_dirs"], memory["old_stps"], memory["ro"], strict=True)))
    d = gradient.neg()
    for i, (change, step, inverse) in reversed(pairs):
        shares[i] = step.dot(d) * inverse
        d.add_(change, alpha=-shares[i])
    d = d * memory["H_diag"]
    for i, (change, step, inverse) in pairs:
        d.add_(step, alpha=shares[i] - change.dot(d) * inverse)
    return d
