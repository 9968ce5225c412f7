"""gradcheck and gradgradcheck: gradients compared with central differences.

Jacobians are compared as real matrices: a complex number counts as its real and its imaginary part, which is what PyTorch's
convention for complex gradients (`dL/dre + i dL/dim`) means.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.autograd.levels import differentiable, recording
from steepest.autograd.transforms import entered, jvp
from steepest.autograd.vectorizing import vmap
from steepest.core.dtype import COMPLEX, numpy_dtype
from steepest.core.generator import default_generator
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, alias, from_array
from steepest.errors import text
from steepest.ops.random import draw_like

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """What gradcheck raises where gradients are wrong."""


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of `func` at `inputs` (double precision) agree with central differences of step `eps`.

    Raises GradcheckError with both Jacobians where they do not (or gives False, without `raise_exception`). The engine never runs
    a node that no gradient reaches, so there is nothing to check for undefined gradients; all columns are always compared.

    >>> x = steepest.ones(2, dtype=steepest.float64, requires_grad=True)
    >>> steepest.autograd.gradcheck(steepest.sin, x)
    True
    """
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    try:
        check = Check(func, given, eps, atol, rtol)
        if check_backward_ad:
            check.backward(nondet_tol, check_grad_dtypes)
        if check_batched_grad:
            check.batched()
        if check_forward_ad or check_batched_forward_grad:
            check.forward()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """As `gradcheck`, for the gradients of the gradients; `grad_outputs` are random numbers unless given.

    >>> x = steepest.ones(2, dtype=steepest.float64, requires_grad=True)
    >>> steepest.autograd.gradgradcheck(steepest.sin, x)
    True
    """
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    outputs = tensors(func(*given))
    if grad_outputs is None:
        vectors = [_drawn(y, "uniform", low=-1.0, high=1.0).requires_grad_() for y in outputs if differentiable(y)]
    else:
        vectors = [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)
    count = len(given)
    wanted_inputs = [isinstance(x, Tensor) and x.requires_grad for x in given]

    def gradient(*arguments: Any) -> tuple[Any, ...]:
        points = [entered(x, modes.grad) if wants else x for x, wants in zip(arguments, wanted_inputs, strict=False)]
        with recording(True):
            made = [y for y in tensors(func(*points)) if differentiable(y)]
        wanted = [x for x, wants in zip(points, wanted_inputs, strict=True) if wants]
        pairs = [(y, v) for y, v in zip(made, arguments[count:], strict=True) if y.requires_grad]
        found = run_backward([y for y, _ in pairs], [v for _, v in pairs], wanted, True, True)
        return tuple(found[i] for i in range(len(wanted)) if i in found)

    return gradcheck(
        gradient,
        (*given, *vectors),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        check_grad_dtypes=check_grad_dtypes,
    )


def tensors(out: Any) -> list[Tensor]:
    """The tensors among a function's results."""
    return [y for y in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(y, Tensor)]


def _drawn(y: Tensor, sampler: str, **bounds: float) -> Any:
    """Random numbers like `y`, drawn from PyTorch's stream as its own check draws them."""
    real = y.dtype.to_real()
    shape = (*y.array.shape, 2) if y.dtype.is_complex else y.array.shape
    with recording(False):
        like = from_array(np.empty(shape, numpy_dtype(real)))
        values = draw_like(like, dtype=real, generator=default_generator, sampler=sampler, dense=False, **bounds).array
    return from_array(values.view(numpy_dtype(y.dtype))[..., 0] if y.dtype.is_complex else values)


def flat(array: Array) -> Array:
    """The real numbers that an array consists of, in one dimension."""
    values = np.ascontiguousarray(array).reshape(-1)
    return values.view(values.real.dtype) if values.dtype.kind == "c" else values


