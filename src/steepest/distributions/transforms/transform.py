"""Invertible maps with the logarithm of their Jacobian's determinant, composed, inverted and seen as one event."""

import math
import operator
import weakref
from functools import reduce
from typing import Any

from steepest.distributions import constraints
from steepest.errors import text

__all__ = ["ComposeTransform", "IndependentTransform", "ReshapeTransform", "Transform", "identity_transform", "sum_last"]


def sum_last(x: Any, n: int) -> Any:
    """Summed over the last n dimensions."""
    return x.sum(tuple(range(-n, 0))) if n else x


depends = constraints.dependent_property(is_discrete=False)
"""Makes a property of a transform's domain that depends on its parameters."""


class Transform:
    """`y = t(x)`, `x = t.inv(y)` and `t.log_abs_det_jacobian(x, y)`; with `cache_size=1` the inverse of the last result is remembered."""

    bijective = False
    domain: Any = constraints.real
    codomain: Any = constraints.real
    _sign: Any = None

    def __init__(self, cache_size: int = 0):
        if cache_size not in (0, 1):
            raise ValueError(text("transform-cache", size=cache_size))
        self._cache_size = cache_size
        self._inv: Any = None
        self._cached_x_y: tuple[Any, Any] = (None, None)
        super().__init__()          # of a program's class that is a transform and a module

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_inv": None, "_cached_x_y": (None, None)}

    @property
    def event_dim(self) -> int:
        """How many of the last dimensions are transformed together."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError(text("transform-event-dim", transform=self))

    @property
    def inv(self) -> Any:
        """The inverse."""
        known = self._inv() if self._inv is not None else None
        if known is None:
            known = _InverseTransform(self)
            self._inv = weakref.ref(known)
        return known

    @property
    def sign(self) -> Any:
        """Of maps of numbers: 1 where they rise, -1 where they fall."""
        if self._sign is None:
            raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="sign"))
        return self._sign

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same map with another size of its memory."""
        if self._cache_size == cache_size:
            return self
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, _cache_size=cache_size, _inv=None, _cached_x_y=(None, None))
        return new

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __call__(self, x: Any) -> Any:
        if self._cache_size and x is self._cached_x_y[0]:
            return self._cached_x_y[1]
        y = self._call(x)
        if self._cache_size:
            self._cached_x_y = x, y
        return y

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size and y is self._cached_x_y[1]:
            return self._cached_x_y[0]
        x = self._inverse(y)
        if self._cache_size:
            self._cached_x_y = x, y
        return x

    def _call(self, x: Any) -> Any:
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="__call__"))

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="inv"))

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """`log |dy/dx|`, for vectors of the determinant."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="log_abs_det_jacobian"))

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the result for an operand's."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the operand for a result's."""
        return shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _InverseTransform(Transform):
    """The inverse of another transform."""

    def __init__(self, transform: Transform):
        super().__init__(transform._cache_size)
        self._inv = lambda: transform
        self.base = transform

    domain = depends(lambda self: self.base.codomain)
    codomain = depends(lambda self: self.base.domain)
    bijective = property(lambda self: self.base.bijective)
    sign = property(lambda self: self.base.sign)

    def with_cache(self, cache_size: int = 1) -> Any:
        return self.base.with_cache(cache_size).inv

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _InverseTransform) and self.base == other.base

    def __hash__(self) -> int:
        return hash(self.base) + 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r})"

    def __call__(self, x: Any) -> Any:
        return self.base._inv_call(x)

    def _inv_call(self, y: Any) -> Any:
        return self.base(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self.base.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self.base.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.base.forward_shape(shape)


class ComposeTransform(Transform):
    """Several transforms one after another."""

    def __init__(self, parts: list[Any], cache_size: int = 0):
        self.parts = [p.with_cache(cache_size) for p in parts] if cache_size else list(parts)
        super().__init__(cache_size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = Transform.__hash__

    @depends
    def domain(self) -> Any:
        if not self.parts:
            return constraints.real
        found, dims = self.parts[0].domain, self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            dims = max(dims + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return constraints.independent(found, dims - found.event_dim) if dims > found.event_dim else found

    @depends
    def codomain(self) -> Any:
        if not self.parts:
            return constraints.real
        found, dims = self.parts[-1].codomain, self.parts[0].domain.event_dim
        for part in self.parts:
            dims = max(dims + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return constraints.independent(found, dims - found.event_dim) if dims > found.event_dim else found

    bijective = property(lambda self: all(p.bijective for p in self.parts))
    sign = property(lambda self: reduce(operator.mul, [p.sign for p in self.parts], 1))

    @property
    def inv(self) -> Any:
        known = self._inv() if self._inv is not None else None
        if known is None:
            known = ComposeTransform([p.inv for p in reversed(self.parts)])
            self._inv, known._inv = weakref.ref(known), weakref.ref(self)
        return known

    def with_cache(self, cache_size: int = 1) -> Any:
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if not self.parts:
            return x.detach() * 0
        points = [x]
        for part in self.parts[:-1]:
            points.append(part(points[-1]))
        points.append(y)
        dims, terms = self.domain.event_dim, []
        for part, a, b in zip(self.parts, points, points[1:], strict=False):
            terms.append(sum_last(part.log_abs_det_jacobian(a, b), dims - part.domain.event_dim))
            dims += part.codomain.event_dim - part.domain.event_dim
        return reduce(operator.add, terms)

    def forward_shape(self, shape: Any) -> Any:
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        return "ComposeTransform(\n    " + ",\n    ".join(repr(p) for p in self.parts) + "\n)"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """Another transform, with more of the last dimensions seen as one event."""

    def __init__(self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0):
        super().__init__(cache_size)
        self.base_transform, self.reinterpreted_batch_ndims = base_transform.with_cache(cache_size), reinterpreted_batch_ndims

    domain = depends(lambda self: constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims))
    codomain = depends(lambda self: constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims))
    bijective = property(lambda self: self.base_transform.bijective)
    sign = property(lambda self: self.base_transform.sign)

    def _call(self, x: Any) -> Any:
        if x.dim() < self.domain.event_dim:
            raise ValueError(text("transform-dims", dims=x.dim(), wanted=self.domain.event_dim))
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        if y.dim() < self.codomain.event_dim:
            raise ValueError(text("transform-dims", dims=y.dim(), wanted=self.codomain.event_dim))
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return sum_last(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Any) -> Any:
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


class ReshapeTransform(Transform):
    """The last dimensions in another shape."""

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0):
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if math.prod(self.in_shape) != math.prod(self.out_shape):
            raise ValueError(text("transform-shapes", a=list(self.in_shape), b=list(self.out_shape)))
        super().__init__(cache_size)

    domain = depends(lambda self: constraints.independent(constraints.real, len(self.in_shape)))
    codomain = depends(lambda self: constraints.independent(constraints.real, len(self.out_shape)))

    def _call(self, x: Any) -> Any:
        return x.reshape(x.shape[: x.dim() - len(self.in_shape)] + self.out_shape)

    def _inverse(self, y: Any) -> Any:
        return y.reshape(y.shape[: y.dim() - len(self.out_shape)] + self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x.new_zeros(x.shape[: x.dim() - len(self.in_shape)])

    def _moved(self, shape: Any, of: tuple[int, ...], to: tuple[int, ...]) -> Any:
        cut = len(shape) - len(of)
        if cut < 0:
            raise ValueError(text("transform-dims", dims=len(shape), wanted=len(of)))
        if tuple(shape[cut:]) != of:
            raise ValueError(text("transform-shapes", a=list(of), b=list(shape[max(cut, 0):])))
        return shape[:cut] + to

    def forward_shape(self, shape: Any) -> Any:
        return self._moved(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._moved(shape, self.out_shape, self.in_shape)
