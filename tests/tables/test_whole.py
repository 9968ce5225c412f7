"""The main job from one end to the other: `train` on a file, the files it writes, `predict` on other files."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy
import polars
import pytest

from steepest import datasets
from steepest.errors import UserError
from steepest.tables import TableModel, baselines, model_file, predict, train, training
from steepest.tables.preparing import CategoryColumn, NumberColumn, Preparation

from .conftest import classes_table, numbers_table

Write = Callable[..., Path]
FILES = ["history.csv", "model.safetensors", "predict.py", "report.html", "train.py"]


@pytest.fixture(scope="module")
def classes_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table and, under `run`, what training on it wrote."""
    folder = tmp_path_factory.mktemp("classes")
    (folder / "t.csv").write_text(classes_table(), encoding="utf-8")
    train(folder / "t.csv", "label", model="8", epochs=40, out=folder / "run")
    return folder


def test_classes_are_learnt_and_measured_beside_two_baselines(write: Write) -> None:
    result = train(write(classes_table(200)), "label", model="16", epochs=60)
    assert result.schema.task == "binary"
    assert result.metrics["model"]["accuracy"] >= 0.9
    assert result.metrics["model"]["accuracy"] > result.metrics["simplest"]["accuracy"]
    assert list(result.metrics["linear"]) == ["accuracy", "log loss", "AUC", "balanced accuracy"]
    assert result.predicted.shape == (len(result.rows), 2)
    for name, (low, high) in result.model.intervals["model"].items():
        assert low <= result.metrics["model"][name] <= high


def test_a_line_is_learnt_and_auto_takes_the_linear_model(write: Write) -> None:
    result = train(write(numbers_table()), "y", epochs=5)
    assert result.model.model == "linear"
    assert result.metrics["model"]["R2"] > 0.99
    assert any("the linear model was taken" in note for note in result.notes)


def test_a_column_that_gives_the_target_away_raises_doubt(write: Write) -> None:
    lines = [f"{place * 37 % 101}.5,{place * 53 % 97}.5" for place in range(120)]
    content = "a,b,y\n" + "".join(f"{line},{sum(map(float, line.split(',')))}\n" for line in lines)
    assert any("nearly perfect" in note for note in train(write(content), "y", model="linear").notes)
    assert not any("nearly perfect" in note for note in train(datasets.path("pima_diabetes"), "Outcome", epochs=2).notes)


def test_several_classes(write: Write) -> None:
    lines = [f"{place % 3 + 0.01 * (place % 10)},{'abc'[place % 3]}" for place in range(90)]
    result = train(write("x,y\n" + "\n".join(lines) + "\n"), "y", epochs=60)
    assert result.schema.classes == ("a", "b", "c")
    assert result.metrics["model"]["accuracy"] == 1
    assert list(result.metrics["model"]) == ["accuracy", "log loss", "balanced accuracy"]


def test_the_same_seed_gives_the_same_files_and_leaves_the_generator_alone(write: Write, tmp_path: Path) -> None:
    import steepest

    place = write(numbers_table())
    steepest.manual_seed(7)
    train(place, "y", model="4", epochs=3, seed=5, out=tmp_path / "a")
    drawn = steepest.rand(1).item()
    train(place, "y", model="4", epochs=3, seed=5, out=tmp_path / "b")
    assert (tmp_path / "a/model.safetensors").read_bytes() == (tmp_path / "b/model.safetensors").read_bytes()
    steepest.manual_seed(7)
    assert steepest.rand(1).item() == drawn


def test_no_test_row_has_a_say_in_the_preparation(write: Write) -> None:
    place = write(numbers_table())
    first = train(place, "y", model="linear", epochs=1, folds=1)
    lines = place.read_text(encoding="utf-8").splitlines()
    for row in first.plan.tests[0]:
        a, _, y = lines[row + 1].split(",")
        lines[row + 1] = f"{a},99999,{y}"
    second = train(write("\n".join(lines) + "\n"), "y", model="linear", epochs=1, folds=1)
    assert second.plan.tests[0].tolist() == first.plan.tests[0].tolist()
    assert second.model.preparation == first.model.preparation


def test_the_folder_gets_a_model_a_history_and_a_report(classes_run: Path) -> None:
    assert sorted(file.name for file in (classes_run / "run").iterdir()) == FILES
    history = polars.read_csv(classes_run / "run/history.csv")
    assert history.columns == ["network", "epoch", "train_loss", "validation_loss", "lr", "seconds"]
    assert history["epoch"].to_list() == list(range(1, history.height + 1))
    assert history["train_loss"][-1] < history["train_loss"][0]