class Check:
    """One function at one point, and the comparisons of its derivatives."""

    def __init__(self, func: Function, inputs: tuple[Any, ...], eps: float, atol: float, rtol: float):
        self.func, self.inputs, self.eps, self.atol, self.rtol = func, inputs, eps, atol, rtol
        self.numbers = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        self.points: list[Tensor] = [inputs[i] for i in self.numbers]
        if not self.points:
            raise ValueError(text("gradcheck-no-inputs"))
        for i, x in zip(self.numbers, self.points, strict=True):
            if x.dtype.name not in ("float64", "complex128"):
                warnings.warn(text("gradcheck-precision", index=i), stacklevel=3)
        self.outputs = self.evaluate()
        if not any(y.requires_grad for y in self.outputs):
            raise ValueError(text("gradcheck-outputs"))
        self.numerical = [self.differences(x) for x in self.points]

    def evaluate(self) -> list[Tensor]:
        """The differentiable results."""
        return [y for y in tensors(self.func(*self.inputs)) if differentiable(y)]

    def differences(self, x: Tensor) -> list[Array]:
        """For every output the matrix (real numbers of x, real numbers of the output) by central differences."""
        rows: list[list[Array]] = [[] for _ in self.outputs]
        steps = (self.eps, 1j * self.eps) if x.dtype.category == COMPLEX else (self.eps,)
        for at in np.ndindex(x.array.shape):
            held = x.array[at]
            for step in steps:
                sides = []
                for moved in (held + step, held - step):
                    x.array[at] = moved
                    sides.append([flat(y.array).copy() for y in self.evaluate()])
                x.array[at] = held
                for k, (plus, minus) in enumerate(zip(*sides, strict=True)):
                    rows[k].append((plus - minus) / (2 * self.eps))
        return [np.array(r).reshape(len(r), flat(y.array).size) for r, y in zip(rows, self.outputs, strict=True)]

    def pull(self, k: int, g: Tensor) -> list[Any]:
        """The gradients of all points for one output."""
        y = self.outputs[k]
        found = run_backward([y], [g], self.points, True, False) if y.requires_grad else {}
        return [found.get(i) for i in range(len(self.points))]

    def unit_gradients(self, y: Tensor) -> list[Tensor]:
        """Gradients that pick one real number of an output each."""
        made = []
        for at in np.ndindex(y.array.shape):
            for one in (1, 1j) if y.dtype.category == COMPLEX else (1,):
                array = np.zeros_like(y.array, order="C")
                array[at] = one
                made.append(from_array(array))
        return made

    def analytical(self, k: int, check_dtypes: bool = False) -> list[Array]:
        """For every point the matrix by backward passes from output k."""
        columns: list[list[Array]] = [[] for _ in self.points]
        for g in self.unit_gradients(self.outputs[k]):
            for i, (found, x) in enumerate(zip(self.pull(k, g), self.points, strict=True)):
                if check_dtypes and found is not None and found.dtype is not x.dtype:
                    raise GradcheckError(text("grad-dtype", grad=found.dtype, dtype=x.dtype))
                columns[i].append(flat(np.zeros_like(x.array) if found is None else found.array).copy())
        return [np.array(c).reshape(len(c), flat(x.array).size).T for c, x in zip(columns, self.points, strict=True)]

    def backward(self, nondet_tol: float, check_dtypes: bool) -> None:
        """Reverse mode against differences, and against itself once more."""
        for k in range(len(self.outputs)):
            first, second = self.analytical(k, check_dtypes), self.analytical(k)
            for i, (a, again) in enumerate(zip(first, second, strict=True)):
                self.compare(k, i, a, "gradcheck-mismatch")
                if a.size and np.nanmax(np.abs(a - again)) > nondet_tol:
                    raise GradcheckError(text("gradcheck-nondeterministic", tolerance=nondet_tol))

    def compare(self, k: int, i: int, analytical: Array, key: str) -> None:
        numerical = self.numerical[i][k]
        if not np.allclose(analytical, numerical, self.rtol, self.atol, equal_nan=True):
            raise GradcheckError(
                text(key, output=k, input=self.numbers[i], numerical=from_array(numerical), analytical=from_array(analytical))
            )

    def batched(self) -> None:
        """Backward passes under vmap against a loop."""
        for k, y in enumerate(self.outputs):
            if not y.requires_grad:
                continue
            pair = [_drawn(y, "normal", mean=0.0, std=1.0) for _ in range(2)]
            both = from_array(np.stack([p.array for p in pair]))
            used = [i for i, g in enumerate(self.pull(k, pair[0])) if g is not None]
            made = vmap(lambda g, k=k, used=used: tuple(self.pull(k, g)[i] for i in used))(both)
            for n, p in enumerate(pair):
                looped = self.pull(k, p)
                for i, m in zip(used, made, strict=True):
                    if not np.allclose(m.array[n], looped[i].array, self.rtol, self.atol, equal_nan=True):
                        raise GradcheckError(text("gradcheck-batched", output=k, input=self.numbers[i]))

    def forward(self) -> None:
        """Forward mode against differences."""
        for i, x in enumerate(self.points):
            rows: list[list[Array]] = [[] for _ in self.outputs]
            for direction in self.unit_gradients(x):
                for k, t in enumerate(self.push(i, direction)):
                    rows[k].append(flat(t.array).copy())
            for k, y in enumerate(self.outputs):
                self.compare(k, i, np.array(rows[k]).reshape(-1, flat(y.array).size), "gradcheck-mismatch-forward")

    def push(self, i: int, direction: Tensor) -> list[Tensor]:
        """The derivatives of the outputs along a direction of one point."""

        def of_point(x: Tensor) -> tuple[Tensor, ...]:
            arguments = list(self.inputs)
            arguments[self.numbers[i]] = x
            return tuple(y for y in tensors(self.func(*arguments)) if differentiable(y))

        x = self.points[i]
        return list(jvp(of_point, (alias(x.array, x),), (direction,))[1])
