"""`torch.compile` in a program changes nothing of what it computes."""

import pytest

import steepest


def test_a_function_a_module_and_a_decorator_run_as_they_are():
    layer = steepest.nn.Linear(2, 1)
    x = steepest.ones(3, 2)
    assert steepest.compile(layer, mode="reduce-overhead")(x).equal(layer(x))

    @steepest.compile(fullgraph=True)
    def double(x):
        return x * 2

    assert double(x).sum() == 12


def test_what_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="got int"):
        steepest.compile(3)
