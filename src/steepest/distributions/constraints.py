"""Which values parameters and samples may have; a constraint checks every element, or every vector or matrix of `event_dim`."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import full
from steepest.functional.joining import cat as _cat
from steepest.functional.joining import stack as _stack
from steepest.functional.limits import finfo
from steepest.functional.linalg import eigvalsh

__all__ = ["Constraint", "MixtureSameFamilyConstraint", "is_dependent", "boolean", "cat", "corr_cholesky", "dependent",
           "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent", "integer_interval",
           "interval", "less_than", "lower_cholesky", "lower_triangular", "multinomial", "nonnegative", "nonnegative_integer",
           "one_hot", "positive", "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector", "simplex",
           "square", "stack", "symmetric", "unit_interval"]

UNKNOWN: Any = NotImplemented


class Constraint:
    """A condition: `check(value)` gives a tensor of bools with `event_dim` dimensions fewer. Programs subclass it."""

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Tensor) -> Any:
        """Where the values are allowed."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__[1:] + "()"


class _Dependent(Constraint):
    """A condition that depends on other values; what is not known of it is a NotImplementedError when asked for."""

    def __init__(self, *, is_discrete: Any = UNKNOWN, event_dim: Any = UNKNOWN):
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self) -> Any:
        return self._known("is_discrete", self._is_discrete)

    @property
    def event_dim(self) -> Any:
        return self._known("event_dim", self._event_dim)

    @staticmethod
    def _known(name: str, value: Any) -> Any:
        if value is UNKNOWN:
            raise NotImplementedError(text("constraint-unknown", name=name))
        return value

    def __call__(self, *, is_discrete: Any = UNKNOWN, event_dim: Any = UNKNOWN) -> "_Dependent":
        return _Dependent(is_discrete=self._is_discrete if is_discrete is UNKNOWN else is_discrete,
                          event_dim=self._event_dim if event_dim is UNKNOWN else event_dim)

    def check(self, value: Tensor) -> Any:
        raise ValueError(text("constraint-dependent"))


class _DependentProperty(property, _Dependent):
    """A property of objects that on their class is a condition depending on other values."""

    def __init__(self, fn: Callable[[Any], Any] | None = None, *, is_discrete: Any = UNKNOWN, event_dim: Any = UNKNOWN):
        super().__init__(fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn: Callable[[Any], Any]) -> "_DependentProperty":  # type: ignore[override]
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint depends on other values."""
    return isinstance(constraint, _Dependent)


def _over_last(found: Any, dims: int) -> Any:
    """Whether all is true in the last `dims` dimensions."""
    return found.reshape(*found.shape[: found.dim() - dims], -1).all(-1)


class _IndependentConstraint(Constraint):
    """Another constraint for all elements of the last dimensions together."""

    def __init__(self, base_constraint: Any, reinterpreted_batch_ndims: int):
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims

    is_discrete = property(lambda self: self.base_constraint.is_discrete)
    event_dim = property(lambda self: self.base_constraint.event_dim + self.reinterpreted_batch_ndims)

    def check(self, value: Tensor) -> Any:
        found = self.base_constraint.check(value)
        if found.dim() < self.reinterpreted_batch_ndims:
            raise ValueError(text("constraint-dims", wanted=self.event_dim, dims=value.dim()))
        return _over_last(found, self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """What the components of a mixture allow, for values without the components' dimension."""

    def __init__(self, base_constraint: Any):
        self.base_constraint = base_constraint

    is_discrete = property(lambda self: self.base_constraint.is_discrete)
    event_dim = property(lambda self: self.base_constraint.event_dim)

    def check(self, value: Tensor) -> Any:
        dims: int = self.event_dim
        if value.dim() < dims:
            raise ValueError(text("constraint-dims", wanted=dims, dims=value.dim()))
        found = self.base_constraint.check(value.unsqueeze(-1 - dims))
        return found.reshape(*value.shape[: value.dim() - dims], -1).all(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


class _Real(Constraint):
    """Any number but NaN."""

    def check(self, value: Tensor) -> Any:
        return value == value


class _Boolean(Constraint):
    """0 or 1."""

    is_discrete = True

    def check(self, value: Tensor) -> Any:
        return (value == 0) | (value == 1)


class _OneHot(Constraint):
    """Vectors of zeros and a one."""

    is_discrete, event_dim = True, 1

    def check(self, value: Tensor) -> Any:
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Bounded(Constraint):
    """Numbers with bounds, whose names are shown."""

    bounds: ClassVar[tuple[str, ...]] = ("lower_bound",)

    def __init__(self, *args: Any, **kwargs: Any):
        given = {**dict(zip(self.bounds, args, strict=False)), **kwargs}
        if len(args) > len(self.bounds) or given.keys() != set(self.bounds):
            raise TypeError(text("constraint-bounds", name=type(self).__name__, bounds=", ".join(self.bounds)))
        vars(self).update(given)

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({', '.join(f'{name}={getattr(self, name)}' for name in self.bounds)})"


class _GreaterThan(_Bounded):
    """Above a bound."""

    lower_bound: Any

    def check(self, value: Tensor) -> Any:
        return self.lower_bound < value


class _GreaterThanEq(_Bounded):
    """At or above a bound."""

    lower_bound: Any

    def check(self, value: Tensor) -> Any:
        return self.lower_bound <= value


class _LessThan(_Bounded):
    """Below a bound."""

    bounds = ("upper_bound",)
    upper_bound: Any

    def check(self, value: Tensor) -> Any:
        return value < self.upper_bound


class _Interval(_Bounded):
    """Between two bounds, both included."""

    bounds = ("lower_bound", "upper_bound")
    lower_bound: Any
    upper_bound: Any

    def check(self, value: Tensor) -> Any:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Interval):
    """Between two bounds, the upper one excluded."""

    def check(self, value: Tensor) -> Any:
        return (self.lower_bound <= value) & (value < self.upper_bound)


