"""What is seen of a program: losses, path, loss as a function, names, models; and the program's numbers do not change."""

import numpy as np
import pytest

import steepest as torch
from steepest import nn
from steepest.viz.subjects import ExpressionSubject, WatchedSubject
from steepest.viz.watching import watching

X, Y = [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]


def by_hand(steps=20):
    """The course's loop: a row at a time, the step on w.data."""
    w = torch.tensor([1.0], requires_grad=True)
    path = []
    for _ in range(steps):
        for x, y in zip(X, Y, strict=True):
            path.append(w.item())
            loss = (w * x - y) ** 2
            loss.backward()
            w.data = w.data - 0.01 * w.grad.data
            w.grad.data.zero_()
    return w, path


def line_by_hand(steps: int) -> None:
    """Descent on one number without a model."""
    w = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w - 3) ** 2).backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            w.grad.zero_()


def test_a_watch_that_wants_few_passes_ends_where_they_see_the_same_data_again() -> None:
    for passes, most in ((1, 1), (16, 2)):
        with watching(passes=passes) as seen:
            line_by_hand(50)
        assert len(seen.walk.losses) == most and not seen.ended_early


def test_a_program_with_a_model_may_go_on_to_its_end() -> None:
    model = nn.Linear(1, 1)
    with watching(passes=1, unless_model=True) as seen:
        for _ in range(5):
            model(torch.ones(2, 1)).sum().backward()
    assert len(seen.walk.losses) == 5
    with watching(passes=1, unless_model=True) as seen:
        line_by_hand(5)
    assert len(seen.walk.losses) == 1


def test_rows_one_at_a_time_make_one_loss_their_mean() -> None:
    with watching() as seen:
        w, path = by_hand()
    walk = seen.walk
    assert walk.names == ["w"] and len(walk.losses) == 60 and walk.period == 3
    assert walk.path[:, 0] == pytest.approx([*path, w.item()])
    assert walk.losses[:3] == pytest.approx([(p * x - y) ** 2 for p, x, y in zip(path, X, Y, strict=False)])
    objective = walk.objective()
    assert objective.values([[1.0], [0.5]]) == pytest.approx([14 / 3, 14 / 3 * 2.25])
    assert "mean over 3 passes" in objective.words


