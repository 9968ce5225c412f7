"""The computation graph's numbers are those of autograd; the picture holds them all; paths sum to the gradient."""

import re

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz
from steepest.viz.graph_pictures import folded
from steepest.viz.layout import layered


def course_graph():
    x = torch.tensor(2.0, requires_grad=True)
    y = torch.tensor(1.0, requires_grad=True)
    a = x + y
    b = torch.sigmoid(y)
    z = a * b
    return x, y, viz.graph(z)


def test_the_courses_graph_has_the_values_the_local_derivatives_and_the_gradients() -> None:
    _, _, graph = course_graph()
    named = {v.name: v for v in graph.data.vertices}
    s = 1 / (1 + np.exp(-1.0))
    assert {n: float(v.value) for n, v in named.items()} == pytest.approx({"x": 2, "y": 1, "a": 3, "b": s, "z": 3 * s})
    assert {n: float(v.gradient) for n, v in named.items()} == pytest.approx({"x": s, "y": s + 3 * s * (1 - s), "a": s, "b": 3, "z": 1})
    local = {(graph.data.vertices[e.source].name, graph.data.vertices[e.target].name): float(e.local) for e in graph.data.edges}
    assert local == pytest.approx({("x", "a"): 1, ("y", "a"): 1, ("y", "b"): s * (1 - s), ("a", "z"): s, ("b", "z"): 3}, rel=1e-6)


def test_the_picture_shows_every_number_and_names_itself() -> None:
    _, _, graph = course_graph()
    svg = graph.svg()
    for shown in ("x", "= 2", "a  (+)", "b  (sigmoid)", "∂ 1.321", ">0.1966<", ">3<", "z  (×)", "= 2.193"):
        assert shown in svg, shown
    assert 'role="img"' in svg and "The gradient of x is 0.7311." in svg and "<script" not in svg
    assert 'n1 -> n3 [label="0.1966"]' in graph.dot()


def test_paths_carry_the_products_and_sum_to_the_gradient() -> None:
    _, y, graph = course_graph()
    paths = graph.paths(y)
    assert sorted("".join(v.name for v in path.vertices) for path in paths) == ["yaz", "ybz"]
    for path in paths:
        assert float(path.product) == pytest.approx(np.prod([float(e.local) for e in path.edges]))
    assert "y → b → z:  3 × 0.1966 = 0.5898" in str(paths) and str(paths).endswith("sum: 1.321")


OPERATIONS = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: torch.sin(a) * b, lambda a, b: a / (b * b + 1),
              lambda a, b: torch.maximum(a, b), lambda a, b: torch.tanh(a) + b * 2, lambda a, b: (a * b).exp().log1p()]


@pytest.mark.parametrize("seed", range(8))
def test_gradients_and_sums_of_paths_are_backwards_for_random_graphs_of_tensors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [(3,), (), (2, 3)]
    leaves = [torch.tensor(rng.standard_normal(shapes[rng.integers(3)]), requires_grad=True) for _ in range(3)]
    values = list(leaves)
    for _ in range(6):
        i, j = rng.integers(len(values), size=2)
        values.append(OPERATIONS[rng.integers(len(OPERATIONS))](values[i], values[j]))
    loss = sum((v.sum() for v in values[1:]), values[0].sum()) + (leaves[0].reshape(-1) @ leaves[0].reshape(-1))
    middle = next((v for v in values[3:]), None)
    middle.retain_grad()
    graph = viz.graph(loss)
    totals = [graph.paths(leaf).total for leaf in leaves]
    loss.backward()
    for leaf, total in zip(leaves, totals, strict=True):
        vertex = next(v for v in graph.data.vertices if v.tensor is leaf)
        assert vertex.gradient == pytest.approx(leaf.grad.numpy(), rel=1e-9), f"seed {seed}"
        assert total == pytest.approx(leaf.grad.numpy(), rel=1e-9), f"seed {seed}"
    node = next(v for v in graph.data.vertices if v.node is middle.grad_fn)
    assert node.gradient == pytest.approx(middle.grad.numpy(), rel=1e-9)


def network():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    return model, torch.randn(5, 3), torch.rand(5, 1)


def test_values_that_autograd_did_not_keep_are_computed_as_they_were() -> None:
    model, x, y = network()
    with_trace = viz.graph(lambda: nn.functional.mse_loss(model(x), y), model=model)
    without = viz.graph(nn.functional.mse_loss(model(x), y), model=model)
    known = {v.operation: v.value for v in with_trace.data.vertices if v.kind == "operation"}
    assert known["linear"].shape == (5, 1)
    for v in without.data.vertices:
        if v.kind == "operation":
            assert v.value is not None
    last = [v for v in without.data.vertices if v.operation == "linear"][-1]
    assert last.value == pytest.approx(known["linear"], rel=1e-6)


