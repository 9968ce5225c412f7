"""Worker processes: the same batches as without them, errors with their traceback, and no process left behind."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.core.generator import default_generator
from steepest.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info

METHODS = multiprocessing.get_all_start_methods()


class Squares(Dataset):
    def __init__(self, n: int = 20, slow: float = 0.0, bad: int = -1):
        self.n, self.slow, self.bad = n, slow, bad

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> Any:
        time.sleep(self.slow)
        if i == self.bad:
            raise KeyError(f"no row {i}")
        return i, np.full(3, i, np.float32)


class Local(Dataset):
    """Fails with an exception that cannot be made from one text."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int) -> Any:
        return b"\xff".decode("utf-8")


class Dying(Squares):
    def __getitem__(self, i: int) -> Any:
        os._exit(3)


class Unpicklable(Squares):
    def __getitem__(self, i: int) -> Any:
        return lambda: i


class Wide(Dataset):
    """Batches far larger than what a pipe holds."""

    def __len__(self) -> int:
        return 160_000

    def __getitem__(self, i: int) -> Any:
        return np.int64(i)


class Stream(IterableDataset):
    def __iter__(self) -> Any:
        info = get_worker_info()
        return iter(range(info.id, 10, info.num_workers) if info else range(10))


def rows(loader: DataLoader) -> list[Any]:
    return [[x.tolist() for x in (batch[0].array, batch[1].array)] for batch in loader]


def failing_init(worker_id: int) -> None:
    raise ValueError(f"worker {worker_id} cannot begin")


def identity(batch: Any) -> Any:
    return batch


@pytest.mark.parametrize("method", METHODS)
def test_every_start_method_gives_the_batches_of_one_process(method: str) -> None:
    default_generator.manual_seed(0)
    expected = rows(DataLoader(Squares(), 3, shuffle=True))
    default_generator.manual_seed(0)
    workers = 1 if method != "fork" else 2
    assert rows(DataLoader(Squares(), 3, shuffle=True, num_workers=workers, multiprocessing_context=method)) == expected


def test_persistent_workers_stay_and_forget_what_was_not_read() -> None:
    loader = DataLoader(Squares(), 2, num_workers=2, persistent_workers=True)
    first = next(iter(loader))[0].array.tolist()
    pids = {w.process.pid for w in loader._iterator._workers.workers}
    assert first == [0, 1]
    for _ in range(2):
        assert rows(loader) == rows(DataLoader(Squares(), 2))
        assert {w.process.pid for w in loader._iterator._workers.workers} == pids


def test_persistent_workers_read_a_stream_again() -> None:
    loader = DataLoader(Stream(), 2, num_workers=2, persistent_workers=True)
    first = [b.array.tolist() for b in loader]
    assert sorted(x for batch in first for x in batch) == list(range(10))
    assert [b.array.tolist() for b in loader] == first


def test_batches_as_they_come() -> None:
    loader = DataLoader(Squares(), 3, num_workers=2, in_order=False)
    assert sorted(rows(loader)) == sorted(rows(DataLoader(Squares(), 3)))


def test_batches_and_index_lists_larger_than_a_pipe() -> None:
    loader = DataLoader(Wide(), 80_000, num_workers=1, prefetch_factor=2, persistent_workers=True)
    for _ in range(2):
        assert [int(b.array.sum()) for b in loader] == [sum(range(80_000)), sum(range(80_000, 160_000))]


def test_an_exception_comes_with_the_worker_s_traceback() -> None:
    with pytest.raises(KeyError) as caught:
        rows(DataLoader(Squares(bad=7), 3, num_workers=2))
    message = str(caught.value)
    assert "KeyError" in message and "worker process 0" in message
    assert "in __getitem__" in message and "no row 7" in message and "\n" in message


def test_loading_goes_on_after_an_exception() -> None:
    batches = iter(DataLoader(Squares(bad=1), 2, num_workers=2))
    with pytest.raises(KeyError):
        next(batches)
    assert [x.array.tolist() for x in next(batches)] == [[2, 3], [[2, 2, 2], [3, 3, 3]]]


def test_exceptions_that_need_more_than_a_text_become_runtime_errors() -> None:
    with pytest.raises(RuntimeError, match="UnicodeDecodeError"):
        list(DataLoader(Local(), num_workers=1))


def test_what_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(Exception, match="worker process 0"):
        list(DataLoader(Unpicklable(), 2, num_workers=1, collate_fn=identity))


def test_an_exception_in_worker_init_fn() -> None:
    with pytest.raises(ValueError, match="worker 0 cannot begin"):
        list(DataLoader(Squares(), num_workers=1, worker_init_fn=failing_init))


def test_a_worker_that_dies_is_noticed_at_once() -> None:
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="exit code 3"):
        list(DataLoader(Dying(), num_workers=2))
    assert time.monotonic() - start < 4


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_worker_that_is_killed_is_noticed() -> None:
    batches = iter(DataLoader(Squares(slow=0.2), 1, num_workers=1))
    next(batches)
    os.kill(batches._workers.workers[0].process.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        list(batches)


def test_what_a_new_process_cannot_be_given_is_an_error_that_says_so() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)) as caught:
        iter(DataLoader(Squares(), num_workers=1, multiprocessing_context="spawn", collate_fn=lambda batch: batch))
    assert "top level" in caught.value.__notes__[-1]


def test_timeout() -> None:
    with pytest.raises(RuntimeError, match=r"timed out after 0\.2 seconds"):
        list(DataLoader(Squares(slow=1.0), num_workers=1, timeout=0.2))


def test_leaving_a_loop_early_ends_the_workers() -> None:
    batches = iter(DataLoader(Squares(1000), 1, num_workers=2))
    next(batches)
    processes = [w.process for w in batches._workers.workers]
    start = time.monotonic()
    del batches
    assert time.monotonic() - start < 2
    assert not any(p.is_alive() for p in processes)


@pytest.mark.skipif(os.name == "nt", reason="asks for processes by signal 0")
@pytest.mark.parametrize("method", METHODS)
def test_workers_end_when_their_parent_is_killed(method: str, tmp_path: Path) -> None:
    program = tmp_path / "a program 程序.py"
    program.write_text(
        textwrap.dedent(f"""
            import os, time
            from steepest.utils.data import DataLoader

            class Slow:
                def __len__(self): return 100
                def __getitem__(self, i):
                    time.sleep(0.01)
                    return i

            if __name__ == "__main__":
                batches = iter(DataLoader(Slow(), num_workers=2, multiprocessing_context={method!r}))
                next(batches)
                print(*(w.process.pid for w in batches._workers.workers), flush=True)
                os.kill(os.getpid(), 9)
        """),
        encoding="utf-8",
    )
    out = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, encoding="utf-8", timeout=60).stdout
    pids = [int(p) for p in out.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(_running(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_running(p) for p in pids)


def _running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # a dead process that nobody has waited for is still listed
    return not (status.exists() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")