def training(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    x, y = torch.randn(16, 3), torch.randn(16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(12):
        loss = nn.functional.mse_loss(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, x, y, losses


def test_a_model_its_data_and_its_loss_are_found() -> None:
    with watching() as seen:
        model, x, y, losses = training()
    assert seen.model is model and seen.walk.losses == pytest.approx(losses)
    assert seen.data is not None and seen.data[0] is x and seen.data[1] is y
    assert seen.walk.names == ["0.weight", "0.bias", "2.weight", "2.bias"] and seen.walk.period == 1
    assert seen.walk.objective().values(seen.walk.path[[0, 5]]) == pytest.approx([losses[0], losses[5]], rel=1e-5)


def test_watching_changes_no_number() -> None:
    *_, free = training()
    with watching():
        *_, watched = training()
    assert watched == free


def test_the_graph_and_the_formulas_of_a_watched_loss_have_the_programs_names_and_numbers() -> None:
    with watching() as seen:
        *_, losses = training()
    subject = WatchedSubject(seen)
    graph = subject.graph()
    assert float(graph.data.root.value) == pytest.approx(losses[0])
    assert {v.name for v in graph.data.vertices if v.kind != "operation"} == {"x", "y", "0.weight", "0.bias", "2.weight", "2.bias"}
    assert graph.svg().count('class="frame"') == 2
    found = subject.derive()
    assert found["2.bias"] == "sum(h1 @ 2.weight.T + 2.bias - y) / 8" or "2.bias" in found["2.bias"]
    assert [layer.size for layer in subject.layers()] == [3, 4, 1]


def test_the_chain_rule_by_grad_and_several_starts_are_seen() -> None:
    with watching() as seen:
        w = torch.tensor(2.0, requires_grad=True)
        y = w * 3 + 1
        torch.autograd.grad(y * y, [w], retain_graph=True)
    assert seen.walk.names == ["w"] and seen.walk.losses == [49.0]
    with watching() as seen:
        for start in (1.0, 2.0):
            p = torch.tensor(start, requires_grad=True)
            (p * p).backward()
    assert [walk.losses for walk in seen.walks.values()] == [[1.0], [4.0]]


def test_watching_ends_a_program_that_runs_too_long() -> None:
    with watching(seconds=0.2) as seen:
        w = torch.tensor(1.0, requires_grad=True)
        while True:
            (w * w).backward()
    assert seen.ended_early and 0.2 <= seen.seconds < 5 and len(seen.walk.losses) > 10


def test_long_paths_are_thinned_and_keep_their_ends() -> None:
    with watching() as seen:
        w = torch.tensor([0.0], requires_grad=True)
        for k in range(5000):
            (w * 0.0 + 1).sum().backward()
            w.data = w.data + 1
            assert w.grad is not None or k < 0
    path = seen.walk.path[:, 0]
    assert len(path) <= 2001 and path[0] == 0 and path[-1] == 5000 and len(seen.walk.losses) == 5000
    assert np.ptp(np.diff(path[:-1])) == 0


def test_plain_python_is_a_subject_through_an_expression() -> None:
    program = {"__name__": "program"}
    exec("w = 1.0\nxs, ys = [1., 2., 3.], [2., 4., 6.]\ndef forward(x):\n    return x * w\n"
         "def cost(xs, ys):\n    total = 0\n    for x, y in zip(xs, ys):\n        total += (forward(x) - y) ** 2\n"
         "    return total / len(xs)\n", program)
    subject = ExpressionSubject("cost(xs, ys)", {"w": 1.0}, program, "(forward(x) - y) ** 2")
    assert subject.objective.values([[1.0], [3.0]]) == pytest.approx([14 / 3, 14 / 3])
    assert subject.derive()["w"] == "2*(x*w - y)*x"
    assert float(subject.graph().data.root.value) == pytest.approx(14 / 3)
    assert program["w"] == 1.0                                          # as the program left it
    assert subject.path is not None and subject.path[-1, 0] == pytest.approx(2.0, abs=1e-3)


def test_a_program_without_backward_says_what_to_name() -> None:
    with watching() as seen:
        torch.ones(3).sum()
    with pytest.raises(ValueError, match="--loss"):
        _ = seen.walk
    with pytest.raises(ValueError, match="is no expression"):
        ExpressionSubject("w +", {"w": 1.0}, {})


def test_a_watched_program_keeps_its_sparse_gradients_and_its_model_all_inputs() -> None:
    torch.manual_seed(0)

    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Embedding(5, 2, sparse=True), nn.Embedding(6, 2, sparse=True)

        def forward(self, a, b):
            return (self.first(a) * self.second(b)).sum(1)

    model = Pair()
    optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.1)
    a, b = torch.tensor([0, 1, 2]), torch.tensor([3, 4, 5])
    with watching() as seen:
        for _ in range(3):
            loss = nn.functional.mse_loss(model(a, b), torch.ones(3))
            optimizer.zero_grad()
            loss.backward()
            assert model.first.weight.grad.is_sparse
            optimizer.step()
    assert [x.tolist() for x in seen.inputs] == [[0, 1, 2], [3, 4, 5]] and seen.data is None
    assert "Embedding" in str(torch.viz.summary(model, seen.inputs))


def test_what_one_pass_tells_needs_no_more_passes() -> None:
    with watching(passes=2) as seen:
        by_hand()
    assert len(seen.walk.losses) == 2 and not seen.ended_early


def test_native_loops_tell_their_losses_and_show_the_points_of_the_path() -> None:
    torch.manual_seed(0)
    x = torch.linspace(0, 1, 20)
    w = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    run = torch.loop(6000)
    with watching() as seen:
        for _ in run:
            loss = ((w[0] * x + w[1] - 3 * x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.record(loss=loss)
    losses = run.history["loss"]
    walk = seen.walk
    assert walk.losses == pytest.approx(losses, rel=1e-6) and len(losses) == 6000
    assert walk.every > 1 and 400 < len(walk.points) <= 1000
    assert walk.path[-1] == pytest.approx(w.tolist())
    objective = walk.objective()
    assert objective.values(walk.path[:3]) == pytest.approx([losses[k * walk.every] for k in range(3)], rel=1e-5)
