"""Loading by worker processes: batches are asked for ahead and given out in their order."""

import itertools
import multiprocessing
import pickle
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from steepest.data.fetch import _DatasetKind
from steepest.data.workers import DATA, ENDED, Failure, Job, work
from steepest.errors import text

__all__ = ["Workers"]

PATIENCE = 5.0
"""Seconds that workers have to end by themselves before they are made to."""


@dataclass
class _Worker:
    process: Any
    tasks: Connection
    answers: Connection
    stop: Connection
    active: bool = True
    outstanding: int = 0


class Workers:
    """The worker processes of a loader, and the tasks that they have not yet answered."""

    def __init__(self, loader: Any, base_seed: int):
        self.prefetch, self.timeout, self.in_order = loader.prefetch_factor, loader.timeout, loader.in_order
        self.stream = loader._dataset_kind == _DatasetKind.Iterable
        self.persistent = loader.persistent_workers
        context = loader.multiprocessing_context or multiprocessing.get_context()
        self.workers: list[_Worker] = []
        self.shut_down = weakref.finalize(self, _shut_down, self.workers)
        for i in range(loader.num_workers):
            job = Job(loader.dataset, loader._dataset_kind, loader._auto_collation, loader.collate_fn, loader.drop_last, base_seed,
                      loader.worker_init_fn, i, loader.num_workers)
            self.workers.append(_start(context, job))
        self.epoch = 0

    def begin(self, indices: Any) -> None:
        """Start an epoch over the batches of indices that the iterator `indices` gives."""
        self.indices = indices
        self.epoch += 1
        self.sent = self.received = 0
        self.owner: dict[int, int] = {}
        self.turns = itertools.cycle(range(len(self.workers)))
        for worker in self.workers:
            worker.outstanding, worker.active = 0, True
            if self.epoch > 1:
                self._put(worker, self.epoch)
        for _ in range(self.prefetch * len(self.workers)):
            self._ask()

    def _ask(self) -> None:
        """Give the next indices to the worker whose turn it is."""
        if not any(w.active for w in self.workers):
            return
        try:
            indices = next(self.indices)
        except StopIteration:
            return
        share = self.prefetch * len(self.workers) // sum(w.active for w in self.workers)
        for i in itertools.islice(self.turns, len(self.workers)):
            worker = self.workers[i]
            if worker.active and (self.in_order or worker.outstanding < share):
                break
        else:
            return
        self._put(worker, (self.epoch, self.sent, indices))
        self.owner[self.sent] = i
        worker.outstanding += 1
        self.sent += 1

    def _put(self, worker: _Worker, task: Any) -> None:
        try:
            worker.tasks.send(task)
        except ConnectionError:
            raise self._death(worker) from None

    def next(self) -> Any:
        """The next batch; StopIteration after the last, the worker's exception where making it failed."""
        while True:
            waiting = self._next_workers()
            if not waiting:
                if not self.persistent:
                    self.shut_down()
                raise StopIteration
            worker, number, what, data = self._receive(waiting)
            if what == ENDED:
                worker.active = False
                self._ask()
                continue
            del self.owner[number]
            self.received = max(self.received, number + 1) if self.in_order else self.received
            worker.outstanding -= 1
            self._ask()
            if what == DATA:
                return data
            assert isinstance(data, Failure)
            raise data.error()

    def _next_workers(self) -> Sequence[_Worker]:
        """The workers one of which has the next batch: in order the one that the next number was given to."""
        if not self.in_order:
            return [w for w in self.workers if w.active and w.outstanding]
        while self.received < self.sent:
            worker = self.workers[self.owner[self.received]]
            if worker.active:
                return [worker]
            del self.owner[self.received]
            self.received += 1
        return []

    def _receive(self, waiting: Sequence[_Worker]) -> tuple[_Worker, int, str, Any]:
        """The next answer of one of these workers that belongs to this epoch."""
        patience = self.timeout or None
        while True:
            ends = [end for w in waiting for end in (w.answers, w.process.sentinel)]
            ready = wait(ends, patience)
            if not ready:
                raise RuntimeError(text("worker-timeout", timeout=self.timeout))
            worker = next(w for w in waiting if w.answers in ready or w.process.sentinel in ready)
            try:
                if worker.answers not in ready and not worker.answers.poll():
                    raise EOFError
                message = worker.answers.recv_bytes()
            except (EOFError, OSError):
                raise self._death(worker) from None
            epoch, number, what, data = pickle.loads(message)
            if epoch == self.epoch:
                return worker, number, what, data

    def _death(self, worker: _Worker) -> RuntimeError:
        worker.process.join(PATIENCE)
        pid, code = worker.process.pid, worker.process.exitcode
        self.shut_down()
        return RuntimeError(text("worker-died", pid=pid, code=code))


def _start(context: Any, job: Job) -> _Worker:
    """Start a worker with its pipes; this process keeps only the ends that it uses."""
    task_reader, task_writer = context.Pipe(duplex=False)
    answer_reader, answer_writer = context.Pipe(duplex=False)
    stop_reader, stop_writer = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(job, task_reader, answer_writer, stop_reader), daemon=True)
    try:
        process.start()
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        error.add_note(text("worker-not-picklable", method=context.get_start_method()))
        raise
    for end in (task_reader, answer_writer, stop_reader):
        end.close()
    return _Worker(process, task_writer, answer_reader, stop_writer)


def _shut_down(workers: list[_Worker]) -> None:
    """Ask the workers to end, wait for them, and end those that do not."""
    for worker in workers:
        try:
            worker.stop.send_bytes(b"stop")
        except OSError:
            pass  # it has ended already
    deadline = time.monotonic() + PATIENCE
    for worker in workers:
        worker.process.join(max(0.0, deadline - time.monotonic()))
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(PATIENCE)
        for end in (worker.tasks, worker.answers, worker.stop):
            end.close()