class _IntegerInterval(_Interval):
    """Whole numbers between two bounds, both included."""

    is_discrete = True

    def check(self, value: Tensor) -> Any:
        return (value % 1 == 0) & super().check(value)


class _IntegerLessThan(_Bounded):
    """Whole numbers up to a bound."""

    is_discrete, bounds = True, ("upper_bound",)
    upper_bound: Any

    def check(self, value: Tensor) -> Any:
        return (value % 1 == 0) & (value <= self.upper_bound)


class _IntegerGreaterThan(_GreaterThanEq):
    """Whole numbers from a bound on."""

    is_discrete = True

    def check(self, value: Tensor) -> Any:
        return (value % 1 == 0) & (value >= self.lower_bound)


class _Simplex(Constraint):
    """Vectors of probabilities."""

    event_dim = 1

    def check(self, value: Tensor) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    """Counts that add up to at most a bound."""

    is_discrete, event_dim = True, 1

    def __init__(self, upper_bound: Any):
        self.upper_bound = upper_bound

    def check(self, value: Tensor) -> Any:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    """Matrices with zeros above their diagonal."""

    event_dim = 2

    def check(self, value: Tensor) -> Any:
        return _over_last(value.tril() == value, 2)


class _LowerCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal."""

    event_dim = 2

    def check(self, value: Tensor) -> Any:
        return _over_last(value.tril() == value, 2) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(Constraint):
    """Cholesky factors of correlation matrices: lower triangular, a positive diagonal, rows of length 1."""

    event_dim = 2

    def check(self, value: Tensor) -> Any:
        lengths = (value * value).sum(-1)
        unit = ((lengths - 1).abs() < 10 * value.shape[-1] * finfo(value.dtype).eps).all(-1)
        return lower_cholesky.check(value) & unit


class _Square(Constraint):
    """Square matrices."""

    event_dim = 2

    def check(self, value: Tensor) -> Any:
        return full(value.shape[:-2], value.shape[-2] == value.shape[-1])


class _Symmetric(_Square):
    """Symmetric matrices, up to rounding."""

    def check(self, value: Tensor) -> Any:
        if value.shape[-2] != value.shape[-1]:
            return super().check(value)
        return _over_last((value - value.mT).abs() <= 1e-6 + 1e-5 * value.mT.abs(), 2)


class _PositiveSemidefinite(_Symmetric):
    """Symmetric matrices without negative eigenvalues."""

    def check(self, value: Tensor) -> Any:
        found = super().check(value)
        return found & (eigvalsh(value.detach()) >= 0).all(-1) if found.all() else found


class _PositiveDefinite(_Symmetric):
    """Symmetric matrices with positive eigenvalues."""

    def check(self, value: Tensor) -> Any:
        found = super().check(value)
        return found & (eigvalsh(value.detach()) > 0).all(-1) if found.all() else found


class _Joined(Constraint):
    """Several constraints along a dimension."""

    def __init__(self, cseq: Iterable[Any], dim: int = 0):
        self.cseq, self.dim = list(cseq), dim

    is_discrete = property(lambda self: any(c.is_discrete for c in self.cseq))


class _Cat(_Joined):
    """One constraint for each stretch along a dimension."""

    def __init__(self, cseq: Iterable[Any], dim: int = 0, lengths: Any = None):
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)

    event_dim = property(lambda self: max(c.event_dim for c in self.cseq))

    def check(self, value: Tensor) -> Any:
        parts = value.split(self.lengths, self.dim)
        return _cat([c.check(part) for c, part in zip(self.cseq, parts, strict=True)], self.dim)


class _Stack(_Joined):
    """One constraint for each entry of a dimension."""

    @property
    def event_dim(self) -> int:
        dims: int = max(c.event_dim for c in self.cseq)
        return dims + 1 if self.dim + dims < 0 else dims

    def check(self, value: Tensor) -> Any:
        return _stack([c.check(part) for c, part in zip(self.cseq, value.unbind(self.dim), strict=True)], self.dim)


dependent = _Dependent()
dependent_property = _DependentProperty
independent = _IndependentConstraint
boolean = _Boolean()
one_hot = _OneHot()
nonnegative_integer = _IntegerGreaterThan(0)
positive_integer = _IntegerGreaterThan(1)
integer_interval = _IntegerInterval
real = _Real()
real_vector = independent(real, 1)
positive = _GreaterThan(0.0)
nonnegative = _GreaterThanEq(0.0)
greater_than = _GreaterThan
greater_than_eq = _GreaterThanEq
less_than = _LessThan
multinomial = _Multinomial
unit_interval = _Interval(0.0, 1.0)
interval = _Interval
half_open_interval = _HalfOpenInterval
simplex = _Simplex()
lower_triangular = _LowerTriangular()
lower_cholesky = _LowerCholesky()
corr_cholesky = _CorrCholesky()
square = _Square()
symmetric = _Symmetric()
positive_semidefinite = _PositiveSemidefinite()
positive_definite = _PositiveDefinite()
cat = _Cat
stack = _Stack
