"""Fits, confusion, calibration, residuals, images and distributions hold the numbers of their data."""

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz


def test_a_line_is_drawn_through_the_models_answers() -> None:
    model = nn.Linear(1, 1)
    x, y = torch.linspace(0, 4, 9).view(-1, 1), torch.linspace(1, 9, 9).view(-1, 1)
    figure = viz.fit(model, x, y)
    w, b = model.weight.item(), model.bias.item()
    assert figure.data["y"] == pytest.approx(w * figure.data["x"] + b, rel=1e-5, abs=1e-6)
    points = next(line for line in figure.axes[0].lines if line.get_label() == "data")
    assert points.get_xdata() == pytest.approx(x.flatten().numpy()) and points.get_ydata() == pytest.approx(y.flatten().numpy())


def test_the_probability_curve_crosses_half_where_the_logit_is_zero() -> None:
    hours, passed = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[0.0], [0.0], [1.0]])
    by_probability = viz.fit(lambda x: torch.sigmoid(4 * x - 10), hours, passed)
    by_logit = viz.fit(lambda x: 4 * x - 10, hours, passed)
    for figure in (by_probability, by_logit):
        assert figure.data["boundary"] == pytest.approx([2.5], abs=1e-3)
        assert "crosses 0.5 at 2.5" in figure.alt
    assert by_logit.data["y"] == pytest.approx(by_probability.data["y"], rel=1e-5)


def test_decision_regions_are_the_classes_of_the_grid() -> None:
    x, y = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]), np.array([0, 1, 2])
    figure = viz.fit(lambda p: -torch.cdist(p, torch.tensor(x, dtype=torch.float32)), x, y, resolution=40)
    a, b = np.meshgrid(figure.data["a"], figure.data["b"])
    expected = np.argmin([(a - p[0]) ** 2 + (b - p[1]) ** 2 for p in x], 0)
    assert (figure.data["classes"] == expected).mean() > 0.99
    with pytest.raises(ValueError, match="2 rows on the one side and 3"):
        viz.fit(lambda p: p, x[:2], y)


def test_regions_have_the_colours_of_their_classes_in_a_page_too() -> None:
    from steepest.viz.style import for_page, svg_of

    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight[:], model.bias[:] = torch.tensor([[1.0, 0.0]]), 0.0
    x = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [-1.0, 1.0], [1.0, 1.0]])
    with for_page():
        svg = svg_of(viz.fit(model, x, torch.tensor([0.0, 1.0, 0.0, 1.0])))
    assert "fill: var(--c0); fill-opacity: 0.28" in svg and "fill: var(--c1); fill-opacity: 0.28" in svg and "<image" not in svg


def test_several_inputs_are_drawn_as_predicted_against_true() -> None:
    x = np.random.default_rng(0).random((20, 3))
    figure = viz.fit(lambda p: p.sum(1, keepdim=True), x, x.sum(1) + 1)
    assert figure.data["predicted"] == pytest.approx(x.sum(1), rel=1e-6) and "error is 1" in figure.alt


def test_the_confusion_matrix_counts_rows_by_true_and_predicted_class() -> None:
    figure = viz.confusion([0, 0, 1, 2, 2], torch.tensor([[2.0, 1, 0], [0, 2, 1], [0, 3, 1], [0, 0, 1], [5, 0, 1]]))
    assert figure.data.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]
    assert figure.axes[0].get_title(loc="left") == "3 of 5 right (60.0%)"


def test_calibration_compares_what_was_said_with_what_came_true() -> None:
    figure = viz.calibration([0, 1, 1, 1], [0.1, 0.15, 0.8, 0.9], bins=4)
    data = figure.data
    assert data["said"] == pytest.approx([0.125, 0.85]) and data["came"] == pytest.approx([0.5, 1.0])
    assert data["error"] == pytest.approx(0.5 * 0.375 + 0.5 * 0.15)
    with pytest.raises(ValueError, match=r"torch.sigmoid\(logits\)"):
        viz.calibration([0, 1], [-1.0, 2.0])


def test_residuals_are_true_minus_predicted() -> None:
    assert viz.residuals([1.0, 2.0], torch.tensor([0.5, 2.5])).data.tolist() == [0.5, -0.5]


def test_wrong_images_are_framed_and_say_both_classes() -> None:
    figure = viz.images(torch.rand(3, 1, 4, 4), [0, 1, 1], [0, 0, 1], names=["cat", "dog"])
    assert figure.data == [True, False, True]
    assert [ax.get_title() for ax in figure.axes[:3]] == ["cat", "✗ cat (dog)", "dog"]
    assert figure.axes[1].spines["left"].get_visible() and not figure.axes[0].spines["left"].get_visible()
    assert len(viz.images(np.zeros((40, 5, 5))).data) == 25
    with pytest.raises(ValueError, match=r"not \[2, 4, 5, 5\]"):
        viz.images(np.zeros((2, 4, 5, 5)))


def test_distributions_are_the_quantiles_of_each_layer() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 20), nn.ReLU(), nn.Linear(20, 1))
    x = torch.randn(30, 3)
    model(x).sum().backward()
    data = viz.distribution(model, x).data
    assert set(data) == {"weights", "activations", "gradients"}
    expected = np.quantile(model[0].weight.detach().numpy(), [0.05, 0.25, 0.5, 0.75, 0.95])
    assert data["weights"]["0.weight"] == pytest.approx(expected, rel=1e-6)
    assert data["activations"]["1"][0] == 0.0
    assert data["gradients"]["2.bias"] == pytest.approx([30.0] * 5)


def test_over_time_there_is_a_band_a_layer() -> None:
    figure = viz.distribution({"a": [np.zeros(5), np.arange(5.0)], "b": np.ones((4, 3))})
    assert figure.data["a"][:, 2].tolist() == [0.0, 2.0] and figure.data["b"].shape == (4, 5)
    assert "a: the median goes from 0 to 2." in figure.alt
    with pytest.raises(ValueError, match="nothing to show"):
        viz.distribution({})
