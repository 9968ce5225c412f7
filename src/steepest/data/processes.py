"""Processes that run one function, each with its own number, and whose failures reach the parent with their tracebacks."""

import multiprocessing
import traceback
from collections.abc import Callable
from typing import Any

from steepest.errors import text

__all__ = ["ProcessContext", "ProcessRaisedException", "get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy",
           "spawn"]


class ProcessRaisedException(Exception):
    """A process failed; the text holds its traceback."""


def _run(function: Callable[..., Any], index: int, args: tuple[Any, ...], failures: Any) -> None:
    try:
        function(index, *args)
    except KeyboardInterrupt:
        pass
    except Exception:
        failures.put((index, traceback.format_exc()))
        raise SystemExit(1) from None


class ProcessContext:
    """Processes that were started together."""

    def __init__(self, processes: list[Any], failures: Any):
        self.processes, self._failures = processes, failures

    def pids(self) -> list[int]:
        """The numbers that the system gave them."""
        return [p.pid for p in self.processes]

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the processes; True where all have ended. Raises ProcessRaisedException where one failed, after ending the others."""
        for p in self.processes:
            p.join(timeout)
            if p.exitcode:
                for other in self.processes:
                    if other.is_alive():
                        other.terminate()
                index, trace = self._failures.get() if not self._failures.empty() or p.exitcode == 1 else (0, f"exit code {p.exitcode}")
                raise ProcessRaisedException(text("process-failed", index=index, trace=trace))
        return all(not p.is_alive() for p in self.processes)


def spawn(fn: Callable[..., Any], args: tuple[Any, ...] = (), nprocs: int = 1, join: bool = True, daemon: bool = False,
          start_method: str = "spawn") -> ProcessContext | None:
    """`fn(i, *args)` for i from 0 to `nprocs - 1`, each in a process of its own; with `join` waits for them."""
    context: Any = multiprocessing.get_context(start_method)
    failures = context.Queue()
    processes = [context.Process(target=_run, args=(fn, i, args, failures), daemon=daemon) for i in range(nprocs)]
    for p in processes:
        p.start()
    made = ProcessContext(processes, failures)
    if not join:
        return made
    made.join()
    return None


def get_all_sharing_strategies() -> set[str]:
    """How tensors may go between processes: as copies."""
    return {"file_system"}


def get_sharing_strategy() -> str:
    """How tensors go between processes: as copies."""
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Accepted for programs that choose one; ValueError for names that PyTorch does not know."""
    if new_strategy not in ("file_system", "file_descriptor"):
        raise ValueError(text("sharing-strategy", name=new_strategy))
