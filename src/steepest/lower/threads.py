"""Threads that run one native function together: a pool in Python, barriers in native code.

Every thread runs the whole program and takes its fixed share of each nest of loops, so results do not depend on timing. A barrier
spins for a moment and then yields, so that it is cheap where a core is free for each thread and harmless where not.
"""

import ctypes
import os
import queue
import threading
from collections.abc import Callable

from steepest.lower import machine

__all__ = ["SYNC", "YIELD", "barrier_text", "run", "yielding"]

SYNC, YIELD = 0, 1
"""Entries of a program's table: the threads' meeting place, three int64 two cache lines apart, since these come in pairs (how many have
arrived, barriers passed, the barrier behind which all leave); the address of the function that yields."""
SPINS = 1000


def yielding() -> int:
    """The address of the C function that lets another thread run."""
    library = ctypes.CDLL("kernel32" if os.name == "nt" else None)
    function = library.SwitchToThread if os.name == "nt" else library.sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def barrier_text() -> str:
    """The functions `barrier`, which waits until all threads have called it and says whether they leave the program now, and `leaving`,
    after which they do so behind the next barrier. That one is named by its number: a thread that is late at the barrier before it must
    not leave yet."""
    family = machine.processor()
    pause = {"x86_64": "call void @llvm.x86.sse2.pause()", "aarch64": "call void @llvm.aarch64.hint(i32 1)"}.get(family, "")
    declared = {"x86_64": "declare void @llvm.x86.sse2.pause()", "aarch64": "declare void @llvm.aarch64.hint(i32)"}.get(family, "")
    return f"""{declared}
define internal void @leaving(ptr %table) nounwind noinline {{
  %sync = load ptr, ptr %table
  %passed = getelementptr i64, ptr %sync, i64 16
  %round = load atomic i64, ptr %passed monotonic, align 8
  %next = add i64 %round, 1
  %end = getelementptr i64, ptr %sync, i64 32
  store atomic i64 %next, ptr %end monotonic, align 8
  ret void
}}
define internal i1 @barrier(ptr %table, i64 %threads) nounwind noinline {{
entry:
  %sync = load ptr, ptr %table
  %end = getelementptr i64, ptr %sync, i64 32
  %passed = getelementptr i64, ptr %sync, i64 16
  %round = load atomic i64, ptr %passed monotonic, align 8
  %next = add i64 %round, 1
  %before = atomicrmw add ptr %sync, i64 1 acq_rel
  %mine = add i64 %before, 1
  %all = icmp eq i64 %mine, %threads
  br i1 %all, label %last, label %wait
last:
  store atomic i64 0, ptr %sync monotonic, align 8
  store atomic i64 %next, ptr %passed release, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %entry ], [ %more, %again ]
  %now = load atomic i64, ptr %passed acquire, align 8
  %same = icmp eq i64 %now, %round
  br i1 %same, label %longer, label %done
longer:
  %long = icmp sgt i64 %spins, {SPINS}
  br i1 %long, label %give, label %spin
give:
  %slot = getelementptr i64, ptr %table, i64 {YIELD}
  %yield = load ptr, ptr %slot
  %ignored = call i32 %yield()
  br label %again
spin:
  {pause}
  br label %again
again:
  %more = add i64 %spins, 1
  br label %wait
done:
  %leave = load atomic i64, ptr %end monotonic, align 8
  %together = icmp eq i64 %leave, %next
  ret i1 %together
}}"""


class _Pool:
    """Threads that wait for work; made anew in a process that was forked."""

    def __init__(self) -> None:
        self.process, self.queues = os.getpid(), []     # type: tuple[int, list[queue.SimpleQueue[Callable[[], None]]]]

    def grow(self, count: int) -> None:
        while len(self.queues) < count:
            waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
            threading.Thread(target=_work, args=(waiting,), daemon=True, name="steepest").start()
            self.queues.append(waiting)


def _apart() -> frozenset[int]:
    """The processors that this thread may use but for the one on which it runs; none where the system does not tell.

    Schedulers wake a thread where its waker runs, and may need longer than a program takes to see that both are busy.
    """
    if not hasattr(os, "sched_getaffinity"):
        return frozenset()
    here = getattr(ctypes.CDLL(None), "sched_getcpu", lambda: -1)()
    return frozenset(os.sched_getaffinity(0)) - {here}


def _work(waiting: "queue.SimpleQueue[Callable[[], None]]") -> None:
    while True:
        waiting.get()()


_pool = _Pool()
_busy = threading.Lock()


def run(function: Callable[[int], None], count: int) -> None:
    """Call `function(thread)` in `count` threads, this one being number 0; returns when all have returned."""
    global _pool
    if count == 1:
        function(0)
        return
    with _busy:
        if _pool.process != os.getpid():
            _pool = _Pool()
        _pool.grow(count - 1)
        done: queue.SimpleQueue[int] = queue.SimpleQueue()
        apart = _apart()

        def share(k: int) -> Callable[[], None]:
            def work() -> None:
                if apart:
                    os.sched_setaffinity(0, apart)
                function(k)
                done.put(k)

            return work

        for k in range(1, count):
            _pool.queues[k - 1].put(share(k))
        function(0)
        for _ in range(1, count):
            done.get()
