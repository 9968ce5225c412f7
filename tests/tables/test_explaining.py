import numpy
import polars
import pytest

from steepest import tables
from steepest.tables import explaining, reading


def frame(rows: int = 400) -> polars.DataFrame:
    """y = 3 a exactly; b says nothing."""
    draw = numpy.random.default_rng(0)
    a, b = draw.normal(size=rows), draw.normal(size=rows)
    return polars.DataFrame({"a": a, "b": b, "y": 3 * a})


def test_importance_is_the_growth_of_the_absolute_error() -> None:
    model = tables.train(frame(), "y", model="linear", folds=1).model
    table = frame()
    matrix = model.preparation.encode(reading.from_frame(table, "data"))
    growth = explaining.Growth()
    growth.add(model, matrix, numpy.arange(400), table["y"].to_numpy(), 400)
    first, second = growth.importances()
    assert (first.column, second.column) == ("a", "b")
    spread = 3 * numpy.abs(table["a"].to_numpy()[:, None] - table["a"].to_numpy()[None, :]).mean()  # E |3 a - 3 a'|
    assert first.grows == pytest.approx(spread, abs=2 * first.half)
    assert abs(second.grows) < 0.01


@pytest.mark.parametrize(("rows", "folds"), [(120, 4), (20, 0)])
def test_importance_is_measured_on_rows_that_the_judged_model_never_saw(tmp_path, monkeypatch, rows: int, folds: int) -> None:
    learnt, asked = [], []
    real, add = tables.fitting.learning.learn, explaining.Growth.add

    def learn(work, rows, *others, **more):
        found = real(work, rows, *others, **more)
        learnt.append((found.model, rows))
        return found

    def spy(self, model, matrix, test, truth, tested):
        asked.append((model, test))
        add(self, model, matrix, test, truth, tested)

    monkeypatch.setattr(tables.fitting.learning, "learn", learn)
    monkeypatch.setattr(explaining.Growth, "add", spy)
    result = tables.train(frame(rows), "y", model="linear", folds=folds, out=tmp_path)
    assert sorted(numpy.concatenate([test for _, test in asked]).tolist()) == list(range(rows))
    for model, test in asked:
        seen = next(rows for one, rows in learnt if one is model)
        assert not set(seen.tolist()) & set(test.tolist())
    assert [one.column for one in result.importances] == ["a", "b"]


def test_a_number_that_is_mostly_0_is_drawn_where_it_is_something_else_too() -> None:
    draw = numpy.random.default_rng(0)
    rows = 600
    gain = numpy.where(draw.uniform(size=rows) < 0.95, 0, draw.integers(1, 1000, rows) * 100)
    few = draw.integers(0, 4, rows)
    frame = polars.DataFrame({"gain": gain, "few": few, "y": numpy.where(gain > 50_000, 5.0, 1.0) + few + draw.normal(size=rows) / 10})
    result = tables.train(frame, "y", model="linear", folds=2)
    along = explaining.dependence(result.model, result.matrix, "gain")
    assert len(along.values) > 10
    assert set(along.values) <= {float(value) for value in gain}
    assert explaining.dependence(result.model, result.matrix, "few").values == [0, 1, 2, 3]