def test_the_diabetes_table_without_header(tmp_path: Path) -> None:
    result = train(datasets.path("diabetes"), "-1", epochs=3, out=tmp_path)
    assert (result.schema.target, result.schema.task) == ("column_9", "binary")
    assert result.model.about["rows"] == 759
    without = tmp_path / "new.csv"
    lines = datasets.path("diabetes").read_text(encoding="utf-8").splitlines()
    without.write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n", encoding="utf-8")
    new, same = predict(tmp_path, without), predict(tmp_path, datasets.path("diabetes"))
    numpy.testing.assert_array_equal(new.predicted, same.predicted)
    assert not new.metrics
    assert same.judged == 759


def test_a_first_column_target_may_be_left_out_of_a_table_without_header(write: Write) -> None:
    rows = [line.split(",") for line in numbers_table().splitlines()[1:]]
    trained = train(write("\n".join(f"{y},{a},{b}" for a, b, y in rows) + "\n"), "1", model="linear", epochs=1)
    new = predict(trained.model, write("\n".join(f"{a},{b}" for a, b, _ in rows) + "\n", "new.csv"))
    assert [column.name for column in trained.schema.used] == ["column_2", "column_3"]
    truth = numpy.array([float(y) for _, _, y in rows])
    assert 1 - ((new.predicted - truth) ** 2).mean() / truth.var() > 0.99


