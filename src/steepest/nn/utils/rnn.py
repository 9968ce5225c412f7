"""Sequences of different lengths: padded to one tensor, or packed step by step without padding."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple, Self

from steepest.core.dtype import dtype, float16, float32, float64, int8, int16, int32, int64, uint8
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional.creating import arange, as_tensor, empty_like, full
from steepest.functional.joining import cat

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]
outside.explain(__name__)


class PackedSequence_(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedSequence_):
    """`data` `(sum of lengths, *)`: all first elements, then all second ones ...; `batch_sizes`: how many of each."""

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The same with `data.to(...)`."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def cpu(self) -> Self:
        """The same: all data is on the CPU."""
        return self

    def _as(self, wanted: dtype) -> Self:
        return self.to(dtype=wanted)

    def float(self) -> Self:
        """The same with `data` in float32."""
        return self._as(float32)

    def double(self) -> Self:
        """The same with `data` in float64."""
        return self._as(float64)

    def half(self) -> Self:
        """The same with `data` in float16."""
        return self._as(float16)

    def long(self) -> Self:
        """The same with `data` in int64."""
        return self._as(int64)

    def int(self) -> Self:
        """The same with `data` in int32."""
        return self._as(int32)

    def short(self) -> Self:
        """The same with `data` in int16."""
        return self._as(int16)

    def char(self) -> Self:
        """The same with `data` in int8."""
        return self._as(int8)

    def byte(self) -> Self:
        """The same with `data` in uint8."""
        return self._as(uint8)

    def pin_memory(self) -> Self:
        """The same: there is no accelerator to pin memory for."""
        return self

    def is_pinned(self) -> bool:
        """False: see `pin_memory`."""
        return False

    @property
    def is_cuda(self) -> bool:
        """False: all data is on the CPU."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes `permutation` `(n,)`."""
    if permutation is None:
        return None
    inverse = empty_like(permutation)
    inverse[permutation] = arange(0, permutation.numel())
    return inverse


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences `(T, N, *)`, or `(N, T, *)` with `batch_first`, without their padding.

    `lengths` `(N,)` must not grow unless `enforce_sorted=False`, which sorts. Raises `RuntimeError` otherwise.
    """
    lengths = as_tensor(lengths, dtype=int64)
    if batch_first:
        input = input.transpose(0, 1)
    sorted_indices = None
    if not enforce_sorted:
        lengths, sorted_indices = lengths.sort(descending=True)
        input = input.index_select(1, sorted_indices)
    counts = lengths.tolist()
    if 0 in input.shape:
        raise RuntimeError(text("packing-nothing"))
    if len(counts) != input.shape[1]:
        raise RuntimeError(text("packing-lengths-count", got=len(counts), batch=input.shape[1]))
    if any(earlier < later for earlier, later in pairwise(counts)):
        raise RuntimeError(text("packing-not-sorted", lengths=counts))
    if counts[-1] <= 0:
        raise RuntimeError(text("packing-length-zero", lengths=counts))
    sizes = [sum(count > time for count in counts) for time in range(counts[0])]
    data = cat([input[time, :size] for time, size in enumerate(sizes)])
    return PackedSequence(data, as_tensor(sizes, dtype=int64), sorted_indices, None)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Packed sequences padded again `(T, N, *)`, and their lengths `(N,)`."""
    sizes = sequence.batch_sizes.tolist()
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise ValueError(text("padding-total-length", total=total_length, longest=longest))
    lengths = as_tensor([sum(size > row for size in sizes) for row in range(sizes[0])], dtype=int64)
    rows = sequence.data.shape[1:]
    blocks = []
    for block in sequence.data.split(sizes):
        missing = sizes[0] - block.shape[0]
        blocks.append(block if missing == 0 else cat([block, padding((missing, *rows), padding_value, block)]))
    padded = cat([block.unsqueeze(0) for block in blocks])
    if total_length is not None and total_length > longest:
        padded = cat([padded, padding((total_length - longest, sizes[0], *rows), padding_value, padded)])
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def padding(shape: tuple[int, ...], value: float, like: Tensor) -> Tensor:
    """`shape` filled with `value`, of the dtype of `like`."""
    return full(shape, value, dtype=like.dtype)


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences `(L_i, *)` padded to the longest: `(T, N, *)`, or `(N, T, *)` with `batch_first`."""
    if not isinstance(sequences, Iterable):
        raise RuntimeError(text("pad-sequence-not-iterable", type=type(sequences)))
    if padding_side not in ("right", "left"):
        raise RuntimeError(text("padding-side", got=padding_side))
    listed = list(sequences)
    if not listed:
        raise RuntimeError("received an empty list of sequences")
    longest = max(each.shape[0] for each in listed)
    rows = []
    for each in listed:
        filler = padding((longest - each.shape[0], *each.shape[1:]), padding_value, each)
        rows.append(cat([each, filler] if padding_side == "right" else [filler, each]).unsqueeze(0))
    padded = cat(rows)
    return padded if batch_first else padded.transpose(0, 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences `(L_i, *)` of padded ones, which lie batch first afterwards, as in PyTorch."""
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    return [each[:length] for each, length in zip(padded_sequences.unbind(0), lengths.tolist(), strict=True)]


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences `(L_i, *)` packed; longest first unless `enforce_sorted=False`."""
    lengths = as_tensor([each.shape[0] for each in sequences], dtype=int64)
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences `(L_i, *)` that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
