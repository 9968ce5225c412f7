"""Surfaces hold the losses of their points, through functions, models and traces alike; the plane's share is what it says."""

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz
from steepest.viz.objective import Objective
from steepest.viz.surfaces import evaluate_grid
from steepest.viz.tracing import key_of, slice_of, tracing


def himmelblau(p):
    return (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2


def test_the_grid_of_two_parameters_is_the_function_itself() -> None:
    grid = viz.surface(himmelblau, (0.0, 0.0), span=((-5, 5), (-4, 4)), resolution=41).data
    a, b = np.meshgrid(grid.a, grid.b)
    assert grid.values == pytest.approx(himmelblau((a, b)), rel=1e-12)
    assert (grid.a[0], grid.a[-1], grid.b[0], grid.b[-1]) == (-5, 5, -4, 4) and grid.share is None


def test_a_function_of_two_numbers_gives_the_axes_their_names() -> None:
    figure = viz.surface(lambda w, b: (w - 1) ** 2 + b ** 2, (0.0, 0.0), span=2, resolution=21)
    assert figure.axes[0].get_xlabel() == "w" and figure.axes[0].get_ylabel() == "b"
    assert "The least loss shown is 0, at (1, 0)." in figure.alt


def model_and_data():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x, y = torch.randn(20, 3), torch.randn(20, 1)
    return model, x, y


def trained_path(model, x, y, steps=30):
    optimizer, path = torch.optim.SGD(model.parameters(), lr=0.1), []
    for _ in range(steps):
        path.append(np.concatenate([p.detach().numpy().reshape(-1).copy() for p in model.parameters()]))
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return np.array(path)


def loss_at(model, x, y, point):
    at = 0
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(np.asarray(point[at:at + p.numel()], np.float32)).reshape(p.shape))
            at += p.numel()
        return nn.functional.mse_loss(model(x), y).item()


@pytest.mark.parametrize("resolution", [7, 33])         # batched; one native program for many points
def test_the_plane_of_a_model_holds_the_losses_of_its_points(resolution: int) -> None:
    model, x, y = model_and_data()
    path = trained_path(model, x, y)
    objective = Objective.of_model(model, (x, y), nn.MSELoss())
    grid = evaluate_grid(objective, path, resolution=resolution)
    centre = path[-1]
    _, _, directions = np.linalg.svd(path - centre, full_matrices=False)
    signs = np.sign((path[0] - centre) @ directions[:2].T)
    plane = directions[:2] * signs[:, None]
    for j, i in [(0, 0), (resolution // 2, 2), (resolution - 1, resolution - 1)]:
        expected = loss_at(model, x, y, centre + grid.a[i] * plane[0] + grid.b[j] * plane[1])
        assert grid.values[j, i] == pytest.approx(expected, rel=1e-4)


def test_the_share_is_the_part_of_the_squared_distances_that_lies_in_the_plane() -> None:
    def bowl(p):
        return (p * p).sum()

    flat = np.zeros((5, 4))
    flat[:, :2] = [[4, 0], [3, 1], [2, 2], [1, 1], [0, 0]]
    assert evaluate_grid(Objective.of_function(bowl, [0.0] * 4), flat, resolution=5).share == pytest.approx(1.0)
    bent = flat.copy()
    bent[0, 2] = 3.0
    bent[2, 3] = 2.0
    moved = bent - bent[-1]
    sizes = np.linalg.svd(moved, compute_uv=False)
    expected = (sizes[:2] ** 2).sum() / (sizes ** 2).sum()
    share = evaluate_grid(Objective.of_function(bowl, [0.0] * 4), bent, resolution=5).share
    assert share == pytest.approx(expected) and share < 0.98
    figure = viz.surface(bowl, [0.0] * 4, path=bent, resolution=5)
    assert f"{share:.1%} of the path's movement" in figure.get_suptitle()


def test_random_directions_have_the_norms_of_the_filters_and_leave_biases_alone() -> None:
    model, x, y = model_and_data()
    objective = Objective.of_model(model, (x, y), nn.MSELoss())
    from steepest.viz.surfaces import _filter_normalised

    direction = _filter_normalised(objective, objective.start, np.random.default_rng(0))
    weight = direction[:12].reshape(4, 3)
    assert np.linalg.norm(weight, axis=1) == pytest.approx(np.linalg.norm(model[0].weight.detach().numpy(), axis=1), rel=1e-5)
    assert not direction[12:16].any()


def test_a_traced_loss_is_the_same_function_of_its_parameters() -> None:
    w = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([0.5], requires_grad=True)
    x, y = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 4.0, 6.0])
    with tracing() as trace:
        unused = (x * 7).exp()
        loss = ((w * x + b - y) ** 2).mean()
    steps = slice_of(trace, [loss], [w, b])
    assert len(steps) == 5 and unused is not None       # mul, add, sub, square, mean; not what leads nowhere
    objective = Objective.of_trace([(steps, key_of(loss), [key_of(w), key_of(b)])], [(1,), (1,)], [1.0, 0.5], ["w", "b"], np.float32)
    assert objective.values([[1.0, 0.5], [2.0, 0.0]]) == pytest.approx([np.mean([0.25, 2.25, 6.25]), 0.0])
    losses, gradients = objective.gradients([[1.0, 0.5]])
    loss.backward()
    assert gradients[0] == pytest.approx([w.grad.item(), b.grad.item()]) and losses[0] == pytest.approx(loss.item())


