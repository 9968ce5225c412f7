"""What the report says about classes, against counts made here."""

import re
from pathlib import Path

import numpy
import polars
import pytest

from steepest.tables import learning, reading, report, schema, train, work
from steepest.tables.table_model import TableModel


def frame(rows: int = 300) -> polars.DataFrame:
    draw = numpy.random.default_rng(0)
    a = draw.normal(size=rows)
    return polars.DataFrame({"a": a, "b": draw.choice(["x", "y"], rows), "y": numpy.where(a + draw.normal(size=rows) > 0.3, "yes", "no")})


def test_precision_and_recall_stand_at_five_thresholds(tmp_path: Path) -> None:
    result = train(frame(), "y", model="linear", folds=2, out=tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    chances, true = result.predicted[:, 1], result.truth == 1
    for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
        taken = chances >= threshold
        both = (taken & true).sum()
        cells = [f"{both / taken.sum():.3f}", f"{both / true.sum():.3f}", f"{taken.sum():,}"]
        used = " *" if threshold == 0.5 else ""
        assert f"<th scope='row'>{threshold:g}{used}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) in page


def test_probabilities_that_say_too_much_get_the_temperature_that_was_missing() -> None:
    draw = numpy.random.default_rng(1)
    logits = draw.normal(size=4000) * 2
    labels = numpy.where(draw.uniform(size=4000) < 1 / (1 + numpy.exp(-logits)), "yes", "no")
    table = reading.from_frame(polars.DataFrame({"a": logits, "y": labels}), "data")
    judged, _ = schema.judge(table, "y", "auto", schema.orders(table, {}, []))
    ready = work.prepare(table, judged)
    model = TableModel(judged, None, [], [])  # type: ignore[arg-type]
    said = learning._calibrated(model, 3 * logits[:, None], ready, numpy.arange(4000), numpy.ones(4000), [])
    assert model.temperature == pytest.approx(3, abs=0.35)
    for low in (0.1, 0.4, 0.7):
        part = (said[:, 1] > low) & (said[:, 1] < low + 0.2)
        assert ready.truth[part].mean() == pytest.approx(said[part, 1].mean(), abs=0.05)


def test_numbers_are_shown_with_four_digits() -> None:
    assert [report.number(value) for value in (0.0, 1234567.0, 12.345678, 0.00001234, float("nan"))] == [
        "0.000", "1,234,567", "12.35", "1.234e-05", "-",
    ]  # fmt: skip


def test_the_majority_tells_no_two_rows_apart_however_it_was_tested() -> None:
    for rows, folds in ((60, 5), (20, 0)):  # 20 rows are tested one by one, where the others' majority would always be the other class
        metrics = train(frame(rows), "y", model="linear", folds=folds).metrics["simplest"]
        assert metrics["AUC"] == 0.5
        assert metrics["balanced accuracy"] == 0.5
        assert metrics["accuracy"] >= 0.5


def test_the_report_says_who_did_better() -> None:
    model = train(frame(), "y", model="linear", folds=2).model
    model.metrics["trees"] = {**model.metrics["model"], "accuracy": 0.999}
    assert re.fullmatch(
        r"By accuracy, another did better on these rows: boosted trees 0\.999, this model 0\.\d+ \(outside the 95 % interval\)\.",
        report.verdicts(model)[0],
    )
    model.metrics["trees"]["accuracy"] = model.metrics["model"]["accuracy"] + 1e-9  # shown alike
    model.metrics["linear"]["accuracy"] = 0.0
    assert report.verdicts(model) == []
