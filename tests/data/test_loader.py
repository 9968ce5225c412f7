"""Datasets, samplers and loaders: PyTorch's order of rows, batches of every kind of sample, and errors that help."""

import json
import pickle
import warnings
from collections import OrderedDict, namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest.methods  # noqa: F401  the operations of Tensor
from steepest.core.generator import Generator, default_generator
from steepest.core.tensor import Tensor, from_array
from steepest.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    get_worker_info,
    random_split,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "data.json").read_text(encoding="utf-8"))["orders"]
WEIGHTS = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
Point = namedtuple("Point", ["x", "y"])


def values(x: Any) -> Any:
    return x.array.tolist() if isinstance(x, Tensor) else x


def passes(sequence: Any, times: int = 2) -> list[Any]:
    return [[values(x) for x in sequence] for _ in range(times)]


@pytest.mark.parametrize("seed", REFERENCE)
def test_the_order_of_rows_is_that_of_pytorch(seed: str) -> None:
    default_generator.manual_seed(int(seed))
    own = Generator().manual_seed(int(seed))
    data = range(11)
    got = {
        "unshuffled": passes(DataLoader(data, 4)),
        "shuffled": passes(DataLoader(data, 4, shuffle=True), 3),
        "shuffled, own generator": passes(DataLoader(data, 4, shuffle=True, generator=own)),
        "dropping the last": passes(DataLoader(data, 4, shuffle=True, drop_last=True)),
        "single samples": passes(DataLoader(data, None, shuffle=True)),
        "two workers": passes(DataLoader(data, 4, shuffle=True, num_workers=2), 1),
        "with replacement": passes(RandomSampler(data, replacement=True, num_samples=40)),
        "more than there are": passes(RandomSampler(data, num_samples=25)),
        "subset": passes(SubsetRandomSampler([5, 9, 100, 3])),
        "weighted": passes(WeightedRandomSampler(WEIGHTS, 20)),
        "weighted without replacement": passes(WeightedRandomSampler(WEIGHTS, 5, replacement=False)),
        "batches": passes(BatchSampler(RandomSampler(data), 4, False)),
        "split": [list(s.indices) for s in random_split(data, [0.5, 0.3, 0.2])],
        "split by lengths": [list(s.indices) for s in random_split(data, [8, 3], generator=Generator().manual_seed(42))],
        "afterwards": default_generator.randint(0, 1000, (3,)).tolist(),
    }
    for name, expected in REFERENCE[seed].items():
        assert got[name] == expected, name


def table() -> TensorDataset:
    return TensorDataset(from_array(np.arange(20, dtype=np.float32).reshape(10, 2)), from_array(np.arange(10)))


class OneByOne(Dataset):
    """The same samples as a dataset of tensors, which the loader cannot know."""

    def __init__(self, dataset: Any):
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, i: int) -> Any:
        return self.dataset[i]


@pytest.mark.parametrize("dataset", [table(), Subset(table(), [3, 1, 4, 1, 5]), Subset(Subset(table(), [7, 8, 9, 2]), [1, 0, 3])])
def test_rows_taken_at_once_are_those_taken_one_by_one(dataset: Any) -> None:
    for batch_size in (1, 3, 100):
        once = [[values(x) for x in batch] for batch in DataLoader(dataset, batch_size)]
        assert once == [[values(x) for x in batch] for batch in DataLoader(OneByOne(dataset), batch_size)]
    batch = next(iter(DataLoader(dataset, 2)))
    assert type(batch) is list and [x.array.dtype for x in batch] == [np.float32, np.int64]
    batch[0].array[:] = -1
    assert (table().tensors[0].array >= 0).all()


def test_batches_do_not_share_memory_with_the_dataset() -> None:
    dataset = table()
    next(iter(DataLoader(dataset, 10)))[0].array[:] = -1
    assert dataset.tensors[0].array.min() == 0


def test_negative_and_wrong_indices_are_those_of_the_dataset() -> None:
    assert values(next(iter(DataLoader(table(), batch_sampler=[[-1, 0]])))[1]) == [9, 0]
    with pytest.raises(IndexError):
        list(DataLoader(table(), batch_sampler=[[0, 10]]))


