"""`torch.special`: special functions under their names of mathematics."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional import pointwise, tables
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.functional.reducing import logsumexp

_functions: Any = tables.functions()
erf, erfc, exp2, expm1, log1p, sinc, xlogy, digamma, logit = (
    _functions[n] for n in ("erf", "erfc", "exp2", "expm1", "log1p", "sinc", "xlogy", "digamma", "logit"))
expit, gammaln, psi, round = _functions["sigmoid"], _functions["lgamma"], _functions["digamma"], pointwise.round

__all__ = ["digamma", "entr", "erf", "erfc", "exp2", "expit", "expm1", "gammaln", "log1p", "log_ndtr", "log_softmax", "logit", "logsumexp",
           "ndtr", "psi", "round", "sinc", "softmax", "xlog1py", "xlogy"]


def entr(input: Tensor) -> Tensor:
    """`-x log(x)`, 0 at 0 and negative infinity below."""
    return pointwise.where(input < 0, float("-inf"), -xlogy(input, input))


def ndtr(input: Tensor) -> Tensor:
    """The standard normal distribution function."""
    return 0.5 * erfc(input * -0.7071067811865476)


def log_ndtr(input: Tensor) -> Tensor:
    """The logarithm of the standard normal distribution function."""
    return ndtr(input).log()


def xlog1py(input: Tensor, other: Tensor) -> Tensor:
    """`x log(1 + y)`, 0 where x is 0."""
    return pointwise.where(input == 0, 0.0, input * log1p(other))
