"""A worker process of a loader: it seeds itself, then answers each task with a batch until it is told to stop.

A task is (epoch, number, indices) or, where a new epoch begins, its number alone; an answer is (epoch, number, what, data). Each
worker has pipes of its own, so that none that dies can leave a lock behind; answers are sent by a thread, so that a worker makes
the next batch while the loader has not yet asked for the last.
"""

import os
import pickle
import queue
import random
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np

from steepest.core.generator import default_generator
from steepest.data.fetch import Fetcher, fetcher
from steepest.errors import text

__all__ = ["DATA", "ENDED", "FAILED", "Failure", "Job", "WorkerInfo", "get_worker_info", "work"]

DATA, ENDED, FAILED = "data", "ended", "failed"
CHECK_INTERVAL = 5.0


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this process is: `id` from 0 to `num_workers` - 1, its `seed`, and its copy of the `dataset`."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str | None = "multiprocessing"


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process of a DataLoader what it is; None elsewhere."""
    return _info


@dataclass(frozen=True)
class Job:
    """What a worker is started with."""

    dataset: Any
    kind: int
    batches: bool
    collate_fn: Callable[[Any], Any]
    drop_last: bool
    base_seed: int
    init_fn: Callable[[int], Any] | None
    worker_id: int
    num_workers: int

    def fetcher(self) -> Fetcher:
        """A function from indices to data, at the beginning of an epoch."""
        return fetcher(self.dataset, self.kind, self.batches, self.collate_fn, self.drop_last)

    def seed(self) -> int:
        """Seed this process's generators, each worker differently; the seed."""
        seed = self.base_seed + self.worker_id
        random.seed(seed)
        default_generator.manual_seed(seed)
        words = [self.worker_id, self.base_seed & 0xFFFFFFFF, self.base_seed >> 32, 0]
        np.random.seed(np.random.SeedSequence(words).generate_state(4))
        return seed


class _Verbatim(str):
    """A text whose repr is itself: KeyError shows the repr of its argument."""

    def __repr__(self) -> str:
        return str(self)


class Failure:
    """An exception of a worker with its traceback, to be raised again where the batch is asked for."""

    def __init__(self, error: BaseException, worker_id: int):
        self.message = text("worker-raised", kind=type(error).__name__, worker=worker_id,
                            traceback="".join(traceback.format_exception(error)))
        try:
            self.kind: bytes | None = pickle.dumps(type(error))
        except (pickle.PicklingError, AttributeError):  # a class made inside a function
            self.kind = None

    def error(self) -> BaseException:
        """The exception with the worker's traceback as its text; RuntimeError for types that cannot be made from a text."""
        kind = RuntimeError if self.kind is None else pickle.loads(self.kind)
        try:
            return kind(_Verbatim(self.message) if kind is KeyError else self.message)
        except Exception:
            return RuntimeError(self.message)


def work(job: Job, tasks: Connection, answers: Connection, stop: Connection) -> None:
    """What a worker process does."""
    try:
        _Worker(job, tasks, answers, stop).run()
    except (KeyboardInterrupt, EOFError, OSError):
        # Ctrl-C reaches every process of the terminal and the loader's own raises it; the others say that the loader is gone.
        pass


class _Worker:
    def __init__(self, job: Job, tasks: Connection, answers: Connection, stop: Connection):
        global _info
        self.job, self.tasks, self.stop = job, tasks, stop
        self.outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_send, args=(self.outgoing, answers), daemon=True).start()
        seed = job.seed()
        _info = WorkerInfo(job.worker_id, job.num_workers, seed, job.dataset)
        self.broken: Failure | None = None
        self.fetch: Fetcher | None = None
        self.ended = False
        try:
            if job.init_fn is not None:
                job.init_fn(job.worker_id)
            self.fetch = job.fetcher()
        except Exception as error:
            self.broken = Failure(error, job.worker_id)

    def run(self) -> None:
        while self._wait():
            task = self.tasks.recv()
            if isinstance(task, int):
                self.fetch, self.ended = self.job.fetcher(), False
            elif not self.ended:
                epoch, number, indices = task
                self.outgoing.put(self._pickled(epoch, number, *self._answer(indices)))

    def _wait(self) -> bool:
        """Wait for the next task; False if there will be none."""
        parent = parent_process()
        ends = [self.tasks, self.stop] + ([parent.sentinel] if parent else [])
        loader = os.getppid()
        while not (ready := wait(ends, CHECK_INTERVAL)):
            # a sibling that hangs can keep the sentinel of a dead parent open
            if os.getppid() != loader:
                return False
        return ready == [self.tasks]

    def _answer(self, indices: Any) -> tuple[str, Any]:
        if self.broken is not None:
            broken, self.broken = self.broken, None
            return FAILED, broken
        try:
            assert self.fetch is not None
            return DATA, self.fetch(indices)
        except StopIteration:
            self.ended = True
            return ENDED, None
        except Exception as error:
            return FAILED, Failure(error, self.job.worker_id)

    def _pickled(self, epoch: int, number: int, what: str, data: Any) -> Any:
        try:
            return ForkingPickler.dumps((epoch, number, what, data))
        except Exception as error:
            return ForkingPickler.dumps((epoch, number, FAILED, Failure(error, self.job.worker_id)))


def _send(outgoing: "queue.SimpleQueue[Any]", answers: Connection) -> None:
    try:
        while True:
            answers.send_bytes(outgoing.get())
    except OSError:
        pass  # the loader has closed its end: nobody waits for answers any more
