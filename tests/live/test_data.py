"""Loading against PyTorch: the same batches in the same order, the same draws, the same state of the generators afterwards."""

import random
from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch
import torch.utils.data as theirs
from torch.utils.data import get_worker_info as their_worker_info

import steepest.methods  # noqa: F401  the operations of Tensor
from steepest.core.generator import Generator, default_generator
from steepest.core.tensor import Tensor, from_array
from steepest.utils import data as mine
from steepest.utils.data import get_worker_info as my_worker_info

Point = namedtuple("Point", ["x", "y"])


def plain(x: Any) -> Any:
    """Tensors as (dtype, values), in any nesting, so that both sides can be compared."""
    if isinstance(x, Tensor):
        return str(x.array.dtype), x.array.tolist()
    if isinstance(x, torch.Tensor):
        return str(x.dtype).removeprefix("torch."), x.tolist()
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x).__name__, [plain(v) for v in x]
    return x


def seed_both(seed: int) -> None:
    torch.manual_seed(seed)
    default_generator.manual_seed(seed)


def same_default_state() -> None:
    assert np.asarray(default_generator.get_state()).tobytes() == torch.get_rng_state().numpy().tobytes()


class Squares:
    """A dataset in the interface that both share."""

    def __init__(self, n: int):
        self.n = n

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> Any:
        return i, i * i / 2


@pytest.mark.parametrize("n", [1, 7, 32, 100])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": True},
        {"batch_size": 4, "shuffle": True},
        {"batch_size": 4, "shuffle": True, "drop_last": True},
        {"batch_size": 5},
        {"batch_size": None, "shuffle": True},
        {"batch_size": None},
    ],
    ids=str,
)
def test_batches_and_draws(n: int, options: dict[str, Any]) -> None:
    seed_both(n)
    a, b = mine.DataLoader(Squares(n), **options), theirs.DataLoader(Squares(n), **options)
    assert len(a) == len(b)
    for _ in range(3):
        assert [plain(x) for x in a] == [plain(x) for x in b]
        same_default_state()
    next(iter(a), None), next(iter(b), None)
    same_default_state()


def test_a_generator_of_its_own() -> None:
    seed_both(0)
    g, t = Generator().manual_seed(5), torch.Generator().manual_seed(5)
    a = mine.DataLoader(Squares(50), 8, shuffle=True, generator=g)
    b = theirs.DataLoader(Squares(50), 8, shuffle=True, generator=t)
    for _ in range(2):
        assert [plain(x) for x in a] == [plain(x) for x in b]
    assert np.asarray(g.get_state()).tobytes() == t.get_state().numpy().tobytes()
    same_default_state()


def test_rows_of_tensors() -> None:
    x, y = np.random.default_rng(0).random((101, 3)).astype(np.float32), np.arange(101)
    seed_both(1)
    pairs = [
        (mine.TensorDataset(from_array(x), from_array(y)), theirs.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))),
        (mine.TensorDataset(from_array(x)), theirs.TensorDataset(torch.from_numpy(x))),
    ]
    a, b = pairs[0]
    pairs += list(zip(mine.random_split(a, [0.5, 0.3, 0.2]), theirs.random_split(b, [0.5, 0.3, 0.2]), strict=True))
    pairs += [(mine.Subset(pairs[-1][0], [3, 1, 2]), theirs.Subset(pairs[-1][1], [3, 1, 2]))]
    pairs += [(mine.ConcatDataset([a, a]), theirs.ConcatDataset([b, b]))]
    pairs += [(mine.StackDataset(a, a), theirs.StackDataset(b, b)), (mine.StackDataset(p=a, q=a), theirs.StackDataset(p=b, q=b))]
    for a, b in pairs:
        assert len(a) == len(b)
        assert plain(a[0]) == plain(b[0]) and plain(a[len(a) - 1]) == plain(b[len(b) - 1])
        for options in ({"batch_size": 10}, {"batch_size": 10, "shuffle": True, "drop_last": True}, {"batch_size": None}):
            assert [plain(z) for z in mine.DataLoader(a, **options)] == [plain(z) for z in theirs.DataLoader(b, **options)]
    same_default_state()


@pytest.mark.parametrize("lengths", [[3, 7], [0.3, 0.7], [0.33, 0.33, 0.34], [10], [0.05, 0.95], [1.0]])
@pytest.mark.filterwarnings("ignore:Length of split")
def test_random_split(lengths: list[float]) -> None:
    seed_both(2)
    for kwargs in ({}, {"generator": 5}):
        g = {"generator": Generator().manual_seed(5)} if kwargs else {}
        t = {"generator": torch.Generator().manual_seed(5)} if kwargs else {}
        ours = [list(s.indices) for s in mine.random_split(range(10), lengths, **g)]
        assert ours == [list(s.indices) for s in theirs.random_split(range(10), lengths, **t)]
    same_default_state()