def test_gradients_pass_through_batches() -> None:
    x = from_array(np.ones((4, 2), np.float32), requires_grad=True)
    (batch,) = next(iter(DataLoader(TensorDataset(x), 3)))
    assert batch.requires_grad and batch.array.shape == (3, 2)


def test_kinds_of_samples() -> None:
    cases = [
        ([1, 2], np.int64, [1, 2]),
        ([1.5, 2], np.float64, [1.5, 2.0]),
        ([True, False], np.bool_, [True, False]),
        ([1, 2.5], np.float32, [1.0, 2.5]),
        ([np.float32(1), np.float32(2)], np.float32, [1.0, 2.0]),
        ([np.array([1, 2], np.int16)] * 2, np.int16, [[1, 2], [1, 2]]),
    ]
    for batch, kind, expected in cases:
        tensor = default_collate(batch)
        assert tensor.array.dtype == kind and values(tensor) == expected
    assert default_collate(["a", "b"]) == ["a", "b"]
    nested = default_collate([{"p": Point(1, (2, "a"))}, {"p": Point(3, (4, "b"))}])
    assert type(nested["p"]) is Point and values(nested["p"].x) == [1, 3]
    assert type(nested["p"].y) is list and nested["p"].y[1] == ("a", "b")
    ordered = default_collate([OrderedDict(a=1), OrderedDict(a=2)])
    assert type(ordered) is OrderedDict and values(ordered["a"]) == [1, 2]
    converted = default_convert((np.array([1, 2]), "a", {"b": np.float32(2)}))
    assert values(converted[0]) == [1, 2] and converted[1] == "a" and values(converted[2]["b"]) == 2.0


class Count(IterableDataset):
    def __init__(self, n: int):
        self.n = n

    def __iter__(self) -> Any:
        return iter(range(self.n))

    def __len__(self) -> int:
        return 4


def test_streams() -> None:
    assert passes(DataLoader(Count(5), 2)) == [[[0, 1], [2, 3], [4]]] * 2
    assert passes(DataLoader(Count(5), 2, drop_last=True), 1) == [[[0, 1], [2, 3]]]
    assert passes(DataLoader(Count(3), None), 1) == [[0, 1, 2]]
    assert passes(DataLoader(ChainDataset([Count(2), Count(1)]), None), 1) == [[0, 1, 0]]
    assert len(DataLoader(Count(5), 3)) == 2 and len(DataLoader(Count(5), 3, drop_last=True)) == 1
    assert list(Count(1) + Count(2)) == [0, 0, 1]
    loader = DataLoader(Count(5), None)
    len(loader)
    with pytest.warns(UserWarning, match="reported to be 4"):
        list(loader)


def test_joined_datasets() -> None:
    both = ConcatDataset([table(), table()])
    assert len(both) == 20 and values(both[12][1]) == 2 and values(both[-1][1]) == 9
    assert len(table() + table()) == 20
    stacked = StackDataset(a=range(3), b="xyz")
    assert stacked[1] == {"a": 1, "b": "y"} and stacked.__getitems__([0, 2]) == [{"a": 0, "b": "x"}, {"a": 2, "b": "z"}]
    assert StackDataset(range(3), "xyz").__getitems__([1]) == [(1, "y")]
    assert get_worker_info() is None


def test_a_loader_can_be_pickled_and_its_passes_cannot() -> None:
    loader = pickle.loads(pickle.dumps(DataLoader(range(5), 2, generator=Generator().manual_seed(3), shuffle=True)))
    assert sorted(x for batch in passes(loader, 1)[0] for x in batch) == list(range(5))
    with pytest.raises(NotImplementedError, match="pickle the DataLoader"):
        pickle.dumps(iter(loader))


def test_splits_that_come_out_empty_warn() -> None:
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        random_split(range(3), [0.99, 0.01])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [len(s) for s in random_split(range(7), [0.5, 0.5])] == [4, 3]


