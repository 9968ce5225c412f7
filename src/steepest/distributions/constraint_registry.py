"""Which transform takes all real numbers to the values that a constraint allows: `biject_to` and `transform_to`."""

from collections.abc import Callable
from typing import Any

from steepest.distributions import constraints as c
from steepest.distributions import transforms as t
from steepest.errors import text

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]

Maker = Callable[[Any], t.Transform]


class ConstraintRegistry:
    """A table from classes of constraints to what makes a transform for them."""

    def __init__(self) -> None:
        self._registry: dict[type[c.Constraint], Maker] = {}

    def register(self, constraint: Any, factory: Maker | None = None) -> Any:
        """Enter what makes the transform for constraints of a class, or of that of a constraint; a decorator without `factory`.

        TypeError for anything else.
        """
        kind = type(constraint) if isinstance(constraint, c.Constraint) else constraint
        if not (isinstance(kind, type) and issubclass(kind, c.Constraint)):
            raise TypeError(text("constraint-expected", got=constraint))

        def entered(made: Maker) -> Maker:
            self._registry[kind] = made
            return made

        return entered if factory is None else entered(factory)

    def __call__(self, constraint: c.Constraint) -> t.Transform:
        maker = self._registry.get(type(constraint))
        if maker is None:
            raise NotImplementedError(text("transform-unknown", constraint=constraint))
        return maker(constraint)


def _above(constraint: Any) -> t.Transform:
    """Numbers above a bound."""
    bound = constraint.lower_bound
    return t.ExpTransform() if isinstance(bound, (int, float)) and bound == 0 else t.ComposeTransform(
        [t.ExpTransform(), t.AffineTransform(bound, 1)])


def _below(constraint: Any) -> t.Transform:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(constraint.upper_bound, -1)])


def _between(constraint: Any) -> t.Transform:
    """Numbers between two bounds."""
    low, high = constraint.lower_bound, constraint.upper_bound
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low == 0 and high == 1:
        return t.SigmoidTransform()
    return t.ComposeTransform([t.SigmoidTransform(), t.AffineTransform(low, high - low)])


BOTH: dict[Any, Maker] = {
    c.real: lambda k: t.identity_transform, c.greater_than: _above, c.greater_than_eq: _above, c.less_than: _below, c.interval: _between,
    c.half_open_interval: _between, c.corr_cholesky: lambda k: t.CorrCholeskyTransform(),
}
ONLY_TO: dict[Any, Maker] = {
    c.lower_cholesky: lambda k: t.LowerCholeskyTransform(), c.positive_definite: lambda k: t.PositiveDefiniteTransform(),
    c.positive_semidefinite: lambda k: t.PositiveDefiniteTransform(),
}


def _registry(rows: dict[Any, Maker]) -> ConstraintRegistry:
    """A table of these rows, and of constraints made of others."""
    made = ConstraintRegistry()
    composed: dict[Any, Maker] = {
        c.independent: lambda k: t.IndependentTransform(made(k.base_constraint), k.reinterpreted_batch_ndims),
        c.cat: lambda k: t.CatTransform([made(part) for part in k.cseq], k.dim, k.lengths),
        c.stack: lambda k: t.StackTransform([made(part) for part in k.cseq], k.dim)}
    for constraint, maker in (rows | composed).items():
        made.register(constraint, maker)
    return made


biject_to = _registry(BOTH | {c.simplex: lambda k: t.StickBreakingTransform()})
transform_to = _registry(BOTH | ONLY_TO | {c.simplex: lambda k: t.SoftmaxTransform()})