def test_ctrl_c_in_the_first_epoch_still_writes_the_files(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = training.loss_on, []

    def stop_at_the_second(*arguments: Any) -> float:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(training, "loss_on", stop_at_the_second)
    result = train(write(numbers_table()), "y", model="8", lr=0.01, out=tmp_path / "run")
    assert (result.run.ended, result.run.best) == ("interrupted", 0)
    assert (tmp_path / "run/history.csv").read_text(encoding="utf-8") == "network,epoch,train_loss,validation_loss,lr,seconds\n"
    assert "Stopped by Ctrl-C after 0 epochs" in Page((tmp_path / "run/report.html").read_text(encoding="utf-8")).words
    assert numpy.isfinite(predict(tmp_path / "run", write(numbers_table(), "new.csv")).predicted).all()


# predict


def test_predictions_do_not_depend_on_order_or_further_columns(classes_run: Path, write: Write) -> None:
    whole = predict(classes_run / "run", classes_run / "t.csv")
    frame = polars.read_csv(classes_run / "t.csv", infer_schema=False)
    frame.select("remark", "colour", polars.lit("x").alias("more"), "size").write_csv(classes_run / "other.csv")
    other = predict(classes_run / "run" / "model.safetensors", classes_run / "other.csv")
    numpy.testing.assert_array_equal(whole.predicted, other.predicted)
    assert whole.metrics["accuracy"] > 0.8
    assert other.answers == ["prediction", "probability_no", "probability_yes", "note"]
    assert other.frame.columns[:4] == ["remark", "colour", "more", "size"]


def test_unseen_words_missing_cells_and_stray_text_are_predicted_with_a_note(classes_run: Path, write: Write) -> None:
    result = predict(classes_run / "run", write("size,colour\n1.5,purple\n,red\nbig,\n-1.5,green\n", "new.csv"))
    assert numpy.isfinite(result.predicted).all()
    assert result.frame["note"].to_list() == ["colour: 'purple' was not learnt", None, "size: 'big' is no number", None]
    assert result.frame["prediction"].to_list()[::3] == ["yes", "no"]
    assert len(result.notes) == 2


def test_one_row_with_a_header_is_a_table(classes_run: Path, write: Write) -> None:
    assert predict(classes_run / "run", write("colour,size\nred,2.5\n", "new.csv")).frame["prediction"].to_list() == ["yes"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("colour,label\nred,yes\n", "new.csv lacks the column 'size', which the model needs"),
        ("x,z\na,b\n", "new.csv lacks 2 columns that the model needs: size, colour"),
        ("1.5,2.5\n3.5,4.5\n", "new.csv has no header, and the model finds its columns by name: .*: size, colour"),
        ("", "new.csv is empty"),
        ("size,colour\n", "a header but no row"),
        ("size,colour\nbig,red\nsmall,red\n", "none of its cells is one, for example 'big'"),
        ("size,colour\ninf,red\n", "column 'size' holds 'inf' in row 1"),
    ],
)
def test_a_table_that_cannot_be_predicted_ends_in_one_sentence(
    classes_run: Path, write: Write, content: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        predict(classes_run / "run", write(content, "new.csv"))
    assert "\n" not in str(caught.value)


def test_predictions_are_written_for_excel_too_in_the_order_of_the_rows(classes_run: Path, tmp_path: Path) -> None:
    result = predict(classes_run / "run", classes_run / "t.csv", out=tmp_path / "中文 out.csv")
    content = (tmp_path / "中文 out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    again = polars.read_csv(content)
    assert again["id"].to_list() == list(range(1, 81))
    assert again["prediction"].to_list() == result.frame["prediction"].to_list()


def test_a_regression_answers_in_the_targets_unit(write: Write) -> None:
    place = write(numbers_table())
    result = predict(train(place, "y", model="linear", epochs=1).model, place)
    truth = polars.read_csv(place)["y"].to_numpy()
    assert numpy.corrcoef(result.frame["prediction"].to_numpy(), truth)[0, 1] > 0.99
    assert result.metrics["RMSE"] == pytest.approx(float(numpy.sqrt(((result.predicted - truth) ** 2).mean())))


def test_a_number_outside_the_training_range_is_noted_and_drift_said(classes_run: Path, write: Write) -> None:
    rows = "".join(f"{2.9 + row / 100},red\n" for row in range(40))
    result = predict(classes_run / "run", write("size,colour\n" + rows + "99,blue\n", "new.csv"))
    assert result.frame["note"][-1] == "size: 99 is outside the training range"
    said = "\n".join(result.notes)
    assert "column 'size' differs from training: the mean is" in said
    assert "column 'colour' differs from training: 'red' is in 98 % of the rows" in said


def test_cells_that_a_spreadsheet_would_run_are_escaped(classes_run: Path, write: Write, tmp_path: Path) -> None:
    place = write("size,colour,remark\n-1.5,red,=1+1\n2,blue,@SUM(A1)\n1,blue,fine\n", "new.csv")
    predict(classes_run / "run", place, out=tmp_path / "o.csv")
    again = polars.read_csv(tmp_path / "o.csv", infer_schema=False)
    assert again["remark"].to_list() == ["'=1+1", "'@SUM(A1)", "fine"]
    assert again["size"][0] == "-1.5"


def test_frames_are_trained_and_predicted(write: Write) -> None:
    frame = polars.read_csv(write(numbers_table()))
    result = train(frame, target="y", model="linear", epochs=1)
    numpy.testing.assert_array_equal(predict(result.model, frame).predicted, predict(result.model, write(numbers_table())).predicted)


def test_rows_of_a_group_stay_together_and_the_latest_rows_are_the_test(write: Write) -> None:
    lines = [f"{row // 4},{row},{row % 13}.5,{row % 7 + row % 13}.25" for row in range(200)]
    place = write("user_id,t,x,y\n" + "\n".join(lines) + "\n")
    grouped = train(place, "y", model="linear", epochs=1, group="user_id")
    for test in grouped.plan.tests:
        assert {row // 4 for row in test}.isdisjoint(row // 4 for row in grouped.plan.others(test))
    later = train(place, "y", model="linear", epochs=1, time="t")
    assert later.rows.tolist() == list(range(160, 200))
    with pytest.raises(UserError, match="has no column 'q'"):
        train(place, "y", time="q")


def test_counts_are_never_predicted_negative(write: Write) -> None:
    lines = [f"{row % 40},{max(0, (row % 40) - 20)}" for row in range(200)]
    result = train(write("x,y\n" + "\n".join(lines) + "\n"), "y", model="linear", epochs=1)
    assert result.predicted.min() == 0


def test_a_skewed_target_is_tried_on_the_log_scale_and_judged_in_its_unit(write: Write) -> None:
    draw = numpy.random.default_rng(0)
    x = draw.normal(size=300)
    y = numpy.exp(x + 5 + 0.05 * draw.normal(size=300))
    result = train(write("x,y\n" + "".join(f"{a:.5f},{b:.5f}\n" for a, b in zip(x, y))), "y", model="linear", epochs=30)
    assert result.model.scale.log
    assert result.metrics["model"]["R2"] > 0.9
    assert result.predicted.max() > 1000


def test_the_log_scale_goes_beyond_where_validation_rows_do() -> None:
    from steepest.tables.learning import _bounded
    from steepest.tables.table_model import Scale

    scale, truth = Scale(0.0, 1.0, True, (0.0, 200.0)), numpy.array([10.0, 50.0, 150.0])
    said = numpy.log1p(numpy.array([10.0, 50.0, 150.0]))
    assert _bounded(scale, said, truth, numpy.full(3, 100.0)).bounds == (0.0, 200.0)
    assert _bounded(scale, said, numpy.array([10.0, 50.0, 90.0]), numpy.full(3, 100.0)).bounds == (0.0, 100.0)
def test_a_rare_class_gets_a_threshold_of_its_own(write: Write) -> None:
    draw = numpy.random.default_rng(0)
    x = draw.normal(size=600)
    y = numpy.where(x + draw.normal(size=600) > 2.2, "bad", "fine")
    result = train(write("x,y\n" + "".join(f"{a:.5f},{b}\n" for a, b in zip(x, y))), "y", model="linear", epochs=30)
    assert result.model.threshold != 0.5
    assert any("'bad' is rare" in note for note in result.notes)
    assert model_file.load(write(model_file.dump(result.model), "m.safetensors")).threshold == result.model.threshold
    plain = train(write("x,y\n" + "".join(f"{a:.5f},{b}\n" for a, b in zip(x, y))), "y", model="linear", class_weight="balanced")
    assert plain.metrics["model"]["balanced accuracy"] > 0.7


def test_boosted_trees_stand_beside_where_scikit_learn_is(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.undo()
    monkeypatch.setattr(baselines, "has_trees", lambda: True)
    result = train(write(classes_table(200)), "label", model="linear", epochs=1, folds=1)
    assert result.metrics["trees"]["accuracy"] > 0.85


# The model file


def test_the_file_gives_back_the_same_model(classes_run: Path) -> None:
    model = model_file.load(classes_run / "run")
    assert isinstance(model, TableModel)
    assert model_file.dump(model) == (classes_run / "run/model.safetensors").read_bytes()
    assert model.about["seed"] == 0
    assert set(model.metrics) - {"trees"} == {"model", "linear", "simplest"}


def test_the_file_is_plain_safetensors_and_holds_no_row(classes_run: Path) -> None:
    import safetensors.numpy

    content = (classes_run / "run/model.safetensors").read_bytes()
    assert {name: value.shape for name, value in safetensors.numpy.load(content).items()} == {
        "0.0.weight": (8, 5), "0.0.bias": (8,), "0.1.weight": (1, 8), "0.1.bias": (1,),
    }  # fmt: skip
    assert b"words of row" not in content


@pytest.mark.parametrize("place", [0, 3, 9, 60, 400, -500, -40, -1])
def test_a_changed_byte_is_found(classes_run: Path, write: Write, place: int) -> None:
    content = bytearray((classes_run / "run/model.safetensors").read_bytes())
    content[place] ^= 0x11
    with pytest.raises(UserError, match="is damaged|is no model file"):
        model_file.load(write(bytes(content), "model.safetensors"))


@pytest.mark.parametrize("kept", [0, 5, 100, 1000, -1])
def test_a_file_that_ends_early_is_found(classes_run: Path, write: Write, kept: int) -> None:
    content = (classes_run / "run/model.safetensors").read_bytes()[:kept]
    with pytest.raises(UserError, match="is damaged|is no model file"):
        model_file.load(write(content, "model.safetensors"))


def test_files_that_are_no_models_are_named(write: Write, tmp_path: Path) -> None:
    import safetensors.numpy

    with pytest.raises(UserError, match="there is no model"):
        model_file.load(tmp_path)
    for content in (
        b"a,b\n1,2\n",
        safetensors.numpy.save({"w": numpy.ones(3)}),
        safetensors.numpy.save({"w": numpy.ones(3)}, {"a": "b"}),
    ):
        with pytest.raises(UserError, match="is no model file of steepest"):
            model_file.load(write(content, "other.safetensors"))


def test_widths_that_the_weights_do_not_have_take_no_memory(classes_run: Path, write: Write) -> None:
    model = model_file.load(classes_run / "run")
    model.hidden = [10**12]
    with pytest.raises(UserError, match="is damaged"):
        model_file.load(write(model_file.dump(model), "model.safetensors"))


def test_a_file_of_a_later_format_says_so(classes_run: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_file.load(classes_run / "run")
    monkeypatch.setattr(model_file, "FORMAT", 99)
    place = write(model_file.dump(model), "model.safetensors")
    monkeypatch.undo()
    with pytest.raises(UserError, match="newer than this one"):
        model_file.load(place)


def test_a_write_that_fails_leaves_the_old_files(classes_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "t.csv"
    place.write_text(classes_table(), encoding="utf-8")
    train(place, "label", model="linear", epochs=1, out=tmp_path / "run")
    before = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()}

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"cannot write .*model\.safetensors: No space left on device"):
        train(place, "label", model="linear", epochs=1, seed=1, out=tmp_path / "run")
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()} == before


# The report


class Page(HTMLParser):
    """Checks that tags close in order, and collects attributes and text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words = ""
        self.feed(content)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_report_stands_alone_and_tells_the_story(classes_run: Path) -> None:
    content = (classes_run / "run/report.html").read_text(encoding="utf-8")
    page = Page(content)
    links = [
        value for _, name, value in page.attributes if name in ("src", "href", "xlink:href") and not (value or "").startswith("#")
    ]
    assert not links
    assert "prefers-color-scheme: dark" in content
    order = [
        "The problem",
        "What to know about the data",
        "is every column known when a prediction is wanted? Will new rows be later than these? Do several rows belong to one",
        "How good it is",
        "How it learnt",
        "Confusion matrix",
        "Precision and recall",
        "Do the probabilities hold?",
        "Which columns matter",
        "How the prediction depends on them",
        "Try it",
        "Columns",
        "Again, and on new rows",
    ]
    places = [page.words.index(heading) for heading in order]
    assert places == sorted(places)
    assert "always the majority" in page.words
    assert "python -m steepest train" in page.words
    assert any(tag == "svg" and name == "aria-label" and value for tag, name, value in page.attributes)


def test_the_report_of_a_regression_shows_predicted_against_true(write: Write, tmp_path: Path) -> None:
    train(write(numbers_table()), "y", epochs=3, out=tmp_path / "run")
    page = Page((tmp_path / "run/report.html").read_text(encoding="utf-8"))
    assert "Predicted against true" in page.words
    assert "predicted y" in page.words  # the axis of the picture, as text


def test_names_are_text_in_the_report_whatever_they_hold(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "zh")
    table = numbers_table().replace("a,b,y", "<b>$x$</b>,[/价格],$y & <i>$", 1)
    train(write(table, "我的 表.csv"), "3", epochs=2, out=tmp_path / "结 果")
    page = Page((tmp_path / "结 果/report.html").read_text(encoding="utf-8"))
    assert "<b>$x$</b>" in page.words
    assert "$y & <i>$ 的预测值" in page.words
    assert re.search(r'train "?[^\n]*我的 表\.csv"? --target 3', page.words)


# Bad calls


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("x,y\n1,2\n", {}, "has 1 row.s. with a value of 'y': at least 5"),
        ("x,y\n" + "1.5,\n2.5,\n" * 9 + "1,2\n", {}, "has 1 row.s. with a value of 'y'"),
        ("x,y\n" + "".join(f"{row}.5,{'abcde'[row]}\n" for row in range(5)), {}, "cannot be parted"),
        (
            numbers_table(),
            {"task": "clasification"},
            "there is no task 'clasification': --task takes auto, regression, binary, multiclass",
        ),
        (numbers_table(), {"model": "64-abc"}, "there is no model '64-abc'"),
        (numbers_table(), {"lr": -1.0}, "a learning rate of -1.0"),
        (numbers_table(), {"epochs": 0}, "0 epochs"),
        (numbers_table(), {"seed": 2**64}, "does not fit 64 bits"),
        (numbers_table(), {"optimizer": "sdg"}, "did you mean 'sgd'"),
        (numbers_table(), {"task": "binary"}, "too many for classes"),
    ],
)
def test_what_cannot_be_trained_ends_in_one_sentence(write: Write, content: str, options: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        train(write(content), "y", **options)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(write: Write) -> None:
    place = write(numbers_table())
    with pytest.raises(UserError, match="cannot write .*model.safetensors"):
        train(place, "y", model="linear", epochs=1, out=place)


def test_six_houses_are_enough() -> None:
    result = train(datasets.path("houses"), "price", epochs=5)
    assert result.model.model == "linear"
    assert any("6 rows to learn from are too few to judge a network" in note for note in result.notes)
    assert (result.plan.kind, len(result.rows)) == ("each", 6)
    assert any("only 6 rows" in note for note in result.notes)


def test_importing_tables_is_light() -> None:
    code = "import sys, steepest.tables; print(*({'polars', 'matplotlib', 'rich', 'safetensors', 'cyclopts'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert found.stdout.strip() == ""


def test_what_is_stored_is_json() -> None:
    preparation = Preparation(
        (NumberColumn("x", 1.0, 2.0, True), CategoryColumn("c", ("a", "无"), True, False, (0.5, 0.25, 0.25)))
    )
    assert Preparation.from_json(json.loads(json.dumps(preparation.as_json()))) == preparation