def samplers(m: Any) -> list[Any]:
    data = range(70)
    return [
        m.SequentialSampler(data),
        m.RandomSampler(data),
        m.RandomSampler(data, replacement=True),
        m.RandomSampler(data, replacement=True, num_samples=33),
        m.RandomSampler(data, num_samples=150),
        m.SubsetRandomSampler([5, 9, 100, 3]),
        m.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 5, replacement=False),
        m.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 50),
        m.BatchSampler(m.RandomSampler(data), 8, True),
        m.BatchSampler(m.RandomSampler(data), 8, False),
        m.BatchSampler([3, 1, 2], 2, False),
    ]


def test_samplers() -> None:
    seed_both(3)
    for a, b in zip(samplers(mine), samplers(theirs), strict=True):
        for _ in range(2):
            assert list(a) == list(b), type(a)
            assert len(a) == len(b)
            same_default_state()


def test_collation() -> None:
    batches = [
        [np.float32(1), np.float32(2)], [np.float64(1)], [np.int32(1)], [np.bool_(True)], [np.int8(3), np.int8(2)], [True, False],
        [1, 2], [1.5, 2], [True, 2], [1, 2.5], [np.float16(1)], ["a", "b"], [b"a"], [(1, 2.0), (3, 4.0)], [[1, 2], [3, 4]],
        [{"a": 1}, {"a": 2}], [np.array([1, 2], np.int16)] * 2, [np.array(1.5)] * 2, [range(3), range(3)],
        [Point(1, 2.0), Point(3, 4.0)], [(1, "a"), (2, "b")], [{"x": [1, (2, np.zeros(2))]}] * 3, [[]], [()],
    ]  # fmt: skip
    for batch in batches:
        assert plain(mine.default_collate(batch)) == plain(theirs.default_collate(batch)), batch
    one = np.array(1)
    for data in (np.array([1, 2]), np.float32(3), (one, 2), {"a": np.array([1])}, "s", Point(one, 2), [np.zeros(2)], 7):
        assert plain(mine.default_convert(data)) == plain(theirs.default_convert(data)), data
    stacks = [[(1.0, 2.0), (3.0, 4.0)], [1.0, 2.0]]
    for values in stacks:
        for kinds in (("float32", "float32"), ("float32", "float64"), ("int64", "float32"), ("bool", "uint8")):
            arrays = [np.array(v).astype(k) for v, k in zip(values, kinds, strict=True)]
            ours = mine.default_collate([from_array(x) for x in arrays])
            assert plain(ours) == plain(theirs.default_collate([torch.from_numpy(x) for x in arrays]))


@pytest.mark.parametrize(
    "batch",
    [[None, None], [object()], [1 + 2j], [{"a": 1, "b": 2}, {"a": 2}], [[1], [1, 2]], [np.array(["a"])], [set()], [2**70],
     [np.zeros(2), np.zeros(3)]],
    ids=["none", "object", "complex", "keys", "lengths", "text", "set", "large", "shapes"],
)  # fmt: skip
def test_collation_errors_are_of_the_same_class(batch: list[Any]) -> None:
    with pytest.raises(Exception) as ours:
        mine.default_collate(batch)
    with pytest.raises(type(ours.value)) as other:
        theirs.default_collate(batch)
    assert type(ours.value) is type(other.value)


class MyStream(mine.IterableDataset):
    def __iter__(self) -> Any:
        info = my_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        return iter(range(start, 23, step))


class TheirStream(theirs.IterableDataset):
    def __iter__(self) -> Any:
        info = their_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        return iter(range(start, 23, step))


class MyReport(mine.Dataset):
    """What a worker's generators give."""

    def __len__(self) -> int:
        return 8

    def __getitem__(self, i: int) -> Any:
        info = my_worker_info()
        uniform = float(default_generator.uniform(()))
        return info.id, info.seed, info.num_workers, random.random(), float(np.random.rand()), uniform


class TheirReport(theirs.Dataset):
    def __len__(self) -> int:
        return 8

    def __getitem__(self, i: int) -> Any:
        info = their_worker_info()
        return info.id, info.seed, info.num_workers, random.random(), float(np.random.rand()), float(torch.rand(()))


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.parametrize("options", [{"batch_size": 4}, {"batch_size": 4, "drop_last": True}, {"batch_size": None}], ids=str)
def test_streams(workers: int, options: dict[str, Any]) -> None:
    seed_both(4)
    a = mine.DataLoader(MyStream(), num_workers=workers, **options)
    b = theirs.DataLoader(TheirStream(), num_workers=workers, **options)
    assert [plain(x) for x in a] == [plain(x) for x in b]
    same_default_state()


@pytest.mark.parametrize("persistent", [False, True])
def test_workers(persistent: bool) -> None:
    seed_both(5)
    options = {"batch_size": 3, "num_workers": 2, "persistent_workers": persistent}
    a, b = mine.DataLoader(MyReport(), **options), theirs.DataLoader(TheirReport(), **options)
    for _ in range(2):
        assert [plain(x) for x in a] == [plain(x) for x in b]
        same_default_state()
    a, b = mine.DataLoader(Squares(30), shuffle=True, **options), theirs.DataLoader(Squares(30), shuffle=True, **options)
    for _ in range(2):
        assert [plain(x) for x in a] == [plain(x) for x in b]
        same_default_state()