def test_modules_are_frames_with_their_parameters_inside() -> None:
    model, x, y = network()
    graph = viz.graph(lambda: nn.functional.mse_loss(model(x), y), model=model)
    inside = {v.name: v.module[-1] for v in graph.data.vertices if v.kind == "leaf"}
    assert inside == {"0.weight": "0", "0.bias": "0", "2.weight": "2", "2.bias": "2"}
    assert graph.svg().count('class="frame"') == 2


def test_local_derivatives_of_layers_are_named_by_the_other_operand() -> None:
    model, x, y = network()
    graph = viz.graph(nn.functional.mse_loss(model(x), y), model=model)
    words = {graph.data.vertices[e.source].name: e.words for e in graph.data.edges if e.words}
    assert words["0.weight"] == "· x" and words["0.bias"] == "1"


def test_large_graphs_open_folded_and_every_box_can_be_opened() -> None:
    w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    value = w
    for k in range(100):
        value = value * 0.9 + 0.1 * k
    graph = viz.graph(value)
    assert len(graph.data.vertices) >= 300
    view = folded(graph.data)
    shown = len(set(view.inside.values())) + sum(v.number not in view.inside for v in graph.data.vertices)
    assert shown <= 60
    assert graph.svg().count('<rect class="n ') <= 60
    page = graph.page().html
    assert page.count("<figure data-view") == len(view.boxes) + 2     # folded, each box open, all
    assert float(graph.paths(w).total) == pytest.approx(0.9 ** 100)


def test_deep_models_fold_into_their_modules() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.LayerNorm(4)) for _ in range(25)])
    x = torch.randn(2, 4)
    graph = viz.graph(lambda: model(x).sum(), model=model)
    assert len(graph.data.vertices) > 60
    assert set(folded(graph.data).boxes) == {str(k) for k in range(25)}


def test_the_story_plays_forward_then_backward_with_local_times_upstream() -> None:
    _, _, graph = course_graph()
    story = graph.steps().data
    assert any(said.startswith("forward   b  (sigmoid): y = 1  gives 0.7311") and "∂b/∂y = 0.1966" in said for said in story)
    assert any("to y: local 0.1966 × upstream 3 = 0.5898" in said and "their sum is 1.321" in said for said in story)
    assert story[-1].endswith("x.grad = 0.7311\ny.grad = 1.321")
    page = graph.steps().html
    marks = {int(k) for mark in re.findall(r'data-at="([\d ]+)"', page) for k in mark.split()}
    assert marks == set(range(len(story)))


def test_one_that_cannot_be_drawn_is_refused_with_what_to_do() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    loss = w * w
    loss.backward()
    with pytest.raises(ValueError, match=r"before loss.backward\(\)"):
        viz.graph(loss)
    with pytest.raises(ValueError, match="has no graph"):
        viz.graph(torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"one number, not of \[2\]"):
        viz.graph(torch.ones(2, requires_grad=True) * 2)
    with pytest.raises(ValueError, match="no leaf of the graph"):
        viz.graph(w * w).paths(torch.tensor(1.0))
    many = w
    for _ in range(20):
        many = many * many
    with pytest.raises(ValueError, match="more than the 2000"):
        viz.graph(many).paths(w)


def test_the_graph_leaves_the_program_as_it_was() -> None:
    w = torch.tensor(3.0, requires_grad=True)
    loss = w * w
    viz.graph(loss).svg()
    assert w.grad is None
    loss.backward()
    assert w.grad.item() == 6.0


def test_files_by_their_ending(tmp_path) -> None:
    _, _, graph = course_graph()
    assert graph.save(tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    assert graph.save(tmp_path / "a.dot").read_text(encoding="utf-8").startswith("digraph")
    assert graph.save(tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("seed", range(5))
def test_no_two_nodes_overlap_and_edges_go_to_the_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    sizes = [(float(rng.integers(30, 150)), float(rng.integers(20, 70))) for _ in range(n)]
    edges = [(int(i), j) for j in range(1, n) for i in set(rng.integers(max(0, j - 6), j, size=2))]
    groups = [str(k // 8) if k % 3 else None for k in range(n)]
    laid = layered(sizes, edges, groups)
    for a, b in edges:
        assert laid.centres[a][0] + sizes[a][0] / 2 < laid.centres[b][0] - sizes[b][0] / 2
    for i in range(n):
        for j in range(i):
            apart = [abs(laid.centres[i][k] - laid.centres[j][k]) - (sizes[i][k] + sizes[j][k]) / 2 for k in (0, 1)]
            assert max(apart) > -1e-6, f"nodes {i} and {j} overlap, seed {seed}"
            assert -1e-6 <= laid.centres[i][1] - sizes[i][1] / 2 and laid.centres[i][1] + sizes[i][1] / 2 <= laid.height + 1e-6
