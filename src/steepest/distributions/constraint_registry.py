"""Which transform takes all real numbers to the values that a constraint allows: `biject_to` and `transform_to`."""

from collections.abc import Callable
from typing import Any

from steepest.distributions import transforms as t
from steepest.distributions.constraints import Constraint
from steepest.errors import text

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]

Maker = Callable[[Any], t.Transform]


class ConstraintRegistry:
    """A table from constraints to what makes a transform for them."""

    def __init__(self) -> None:
        self._makers: dict[str, Maker] = {}

    def register(self, constraint: Any, factory: Maker | None = None) -> Any:
        """Enter what makes the transform for constraints of this one's name; a decorator without `factory`."""
        def entered(made: Maker) -> Maker:
            self._makers[_kind(constraint)] = made
            return made

        return entered if factory is None else entered(factory)

    def __call__(self, constraint: Constraint) -> t.Transform:
        maker = self._makers.get(_kind(constraint))
        if maker is None:
            raise NotImplementedError(text("transform-unknown", constraint=constraint))
        return maker(constraint)


def _kind(constraint: Any) -> str:
    return str(getattr(constraint, "name", constraint)).split("(")[0]


def _lower(bound: Any) -> t.Transform:
    """Numbers above a bound."""
    return t.ExpTransform() if isinstance(bound, (int, float)) and bound == 0 else t.ComposeTransform(
        [t.ExpTransform(), t.AffineTransform(bound, 1)])


def _upper(bound: Any) -> t.Transform:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(bound, -1)])


def _between(low: Any, high: Any) -> t.Transform:
    """Numbers between two bounds."""
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low == 0 and high == 1:
        return t.SigmoidTransform()
    return t.ComposeTransform([t.SigmoidTransform(), t.AffineTransform(low, high - low)])


ROWS: dict[str, Maker] = {
    "Real": lambda k: t.identity_transform,
    "GreaterThan": lambda k: _lower(k.bounds["low"]), "GreaterThanEq": lambda k: _lower(k.bounds["low"]),
    "LessThan": lambda k: _upper(k.bounds["high"]),
    "Interval": lambda k: _between(k.bounds["low"], k.bounds["high"]),
    "HalfOpenInterval": lambda k: _between(k.bounds["low"], k.bounds["high"]),
    "LowerCholesky": lambda k: t.LowerCholeskyTransform(), "PositiveDefinite": lambda k: t.PositiveDefiniteTransform(),
    "CorrCholesky": lambda k: t.CorrCholeskyTransform(),
}


def _registry(simplex: type[t.Transform]) -> ConstraintRegistry:
    """A table whose transform for probabilities is of this class."""
    made = ConstraintRegistry()
    made._makers = {
        **ROWS, "Simplex": lambda k: simplex(),
        "IndependentConstraint": lambda k: t.IndependentTransform(made(k.base), k.event_dim - k.base.event_dim),
        "Cat": lambda k: t.CatTransform([made(p) for p in k.parts]), "Stack": lambda k: t.StackTransform([made(p) for p in k.parts])}
    return made


biject_to, transform_to = _registry(t.StickBreakingTransform), _registry(t.SoftmaxTransform)
