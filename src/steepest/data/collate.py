"""How the samples of a batch become tensors with a batch dimension."""

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from steepest.core.dtype import get_default_dtype, numpy_dtype, promote_types
from steepest.core.modes import modes
from steepest.core.overriding import takes_part
from steepest.core.tensor import Tensor, fresh, from_array
from steepest.errors import text
from steepest.functional.joining import stack

__all__ = ["collate", "default_collate", "default_collate_fn_map", "default_convert"]

TEXT_KINDS = "SUOaT"
"""Kinds of NumPy arrays that hold text or objects and stay as they are."""


def default_convert(data: Any) -> Any:
    """NumPy arrays and scalars as tensors, in sequences and mappings too; everything else unchanged. For loading without batches.

    Example:
        >>> default_convert({"x": np.array([0, 1]), "name": "a"})
        {'x': tensor([0, 1]), 'name': 'a'}
    """
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, (np.str_, np.bytes_)):
        return data if data.dtype.kind in TEXT_KINDS else from_array(data, shared=isinstance(data, np.ndarray))
    if isinstance(data, Mapping):
        return _mapping_like(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(d) for d in data))
    if isinstance(data, tuple):
        return [default_convert(d) for d in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _sequence_like(data, [default_convert(d) for d in data])
    return data


def default_collate(batch: Sequence[Any]) -> Any:
    """The samples of a batch joined: tensors, arrays and numbers get a batch dimension in front, tuples, lists and mappings are
    joined entry by entry, text stays a list.

    Raises TypeError for samples of other types, RuntimeError where shapes or lengths differ.

    Example:
        >>> default_collate([(0, "a"), (1, "b")])
        [tensor([0, 1]), ('a', 'b')]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Sequence[Any], *, collate_fn_map: dict[Any, Callable[..., Any]] | None = None) -> Any:
    """As default_collate, with the table of functions by the type of the samples given."""
    sample = batch[0]
    function = _function_for(type(sample), sample, collate_fn_map or {})
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)
    if isinstance(sample, Mapping):
        columns = {key: collate([d[key] for d in batch], collate_fn_map=collate_fn_map) for key in sample}
        return _mapping_like(sample, columns)
    if isinstance(sample, Sequence):
        if isinstance(sample, tuple) and hasattr(sample, "_fields"):
            return type(sample)(*(collate(entries, collate_fn_map=collate_fn_map) for entries in zip(*batch, strict=False)))
        lengths = {len(s) for s in batch}
        if len(lengths) > 1:
            raise RuntimeError(text("collate-lengths", lengths=sorted(lengths)))
        joined = [collate(entries, collate_fn_map=collate_fn_map) for entries in zip(*batch, strict=True)]
        return joined if isinstance(sample, tuple) else _sequence_like(sample, joined)
    raise TypeError(text("collate-type", kind=type(sample)))


def _function_for(kind: type, sample: Any, functions: dict[Any, Callable[..., Any]]) -> Callable[..., Any] | None:
    if kind in functions:
        return functions[kind]
    return next((function for kinds, function in functions.items() if isinstance(sample, kinds)), None)


def _mapping_like(like: Mapping[Any, Any], entries: dict[Any, Any]) -> Any:
    """A mapping of the same type: a copy with new values, since the type may carry more than its entries."""
    try:
        if isinstance(like, MutableMapping):
            clone = copy.copy(like)
            clone.update(entries)
            return clone
        return type(like)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def _sequence_like(like: Sequence[Any], entries: list[Any]) -> Any:
    try:
        if isinstance(like, MutableSequence):
            clone = copy.copy(like)
            for i, entry in enumerate(entries):
                clone[i] = entry
            return clone
        return type(like)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def collate_tensor_fn(batch: Sequence[Tensor], *, collate_fn_map: Any = None) -> Tensor:
    """Tensors stacked along a new first dimension; types are promoted as in torch.stack."""
    first = batch[0]
    shape, kind = first.array.shape, first.dtype
    for i, t in enumerate(batch):
        if t.array.shape != shape:
            raise RuntimeError(text("collate-shapes", first=list(shape), index=i, other=list(t.array.shape)))
        kind = kind if t.dtype is kind else promote_types(kind, t.dtype)
    if modes.grad and any(t.requires_grad for t in batch) or any(map(takes_part, batch)):
        return stack(batch)
    return fresh(np.array([t.array for t in batch], numpy_dtype(kind)), kind)


def collate_numpy_array_fn(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    """NumPy arrays as tensors, stacked; raises TypeError for arrays of text or objects."""
    if batch[0].dtype.kind in TEXT_KINDS:
        raise TypeError(text("collate-type", kind=batch[0].dtype))
    return collate([from_array(b) for b in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Tensor:
    """NumPy's scalars as a tensor of their type."""
    return from_array(np.array(batch))


def collate_float_fn(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Tensor:
    """Python floats as a float64 tensor."""
    return from_array(np.array(batch, np.float64))


def collate_int_fn(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Tensor:
    """Python integers as an int64 tensor, bools as a bool tensor; with floats among them the default floating type."""
    kind = _kind_of_numbers(batch)
    try:
        return from_array(np.array(batch, kind))
    except OverflowError:
        raise ValueError(text("collate-integer", largest=max(batch, key=abs))) from None


def _kind_of_numbers(batch: Sequence[Any]) -> Any:
    if all(isinstance(x, bool) for x in batch):
        return np.bool_
    return np.int64 if all(isinstance(x, int) for x in batch) else numpy_dtype(get_default_dtype())


def collate_str_fn(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    """Text stays a list."""
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}
"""What joins samples of a type, in the order in which types are tried."""
