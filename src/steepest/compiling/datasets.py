"""Datasets of the user's own whose samples are rows of tensors: found by recording the samples of the first batch.

`dataset[i]` is given an `i` that is an ordinary int, and that the recording follows: where all that happens is that tensors are
indexed with it, without a comparison or a look at it, every sample is made of the rows of these tensors.
"""

import weakref
from typing import Any

from steepest.compiling.numbers import STEP, settled, tracers
from steepest.compiling.places import Place, TooLarge, Walk
from steepest.compiling.trace import LoopRecorder
from steepest.compiling.watching import Watch, outside_state
from steepest.core.generator import Generator, default_generator
from steepest.core.modes import interpreters
from steepest.core.recorder import Access
from steepest.core.tensor import Tensor

__all__ = ["is_known", "known_rows", "recorded_samples"]

_known: "weakref.WeakKeyDictionary[Any, tuple[Walk, list[Tensor] | None]]" = weakref.WeakKeyDictionary()


def is_known(dataset: Any) -> bool:
    """Whether the samples of a dataset have been recorded, or cannot be."""
    if isinstance(dataset, Tensor):     # its samples are no tuples, and as a key it would be compared by elements
        return True
    return not _can_be_key(dataset) or dataset in _known


def known_rows(dataset: Any) -> list[Tensor] | None:
    """The tensors of which the samples, tuples or lists of tensors, are the rows; None where that is not known of the dataset as it is."""
    if isinstance(dataset, Tensor) or not _can_be_key(dataset):
        return None
    found, rows = _known.get(dataset, (Walk(), None))
    return rows if all(check(path, x, held, frozenset()) for check, path, x, held in found.noted) else None


def _can_be_key(dataset: Any) -> bool:
    """Whether it can be hashed and held weakly, as lists and tuples cannot."""
    try:
        hash(weakref.ref(dataset))
    except TypeError:
        return False
    return True


def recorded_samples(dataset: Any, indices: list[int]) -> list[Any]:
    """The samples at these indices, with note taken of what they are made of."""
    before = _walk(dataset)
    samples, rows = [], []
    for index in indices:
        sample, found = _recorded(dataset, index, before)
        samples.append(sample)
        rows.append(found)
    after = _walk(dataset)
    alike = all(r is not None and [id(x) for x in r] == [id(x) for x in rows[0] or ()] for r in rows)
    steady = before is not None and after is not None and after.values == before.values
    _known[dataset] = before or Walk(), rows[0] if alike and steady and len(indices) > 1 else None
    return samples


def _walk(dataset: Any) -> Walk | None:
    found = Walk()
    try:
        found.visit(("dataset",), dataset, Place("fixed", None, None))
    except TooLarge:
        return None
    return None if found.iterators else found


def _recorded(dataset: Any, index: int, before: Walk | None) -> tuple[Any, list[Tensor] | None]:
    """A sample, and the tensors of whose rows it is made, if nothing else happens in `dataset[index]`."""
    recorder, watch = LoopRecorder(index), Watch()
    outside, state = outside_state(), Generator.get_state(default_generator).tobytes()
    interpreters.append(recorder)
    tracers.append(recorder)
    watch.start()
    try:
        sample = dataset[recorder.counter(index, STEP)]
    finally:
        watch.stop()
        interpreters.remove(recorder)
        tracers.remove(recorder)
    sample = settled(sample)
    quiet = not (recorder.reads or recorder.escapes or recorder.conditions or recorder.effects or watch.effects or watch.mathematics)
    drawn = outside_state() != outside or Generator.get_state(default_generator).tobytes() != state
    if before is None or not quiet or drawn or not isinstance(sample, (list, tuple)) or hasattr(sample, "_fields"):
        return sample, None
    tensors = {x.storage_cell: x for x in before.tensors.values()}
    rows = [_row(x, recorder, tensors) for x in sample]
    return sample, None if not rows or any(x is None for x in rows) else rows     # type: ignore[return-value]


def _row(x: Any, recorder: LoopRecorder, tensors: dict[Any, Tensor]) -> Tensor | None:
    """The tensor of which `x` is the row at the index that the recording follows."""
    if type(x) is not Tensor or x.needs_grad:
        return None
    content = recorder.current.get(x.storage_cell)
    if content is None or content.equation is None:
        return None
    e = recorder.equations[content.equation]
    whole = e.operands[0] if e.operands else None
    if e.primitive.form != "index" or tuple(e.params.get("places", ())) != (0,) or not isinstance(whole, Access):
        return None
    held, at = tensors.get(whole.content.storage), e.operands[1]
    if held is None or not isinstance(at, Access) or at.content.storage is not recorder.steps or at.shape != ():
        return None
    same = held.array.shape == whole.shape and held.storage_cell.offset(held.array) == whole.offset and not held.needs_grad
    return held if same and e.results[0].shape == x.array.shape == held.array.shape[1:] else None
