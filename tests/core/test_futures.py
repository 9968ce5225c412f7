"""Results that are not there yet."""

import threading

import pytest

import steepest as torch
from steepest.futures import Future, collect_all, wait_all


def test_a_result_is_set_once_and_told_to_all_who_asked():
    future, told = Future(), []
    doubled = future.then(lambda done: done.value() * 2)
    future.add_done_callback(lambda done: told.append(done.value()))
    assert not future.done()
    with pytest.raises(RuntimeError, match="no value yet"):
        future.value()
    threading.Timer(0.01, lambda: future.set_result(5)).start()
    assert future.wait() == 5 and doubled.wait() == 10 and told == [5] and future.done()
    with pytest.raises(RuntimeError, match="completed Future as complete again"):
        future.set_result(6)
    future.add_done_callback(lambda done: told.append("again"))
    assert told == [5, "again"]


def test_exceptions_are_raised_where_the_result_is_wanted():
    future = Future()
    after = future.then(lambda done: done.value())
    future.set_exception(ValueError("bad"))
    with pytest.raises(ValueError, match="bad"):
        future.wait()
    with pytest.raises(RuntimeError, match="when running the callback: ValueError: bad"):
        after.wait()
    with pytest.raises(AssertionError, match="not an Exception"):
        Future().set_exception(3)


def test_several_are_waited_for_together():
    first, second = Future(), Future()
    both = collect_all([first, second])
    second.set_result(2)
    assert not both.done()
    first.set_result(1)
    assert [f.value() for f in both.wait()] == [1, 2] == wait_all([first, second]) and collect_all([]).wait() == []


def test_a_forked_call_is_made_and_its_exception_kept():
    assert torch.jit.wait(torch.jit.fork(lambda p, q=1: p + q, torch.ones(2), q=3)).tolist() == [4.0, 4.0]
    failed = torch.jit.fork(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        torch.jit.wait(failed)
