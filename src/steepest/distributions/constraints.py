"""Which values parameters and samples may have; a constraint checks every element, or every vector or matrix of `event_dim`."""

from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.joining import cat as _cat
from steepest.functional.joining import stack as _stack
from steepest.functional.limits import finfo
from steepest.functional.linalg import eigvalsh

__all__ = ["Constraint", "MixtureSameFamilyConstraint", "is_dependent", "boolean", "cat", "corr_cholesky", "dependent",
           "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent", "integer_interval",
           "interval", "less_than", "lower_cholesky", "lower_triangular", "multinomial", "nonnegative", "nonnegative_integer",
           "one_hot", "positive", "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector", "simplex",
           "square", "stack", "symmetric", "unit_interval"]


class Constraint:
    """A named condition: `check(value)` gives a tensor of bools."""

    def __init__(self, name: str, holds: Callable[[Any], Any], event_dim: int = 0, is_discrete: bool = False):
        self.name, self.holds, self.event_dim, self.is_discrete = name, holds, event_dim, is_discrete
        self.bounds: dict[str, Any] = {}
        self.base: Any = None
        self.parts: list[Any] = []

    def check(self, value: Tensor) -> Tensor:
        """Where the values are allowed."""
        found: Tensor = self.holds(value)
        return found

    def __repr__(self) -> str:
        return self.name


def _bounded(made: Constraint, **bounds: Any) -> Constraint:
    """The constraint with its bounds, which the maps onto it need."""
    made.bounds = bounds
    return made


def greater_than(lower_bound: Any) -> Constraint:
    """Above a bound."""
    return _bounded(Constraint(f"GreaterThan(lower_bound={lower_bound})", lambda x: lower_bound < x), low=lower_bound)


def greater_than_eq(lower_bound: Any) -> Constraint:
    """At or above a bound."""
    return _bounded(Constraint(f"GreaterThanEq(lower_bound={lower_bound})", lambda x: lower_bound <= x), low=lower_bound)


def less_than(upper_bound: Any) -> Constraint:
    """Below a bound."""
    return _bounded(Constraint(f"LessThan(upper_bound={upper_bound})", lambda x: x < upper_bound), high=upper_bound)


def interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """Between two bounds, both included."""
    name = f"Interval(lower_bound={lower_bound}, upper_bound={upper_bound})"
    return _bounded(Constraint(name, lambda x: (lower_bound <= x) & (x <= upper_bound)), low=lower_bound, high=upper_bound)


def half_open_interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """Between two bounds, the upper one excluded."""
    name = f"HalfOpenInterval(lower_bound={lower_bound}, upper_bound={upper_bound})"
    return _bounded(Constraint(name, lambda x: (lower_bound <= x) & (x < upper_bound)), low=lower_bound, high=upper_bound)


def integer_interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """Whole numbers between two bounds, both included."""
    name = f"IntegerInterval(lower_bound={lower_bound}, upper_bound={upper_bound})"
    return Constraint(name, lambda x: (x % 1 == 0) & (lower_bound <= x) & (x <= upper_bound), is_discrete=True)


def integer_greater_than(lower_bound: Any) -> Constraint:
    """Whole numbers from a bound on."""
    return Constraint(f"IntegerGreaterThan(lower_bound={lower_bound})", lambda x: (x % 1 == 0) & (x >= lower_bound), is_discrete=True)


def independent(base: Constraint, ndims: int) -> Constraint:
    """`base` for all elements of the last dimensions together."""
    def holds(x: Any) -> Any:
        found = base.check(x)
        return found.reshape(*found.shape[: found.dim() - ndims], -1).all(-1)

    made = Constraint(f"IndependentConstraint({base!r}, {ndims})", holds, base.event_dim + ndims, base.is_discrete)
    made.base = base
    return made


