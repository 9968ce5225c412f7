"""Loss curves show the numbers of the history, and say them in words."""

import numpy as np
import pytest

from steepest import viz
from steepest.viz.curves import smoothed, thinned


def lines(figure):
    return {line.get_label(): line for ax in figure.axes for line in ax.lines if not line.get_label().startswith("_")}


def test_every_curve_of_the_history_is_drawn_with_its_numbers() -> None:
    figure = viz.loss_curve({"loss": [4.0, 2.0, 1.0], "val_loss": [4.5, 2.5, 2.0], "lr": [0.1, 0.1, 0.01]})
    drawn = lines(figure)
    assert drawn["loss"].get_ydata().tolist() == [4.0, 2.0, 1.0]
    assert drawn["val_loss"].get_ydata().tolist() == [4.5, 2.5, 2.0]
    assert drawn["val_loss"].get_linestyle() == "--" and drawn["loss"].get_linestyle() == "-"
    assert drawn["val_loss"].get_color() == drawn["loss"].get_color()       # one run, one colour
    assert drawn["lr"].axes is figure.axes[1] and drawn["lr"].get_ydata().tolist() == [0.1, 0.1, 0.01]
    assert "loss: from 4 to 1 in 3 steps, at least 1." in figure.alt


def test_runs_differ_in_colour_and_in_style() -> None:
    drawn = lines(viz.loss_curve({"sgd": {"loss": [3.0, 2.0]}, "adam": [3.0, 1.0]}))
    assert drawn.keys() == {"sgd", "adam"}
    assert drawn["sgd"].get_color() != drawn["adam"].get_color()
    assert drawn["sgd"].get_linestyle() != drawn["adam"].get_linestyle()


def test_an_object_with_a_history_and_plain_lists_are_taken() -> None:
    class Run:
        history = {"loss": np.array([2.0, 1.0])}

    assert viz.loss_curve(Run()).data["loss"].tolist() == [2.0, 1.0]
    assert viz.loss_curve([2.0, 1.0]).data["loss"].tolist() == [2.0, 1.0]


def test_losses_over_a_factor_of_twenty_are_drawn_on_a_log_scale_unless_told() -> None:
    assert viz.loss_curve([100.0, 1.0]).axes[0].get_yscale() == "log"
    assert viz.loss_curve([2.0, 1.0]).axes[0].get_yscale() == "linear"
    assert viz.loss_curve([100.0, 1.0], log=False).axes[0].get_yscale() == "linear"
    assert viz.loss_curve([100.0, -1.0]).axes[0].get_yscale() == "linear"


def test_a_noisy_curve_is_smoothed_with_the_raw_line_behind() -> None:
    values = np.random.default_rng(0).random(300) + 1
    axes = viz.loss_curve(values).axes[0]
    assert [len(line.get_ydata()) for line in axes.lines] == [300, 300]
    assert np.ptp(axes.lines[0].get_ydata()) > 2 * np.ptp(axes.lines[1].get_ydata())
    assert len(viz.loss_curve(np.linspace(3, 1, 300)).axes[0].lines) == 1


def test_on_a_logarithmic_scale_the_mean_does_not_lag_behind_orders_of_magnitude() -> None:
    steps = np.arange(200)
    values = 10.0 ** (-steps / 20) * np.where(steps % 2, 1.3, 0.8)
    raw, mean = viz.loss_curve(values).axes[0].lines
    assert np.abs(np.log10(mean.get_ydata()[50:] / raw.get_ydata()[50:])).max() < 0.8


def test_what_is_said_of_an_early_nan_lies_inside_the_axes() -> None:
    figure = viz.loss_curve({"before": [1.0, 9.0, *[float("nan")] * 98], "after": np.linspace(2, 1, 100)})
    figure.draw_without_rendering()
    (said,) = (t for t in figure.axes[0].texts if "not finite" in t.get_text())
    assert said.get_window_extent().x0 >= figure.axes[0].get_window_extent().x0


def test_the_moving_average_of_a_constant_is_the_constant_from_the_first_step() -> None:
    assert smoothed(np.full(5, 7.0), 0.9) == pytest.approx(np.full(5, 7.0))


def test_a_spike_in_a_long_curve_is_still_drawn() -> None:
    values = np.ones(1_000_000)
    values[123_457] = 50.0
    at, shown = thinned(values)
    assert len(shown) <= 4000 and shown.max() == 50.0 and at[shown.argmax()] == 123_457


def test_where_the_loss_stops_being_finite_is_marked() -> None:
    figure = viz.loss_curve([3.0, 2.0, float("nan"), float("nan")])
    assert "not finite from step 2" in [t.get_text() for t in figure.axes[0].texts]


def test_axes_of_the_user_are_drawn_on() -> None:
    figure = viz.loss_curve([1.0, 2.0])
    ax = figure.axes[0]
    assert viz.loss_curve([5.0, 6.0], ax=ax) is figure and len(ax.lines) == 2


def test_a_history_without_numbers_is_refused_with_what_to_pass() -> None:
    with pytest.raises(ValueError, match=r"\{'loss': \[...\]\}"):
        viz.loss_curve({})
