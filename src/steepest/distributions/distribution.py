"""What all distributions share: shapes, the checking of parameters and values, sampling without a gradient, `repr`."""

import math
import warnings
from functools import cached_property
from typing import Any, ClassVar

from steepest.autograd.modes import enable_grad, no_grad
from steepest.core.dtype import get_default_dtype
from steepest.core.size import Size
from steepest.core.tensor import Tensor
from steepest.distributions.constraints import Constraint, is_dependent
from steepest.errors import text
from steepest.functional.creating import tensor
from steepest.functional.shaping import broadcast_shapes, broadcast_tensors

__all__ = ["Distribution", "broadcast_all", "derived"]


class derived(cached_property[Any]):
    """A parameter computed from the given ones when first asked for; with its gradient even if `sample` asks first."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        with enable_grad():
            return super().__get__(instance, owner)


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the dtype of the first tensor, or the default dtype."""
    like = next((v for v in values if isinstance(v, Tensor)), None)
    dtype = get_default_dtype() if like is None else like.dtype
    return broadcast_tensors(*[v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values])


class Distribution:
    """A batch of distributions: `sample(shape)` has the shape `shape + batch_shape + event_shape`."""

    has_rsample = False
    has_enumerate_support = False
    arg_constraints: ClassVar[dict[str, Constraint]] = {}
    _validate_args = __debug__

    def __init__(self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                if is_dependent(constraint) or name not in self.__dict__ and isinstance(getattr(type(self), name, None), derived):
                    continue
                value = getattr(self, name)
                if not constraint.check(value).all():
                    raise ValueError(text("distribution-parameter", name=name, shape=tuple(value.shape), distribution=self,
                                          constraint=constraint, value=value))
        super().__init__()          # of a program's class that is a distribution and a module

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions check parameters and values unless `validate_args` is given."""
        Distribution._validate_args = value

    def parameters(self) -> list[str]:
        """The names of the parameters that are known so far, given or derived."""
        return [name for name in self.arg_constraints if name in self.__dict__]

    @property
    def batch_shape(self) -> Any:
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> Any:
        """The shape of one sample of one of them."""
        return self._event_shape

    @property
    def support(self) -> Constraint:
        """The values that samples can have."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="support"))

    @property
    def mean(self) -> Any:
        """The expected value."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="mean"))

    @property
    def mode(self) -> Any:
        """The most likely value."""
        raise NotImplementedError(text("distribution-without-mode", kind=type(self)))

    @property
    def variance(self) -> Any:
        """The expected square of the deviation from the mean."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="variance"))

    @property
    def stddev(self) -> Any:
        """The root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random values of shape `sample_shape + batch_shape + event_shape`, without a gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random values that have gradients with respect to the parameters."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="rsample"))

    def sample_n(self, n: int) -> Any:
        """`sample((n,))`."""
        return self.sample((n,))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density or probability at `value`."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="log_prob"))

    def cdf(self, value: Any) -> Any:
        """The probability of values up to `value`."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="cdf"))

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="icdf"))

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values of a discrete distribution along a new first dimension."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="enumerate_support"))

    def entropy(self) -> Any:
        """The entropy in nats, of shape `batch_shape`."""
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="entropy"))

    def perplexity(self) -> Any:
        """The exponential of the entropy."""
        return self.entropy().exp()

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger batch; parameters are expanded, not copied.

        A subclass with attributes of its own sets them in a new instance and gives it on as `_instance`.
        """
        new = object.__new__(type(self)) if _instance is None else _instance
        for name, value in vars(self._expanded(Size(batch_shape))).items():
            vars(new).setdefault(name, value)
        return new

    def _get_checked_instance(self, cls: Any, _instance: Any = None) -> Any:
        """A new instance for `expand`; NotImplementedError where a subclass has its own `__init__` and no `expand` of its own."""
        if _instance is None and type(self).__init__ != cls.__init__:
            raise NotImplementedError(text("distribution-expand", kind=type(self).__name__, of=cls.__name__))
        return object.__new__(type(self)) if _instance is None else _instance

    def _expanded(self, batch_shape: Any) -> Any:
        """A distribution whose attributes are those of the expanded one."""
        new = object.__new__(type(self))
        new._batch_shape, new._event_shape, new._validate_args = Size(batch_shape), self._event_shape, self._validate_args
        for name in self.parameters():
            value = self.__dict__[name]
            event = value.shape[value.dim() - self.arg_constraints[name].event_dim:]
            new.__dict__[name] = value.expand(tuple(batch_shape) + tuple(event))
        return new

    def _extended_shape(self, sample_shape: Any = ()) -> Any:
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _validate_sample(self, value: Any) -> None:
        """Raise ValueError where `value` has the wrong shape or lies outside the support."""
        if not self._validate_args:
            return
        if not isinstance(value, Tensor):
            raise ValueError(text("distribution-value-tensor", kind=type(value).__name__))
        shape, expected = tuple(value.shape), tuple(self._batch_shape + self._event_shape)
        dims = len(self._event_shape)
        if shape[len(shape) - dims:] != tuple(self._event_shape):
            raise ValueError(text("distribution-event", shape=value.shape, event_shape=self._event_shape))
        try:
            broadcast_shapes(shape, expected)
        except (RuntimeError, ValueError):
            raise ValueError(text("distribution-batch", shape=value.shape, expected=Size(expected))) from None
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(text("distribution-no-support", kind=type(self)), stacklevel=3)
            return
        if not support.check(value).all():
            raise ValueError(text("distribution-value", shape=shape, support=support, distribution=self, value=value))

    def __repr__(self) -> str:
        shown = [(name, self.__dict__[name]) for name in self.parameters()]
        inner = ", ".join(f"{name}: {value if math.prod(value.shape) == 1 else value.shape}" for name, value in shown)
        return f"{type(self).__name__}({inner})"