@pytest.mark.parametrize(
    ("attempt", "kind", "words"),
    [
        (lambda: Dataset()[0], NotImplementedError, "should implement __getitem__"),
        (lambda: TensorDataset(from_array(np.zeros(3)), from_array(np.zeros(4))), AssertionError, "[3, 4]"),
        (lambda: TensorDataset(np.zeros(3)), TypeError, "torch.as_tensor"),
        (lambda: ConcatDataset([]), AssertionError, "empty iterable"),
        (lambda: ConcatDataset([Count(3)]), AssertionError, "ChainDataset"),
        (lambda: list(ChainDataset([range(3)])), AssertionError, "ConcatDataset"),
        (lambda: ConcatDataset([range(3)])[-4], ValueError, "index -4 of 3"),
        (lambda: StackDataset(range(2), range(3)), ValueError, "[2, 3]"),
        (lambda: random_split(range(10), [5, 4]), ValueError, "sum to 9, the dataset has 10"),
        (lambda: random_split(range(10), [1.5, -0.5]), ValueError, "Fraction at index 0"),
        (lambda: RandomSampler([]), ValueError, "num_samples=0"),
        (lambda: RandomSampler([1], replacement=1), TypeError, "replacement=1"),
        (lambda: WeightedRandomSampler([[1.0]], 1), ValueError, "shape (1, 1)"),
        (lambda: BatchSampler(SequentialSampler([1]), 0, False), ValueError, "batch_size=0"),
        (lambda: DataLoader([1], batch_size=0), ValueError, "batch_size=0"),
        (lambda: DataLoader([1], shuffle=True, sampler=[0]), ValueError, "mutually exclusive"),
        (lambda: DataLoader([1], 2, batch_sampler=[[0]]), ValueError, "mutually exclusive"),
        (lambda: DataLoader([1], None, drop_last=True), ValueError, "mutually exclusive"),
        (lambda: DataLoader([1], num_workers=-1), ValueError, "num_workers=0"),
        (lambda: DataLoader([1], prefetch_factor=2), ValueError, "num_workers > 0"),
        (lambda: DataLoader([1], persistent_workers=True), ValueError, "num_workers > 0"),
        (lambda: DataLoader([1], num_workers=1, multiprocessing_context="x"), ValueError, "'x'"),
        (lambda: DataLoader([1], multiprocessing_context="spawn"), ValueError, "num_workers=0"),
        (lambda: DataLoader(Count(3), shuffle=True), ValueError, "shuffle=True"),
        (lambda: setattr(DataLoader([1]), "batch_size", 3), ValueError, "make a new DataLoader"),
        (lambda: next(iter(DataLoader([None]))), TypeError, "found <class 'NoneType'>"),
        (lambda: default_collate([[1], [1, 2]]), RuntimeError, "[1, 2]"),
        (lambda: default_collate([np.zeros(2), np.zeros(3)]), RuntimeError, "got [2] at entry 0 and [3] at entry 1"),
    ],
)
def test_errors_say_what_was_seen(attempt: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        attempt()
    assert words in str(caught.value)


def test_passes_are_of_the_classes_that_packages_ask_for():
    from steepest.utils.data.dataloader import _BaseDataLoaderIter, _MultiProcessingDataLoaderIter

    one = iter(DataLoader([1, 2]))
    assert isinstance(one, _BaseDataLoaderIter) and not isinstance(one, _MultiProcessingDataLoaderIter)
    loader = DataLoader([1, 2], num_workers=1)
    several = iter(loader)
    assert isinstance(several, _MultiProcessingDataLoaderIter) and len(several) == 2
    several._shutdown_workers()


def test_a_loader_of_another_library_uses_the_passes_itself():
    from steepest.utils.data.dataloader import _DatasetKind, _SingleProcessDataLoaderIter

    class Own:
        """What a pass asks of a loader; the samples are those of a generator."""

        dataset, collate_fn, drop_last, generator, pin_memory = [[1], [2]], staticmethod(lambda x: x), False, None, False
        _dataset_kind, _auto_collation, _index_sampler, _IterableDataset_len_called = _DatasetKind.Iterable, False, range(9), None

    assert list(_SingleProcessDataLoaderIter(Own())) == [[1], [2]]
    assert DataLoader([1])._dataset_kind == _DatasetKind.Map and DataLoader([1])._auto_collation
