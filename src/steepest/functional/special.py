"""`torch.special`: the special functions that are not already among the elementwise ones."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.operands import describe, operand
from steepest.functional.pointwise import both, polygamma, tensors, unary, where
from steepest.functional.supporting import refuse, refuses
from steepest.ops import bessel, probability
from steepest.ops import functions as fn
from steepest.ops.creation import constant
from steepest.ops.maps import Elementwise, common_shape
from steepest.ops.orthogonal import orthogonal

UNARY: dict[str, Elementwise] = {
    "i0": bessel.i0, "i0e": bessel.i0e, "i1": bessel.i1, "i1e": bessel.i1e, "bessel_j0": bessel.j0, "bessel_j1": bessel.j1,
    "bessel_y0": bessel.y0, "bessel_y1": bessel.y1, "modified_bessel_k0": bessel.k0, "modified_bessel_k1": bessel.k1,
    "scaled_modified_bessel_k0": bessel.scaled_k0, "scaled_modified_bessel_k1": bessel.scaled_k1,
    "spherical_bessel_j0": bessel.spherical_j0, "airy_ai": bessel.airy, "erfcx": probability.erfcx, "ndtr": probability.ndtr,
    "ndtri": probability.ndtri, "log_ndtr": probability.log_ndtr, "entr": probability.entr,
}
"""Functions of one tensor; integers are computed in the default floating dtype."""

globals().update({name: unary(name, primitive) for name, primitive in UNARY.items()})
i0: Callable[..., Tensor] = unary("i0", bessel.i0)


def _floats(function: str, a: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Two operands of which one may be a number, in their common floating dtype."""
    a, b = both(function, a, b)
    of = fn.exp.types([x.dtype if isinstance(x, Tensor) else type(x) for x in (a, b)])[1][0]
    pair = [x.to(of) if isinstance(x, Tensor) else constant(np.asarray(x).astype(dtypes.numpy_dtype(of)), of) for x in (a, b)]
    return pair[0], pair[1]


def _polynomial(name: str) -> Callable[..., Tensor]:
    @refuses("halves complex")
    def function(input: Any, n: Any) -> Tensor:
        if not isinstance(input, Tensor) and not isinstance(n, Tensor):
            raise TypeError(text("argument-not-tensor", function=name, name="input", kind=describe(input)))
        x, degree = (p if isinstance(p, Tensor) else constant(np.asarray(p), dtypes.from_numpy(np.asarray(p).dtype)) for p in (
            input if isinstance(input, Tensor) else np.float32(input), n))
        common_shape(name, x.array.shape, degree.array.shape)
        return orthogonal[name](x, degree)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name.replace('_', ' ')} of degree `n` at `input`; no gradients."
    return function


POLYNOMIALS = {name: _polynomial(name) for name in orthogonal}


NOT_REAL = dtypes.these("bool integers complex")


def igamma(input: Tensor, other: Tensor) -> Tensor:
    """The lower incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""
    tensors("igamma", input=input, other=other)
    refuse("igamma", input.dtype, NOT_REAL)
    common_shape("igamma", input.array.shape, other.array.shape)
    return probability.igamma(*_floats("igamma", input, other))


def igammac(input: Tensor, other: Tensor) -> Tensor:
    """The upper incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""
    tensors("igammac", input=input, other=other)
    refuse("igammac", input.dtype, NOT_REAL)
    common_shape("igammac", input.array.shape, other.array.shape)
    return probability.igammac(*_floats("igammac", input, other))


@refuses("halves complex")
def zeta(input: Any, other: Any) -> Tensor:
    """Hurwitz's zeta function: the sum of `(k + other) ** -input`; no gradient by `input`."""
    a, b = _floats("zeta", input, other)
    common_shape("zeta", a.array.shape, b.array.shape)
    return probability.zeta(a, b)


@refuses("complex")
def xlog1py(input: Any, other: Any) -> Tensor:
    """`x log(1 + y)`, 0 where x is 0 and y is a number."""
    a, b = _floats("xlog1py", operand(input), operand(other))
    return where(b != b, b, where(a == 0, a * 0, a * fn.log1p(b))) if _plain(a, b) else where((a == 0) & (b == b), 0.0, a * fn.log1p(b))


def _plain(a: Tensor, b: Tensor) -> bool:
    return not (a.requires_grad or b.requires_grad)


def polygamma_of(input: Tensor, n: int) -> Tensor:
    """The n-th derivative of digamma."""
    return polygamma(n, input)


@refuses("complex")
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`; RuntimeError where `input` is not above `(p - 1) / 2`."""
    if p < 1:
        raise RuntimeError(text("mvlgamma-dimension", p=p))
    return probability.multigammaln(input if input.dtype.category >= dtypes.FLOATING else input.to(dtypes.get_default_dtype()), p)