def test_an_in_place_write_to_a_traced_value_is_refused_with_its_line() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    with tracing() as trace:
        h = w * 2
        h[0] += 1
        loss = h.sum()
    with pytest.raises(ValueError, match="in place"):       # a part of a value
        slice_of(trace, [loss], [w])
    p, q = torch.tensor([1.0], requires_grad=True), torch.tensor([2.0], requires_grad=True)
    with tracing() as trace:
        early = q * 3
        with torch.no_grad():
            p.mul_(0.5)
        loss = (p * early).sum()
    with pytest.raises(ValueError, match="in place"):       # q * 3 was computed before: it must not count as a constant
        slice_of(trace, [loss], [p, q])
    with tracing() as trace:
        with torch.no_grad():
            p.mul_(0.5)
        loss = (p * q).sum()
    assert [step.name for step in slice_of(trace, [loss], [p, q])] == ["mul", "sum"]


def test_a_value_replaced_as_a_whole_and_running_statistics_are_traced() -> None:
    w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    with tracing() as trace:
        h = w * 2
        h += w.sin()
        loss = (h * h).sum()
    objective = Objective.of_trace([(slice_of(trace, [loss], [w]), key_of(loss), [key_of(w)])], [(2,)], [1.0, 2.0], ["w"], np.float64)
    other = np.array([0.3, -1.0])
    assert objective.values([other])[0] == pytest.approx(((2 * other + np.sin(other)) ** 2).sum())
    model, x = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)), torch.randn(8, 3)
    with tracing() as trace:
        loss = model(x).pow(3).mean()
    leaves = list(model.parameters())
    objective = Objective.of_trace([(slice_of(trace, [loss], leaves), key_of(loss), [key_of(p) for p in leaves])],
                                   [p.shape for p in leaves], np.concatenate([p.detach().numpy().ravel() for p in leaves]),
                                   ["w", "b", "g", "c"], np.float32)
    assert objective.values(objective.start[None])[0] == pytest.approx(loss.item(), rel=1e-4)


def test_curvature_is_the_largest_eigenvalue_of_the_hessian() -> None:
    objective = Objective.of_function(lambda x, y: 3 * x ** 2 + 0.5 * y ** 2 + x * y, (0.3, 0.2))
    assert objective.curvature([0.3, 0.2]) == pytest.approx(np.linalg.eigvalsh([[6, 1], [1, 1]]).max(), rel=1e-3)


def test_wrong_arguments_are_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match="'pca' or 'random'"):
        viz.surface(lambda p: (p * p).sum(), [0.0] * 3, plane="xy", resolution=3)
    with pytest.raises(ValueError, match="all 2 parameters, not 3"):
        viz.surface(himmelblau, (0.0, 0.0), path=np.zeros((4, 3)), resolution=3)
    with pytest.raises(ValueError, match=r"surface\(loss, model, \(x, y\)\)"):
        viz.surface(nn.MSELoss(), nn.Linear(1, 1))
    with pytest.raises(TypeError, match="must be a tensor, not float"):
        viz.surface(lambda x, y: 1.0, (0.0, 0.0), resolution=3)


def test_one_parameter_is_drawn_as_the_curve_of_its_loss_with_the_path_on_it() -> None:
    x, y = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), torch.tensor([2.0, 4.0, 6.0], dtype=torch.float64)
    figure = viz.surface(lambda w: ((w * x - y) ** 2).mean(), [1.0], path=[[1.0], [1.5], [1.9]])
    grid = figure.data
    assert grid.values == pytest.approx(14 / 3 * (grid.a - 2) ** 2)
    assert grid.path[:, 1] == pytest.approx(14 / 3 * np.array([1, 0.25, 0.01]))
    assert figure.axes[0].get_xlabel() == "w" and "The path goes from 1 to 1.9, shown at 3 points." in figure.alt