def _is_lower_cholesky(x: Any) -> Any:
    lower = (x.tril() == x).reshape(*x.shape[:-2], -1).all(-1)
    return lower & (x.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


def _is_positive_definite(x: Any) -> Any:
    close = ((x - x.mT).abs() <= 1e-6 + 1e-5 * x.abs()).reshape(*x.shape[:-2], -1).all(-1)
    return close & (eigvalsh(x.detach()) > 0).all(-1)


def _is_corr_cholesky(x: Any) -> Any:
    lengths = (x * x).sum(-1)
    unit = ((lengths - 1).abs() < 10 * x.shape[-1] * finfo(x.dtype).eps).all(-1)
    return _is_lower_cholesky(x) & unit


def _is_symmetric(x: Any) -> Any:
    return ((x - x.mT).abs() <= 1e-6 + 1e-5 * x.abs()).reshape(*x.shape[:-2], -1).all(-1)


def multinomial(upper_bound: Any) -> Constraint:
    """Counts that add up to at most a bound."""
    return Constraint("Multinomial()", lambda x: (x >= 0).all(-1) & (x.sum(-1) <= upper_bound), 1, True)


def cat(cseq: Any, dim: int = 0, lengths: Any = None) -> Constraint:
    """One constraint for each stretch along a dimension."""
    parts = list(cseq)
    sizes = [1] * len(parts) if lengths is None else list(lengths)

    def holds(x: Any) -> Any:
        return _cat([c.check(v) for c, v in zip(parts, x.split(sizes, dim), strict=True)], dim)

    made = Constraint(f"Cat({parts})", holds, max(c.event_dim for c in parts), any(c.is_discrete for c in parts))
    made.parts = parts
    return made


def stack(cseq: Any, dim: int = 0) -> Constraint:
    """One constraint for each entry of a dimension."""
    parts = list(cseq)

    def holds(x: Any) -> Any:
        return _stack([c.check(v) for c, v in zip(parts, x.unbind(dim), strict=True)], dim)

    made = Constraint(f"Stack({parts})", holds, max(c.event_dim for c in parts) + 1, any(c.is_discrete for c in parts))
    made.parts = parts
    return made


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint depends on other parameters."""
    return constraint is dependent or isinstance(constraint, property)


def MixtureSameFamilyConstraint(base_constraint: Constraint) -> Constraint:
    """What the components of a mixture allow, for values without the components' dimension."""
    def holds(x: Any) -> Any:
        dims = base_constraint.event_dim
        found = base_constraint.check(x.unsqueeze(-1 - dims))
        return found.reshape(*found.shape[: found.dim() - dims], -1).all(-1)

    return Constraint(f"MixtureSameFamilyConstraint({base_constraint!r})", holds, base_constraint.event_dim)


dependent = Constraint("Dependent()", lambda x: x == x)
dependent_property = property
real = Constraint("Real()", lambda x: x == x)
positive = greater_than(0.0)
nonnegative = greater_than_eq(0.0)
unit_interval = interval(0.0, 1.0)
boolean = Constraint("Boolean()", lambda x: (x == 0) | (x == 1), is_discrete=True)
nonnegative_integer = integer_greater_than(0)
positive_integer = integer_greater_than(1)
real_vector = independent(real, 1)
simplex = Constraint("Simplex()", lambda x: (x >= 0).all(-1) & ((x.sum(-1) - 1).abs() < 1e-6), 1)
one_hot = Constraint("OneHot()", lambda x: ((x == 0) | (x == 1)).all(-1) & (x.sum(-1) == 1), 1, True)
lower_cholesky = Constraint("LowerCholesky()", _is_lower_cholesky, 2)
corr_cholesky = Constraint("CorrCholesky()", _is_corr_cholesky, 2)
lower_triangular = Constraint("LowerTriangular()", lambda x: (x.tril() == x).reshape(*x.shape[:-2], -1).all(-1), 2)
square = Constraint("Square()", lambda x: (x[..., 0, 0] == x[..., 0, 0]) & (x.shape[-1] == x.shape[-2]), 2)
symmetric = Constraint("Symmetric()", _is_symmetric, 2)
positive_semidefinite = Constraint("PositiveSemidefinite()", lambda x: _is_symmetric(x) & (eigvalsh(x.detach()) >= 0).all(-1), 2)
positive_definite = Constraint("PositiveDefinite()", _is_positive_definite, 2)
