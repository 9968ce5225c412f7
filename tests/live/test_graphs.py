"""The graph that autograd shows (`grad_fn`, `next_functions`, `name()`) beside PyTorch's, for an expression of each kind."""

import importlib
import sys
import warnings
from pathlib import Path

import pytest
import torch

import steepest

FOLDER = Path(__file__).parents[2] / "scripts" / "parity"
sys.path.insert(0, str(FOLDER))
try:
    graphs = importlib.import_module("graphs")
finally:
    sys.path.remove(str(FOLDER))


@pytest.mark.parametrize("expression", [e for e in graphs.EXPRESSIONS if e not in graphs.DIFFERENT])
def test_the_graph_shows_what_pytorchs_does(expression: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert graphs.graph(steepest, expression) == graphs.graph(torch, expression)


@pytest.mark.parametrize("expression", graphs.DIFFERENT)
def test_the_list_of_what_differs_is_exact(expression: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert graphs.graph(steepest, expression) != graphs.graph(torch, expression)


@pytest.mark.parametrize("kind, options", [("RNN", {}), ("RNN", {"batch_first": True}), ("GRU", {"bidirectional": True}), ("LSTM", {}),
                                           ("LSTM", {"batch_first": True}), ("GRU", {"num_layers": 2})])
def test_what_printing_the_results_of_recurrent_layers_names(kind: str, options: dict) -> None:
    said = []
    for library in (torch, steepest):
        output, last = getattr(library.nn, kind)(4, 5, **options)(library.ones(3, 2, 4))
        said.append([x.grad_fn.name() for x in (output, *(last if isinstance(last, tuple) else (last,)))])
    assert said[0] == said[1]


def test_walking_down_a_network_as_the_tutorials_do() -> None:
    said = []
    for library in (torch, steepest):
        nn = library.nn
        model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
        node, names = nn.MSELoss()(model(library.ones(2, 4)), library.zeros(2, 1)).grad_fn, []
        while node is not None:
            names.append((node.name(), len(node.next_functions)))
            node = max((n for n, _ in node.next_functions), key=lambda n: n is not None and "Accumulate" not in n.name(), default=None)
        said.append(names)
    assert said[0] == said[1]


def test_a_custom_function_shows_its_tensors() -> None:
    said = []
    for library in (torch, steepest):
        class Scale(library.autograd.Function):  # type: ignore[misc, name-defined]
            @staticmethod
            def forward(ctx, x, factor, y):  # type: ignore[no-untyped-def]
                return x * factor + y

            @staticmethod
            def backward(ctx, g):  # type: ignore[no-untyped-def]
                return g, None, g

        x = library.ones(2, requires_grad=True)
        said.append([(n and n.name(), k) for n, k in Scale.apply(x, 2.0, library.ones(2)).grad_fn.next_functions])
    assert said[0] == said[1]


def test_what_has_no_derivative_says_so_in_the_backward_pass() -> None:
    for library in (torch, steepest):
        x = library.ones(3, requires_grad=True)
        with pytest.raises(RuntimeError, match="not implemented"):
            library.heaviside(x, library.zeros(3)).sum().backward()
