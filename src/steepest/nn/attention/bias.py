"""Masks for causal attention where queries and keys differ in number: `scaled_dot_product_attention(q, k, v, causal_lower_right(L, S))`."""

import warnings
from enum import IntEnum, auto
from typing import Any

from steepest.core.copying import retyped
from steepest.core.dtype import bool_
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional.creating import ones

__all__ = ["CausalBias", "CausalVariant", "causal_lower_right", "causal_upper_left"]


class CausalVariant(IntEnum):
    """Where the triangle lies: its corner at the upper left of the mask or at the lower right."""

    UPPER_LEFT = auto()
    LOWER_RIGHT = auto()


class CausalBias(Tensor):
    """A lower triangle of true elements `(seq_len_q, seq_len_kv)`.

    >>> causal_lower_right(2, 3)
    tensor([[ True,  True, False],
            [ True,  True,  True]])
    """

    variant: CausalVariant
    seq_len_q: int
    seq_len_kv: int

    def __new__(cls, variant: CausalVariant, seq_len_q: int, seq_len_kv: int) -> "CausalBias":
        if not isinstance(variant, CausalVariant):
            raise AssertionError(text("causal-variant", kind=type(variant).__name__))
        lower = variant == CausalVariant.LOWER_RIGHT
        mask: Any = ones(seq_len_q, seq_len_kv, dtype=bool_)
        made = retyped(mask.tril(seq_len_kv - seq_len_q if lower else 0), cls)
        assert isinstance(made, CausalBias)
        made.variant, made.seq_len_q, made.seq_len_kv = variant, seq_len_q, seq_len_kv
        if lower and seq_len_q > seq_len_kv:
            warnings.warn(text("causal-nan"), stacklevel=3)
        return made

    def _materialize(self, device: Any = None) -> Tensor:
        return retyped(self, Tensor)

    def __repr__(self) -> str:
        return repr(self._materialize())


def causal_upper_left(*size: int) -> CausalBias:
    """The mask of `is_causal=True`: row i sees the first i + 1 columns."""
    if len(size) != 2:
        raise AssertionError(text("causal-size", function="causal_upper_left"))
    return CausalBias(CausalVariant.UPPER_LEFT, *size)


def causal_lower_right(*size: int) -> CausalBias:
    """The last row sees all columns, each row before it one less."""
    if len(size) != 2:
        raise AssertionError(text("causal-size", function="causal_lower_right"))
    return CausalBias(CausalVariant.LOWER_RIGHT, *size)


outside.explain(__name__)
