import random
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.cli import main
from steepest.tables.inspecting import inspect

Write = Callable[..., Path]


def table(rows: int = 200, **columns: Callable[[int, random.Random], object]) -> str:
    draw = random.Random(4)
    lines = [",".join(columns)]
    lines += [",".join(str(make(row, draw)) for make in columns.values()) for row in range(rows)]
    return "\n".join(lines) + "\n"


def findings(write: Write, content: str, target: str = "y") -> str:
    return "\n".join(one.evidence for one in inspect(write(content), target).diagnosis if one.severity != "note")


def test_a_column_that_gives_the_target_is_named(write: Write) -> None:
    draw = random.Random(1)
    lines = []
    for _ in range(200):
        y = draw.gauss(0, 1)
        lines.append(f"{draw.gauss(0, 1):.4f},{3 * y + 1 + draw.gauss(0, 0.01):.5f},{y:.5f}")
    said = findings(write, "a,b,y\n" + "\n".join(lines) + "\n")
    assert "column 'b' nearly gives 'y' by itself" in said
    assert "column 'a'" not in said


def test_a_sum_of_two_columns_that_gives_the_target_is_named(write: Write) -> None:
    draw = random.Random(1)
    pairs = [(draw.randrange(100), draw.randrange(300), draw.randrange(9)) for _ in range(200)]
    said = findings(write, "casual,registered,n,cnt\n" + "".join(f"{a},{b},{n},{a + b}\n" for a, b, n in pairs), "cnt")
    assert "casual + registered nearly gives 'cnt'" in said
    assert said.count("nearly gives") == 1


def test_a_word_or_a_threshold_that_gives_the_class_is_named(write: Write) -> None:
    lines = [f"{'late' if row % 3 else 'early'},{row % 3 * 10 + row % 7},{row % 5},{'yes' if row % 3 else 'no'}" for row in range(210)]
    said = findings(write, "when,size,other,y\n" + "\n".join(lines) + "\n")
    assert "column 'when' nearly gives" in said
    assert "column 'size' nearly gives" in said
    assert "column 'other'" not in said


def test_equal_rows_and_rare_classes_are_named(write: Write) -> None:
    lines = [f"{row % 90}.5,{'rare' if row % 90 < 3 else 'usual'}" for row in range(180)]
    said = findings(write, "x,y\n" + "\n".join(lines) + "\n")
    assert "90 row(s) repeat another" in said
    assert "'rare' is rare (3.3 % of the rows)" in said


def test_groups_and_time_are_proposed_with_the_metric_both_ways(write: Write) -> None:
    content = table(
        240,
        user_id=lambda row, draw: f"u{row % 60}",
        day=lambda row, draw: f"2021-{row // 28 % 12 + 1:02}-{row % 28 + 1:02}",
        x=lambda row, draw: f"{draw.gauss(row % 60, 1):.3f}",
        y=lambda row, draw: f"{draw.gauss(row % 60, 5):.3f}",
    )
    said = findings(write, content)
    assert "--group user_id (R2 of the linear model 0." in said
    assert "--time day (R2 of the linear model 0." in said


def test_what_is_proposed_is_measured_without_the_columns_that_leak(write: Write) -> None:
    content = table(
        240,
        day=lambda row, draw: f"2021-{row // 28 % 12 + 1:02}-{row % 28 + 1:02}",
        member=lambda row, draw: row + 7 * draw.randrange(9),
        x=lambda row, draw: f"{draw.gauss(row, 40):.3f}",
    )
    head, *rows = content.splitlines()
    guests = [5 * row % 60 for row in range(240)]
    sums = [int(row.split(",")[1]) + guest for row, guest in zip(rows, guests, strict=True)]
    lines = [f"{head},the guest,y", *(f"{row},{guest},{y}" for row, guest, y in zip(rows, guests, sums, strict=True))]
    said = findings(write, "\n".join(lines) + "\n")
    assert 'member + the guest nearly gives' in said
    assert '--ignore member --ignore "the guest"' in said
    assert "--time day (R2 of the linear model" in said
    assert "1.000" not in said


def test_the_target_is_shown_too_with_the_cells_that_lack_it(write: Write) -> None:
    lines = [f"{row % 9}.5,{'' if row % 10 == 0 else 'yes' if row % 3 else 'no'}" for row in range(60)]
    found = inspect(write("a,y\n" + "\n".join(lines) + "\n"), "y")
    assert found.target is not None
    assert (found.target.name, found.target.kind, found.target.distinct, found.target.missing) == ("y", "category", 2, 6)
    assert found.pictures["y"] == "yes 67 %, no 33 %"


def test_the_kinds_can_be_pasted_and_pictures_are_drawn(write: Write) -> None:
    found = inspect(write("a size,c,y\n" + "".join(f"{row % 9},{'rgb'[row % 3]},{row}.5\n" for row in range(30))), "y")
    assert found.kinds == '--kind "a size=number" --kind c=category'
    assert found.pictures["a size"].endswith("0 .. 8")
    assert found.pictures["c"].count("33 %") == 3


def test_the_command_shows_a_table_and_a_model(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    place = write("price,colour,y\n" + "".join(f"¥{row % 9}00,{'rgb'[row % 3]},{row % 7}.5\n" for row in range(60)))
    assert main(["inspect", str(place), "--target", "y"]) == 0
    shown = capsys.readouterr().out
    for words in ("table.csv: 60 rows, 3 columns", "60 cell(s) read as numbers", "--kind price=number --kind colour=category"):
        assert words in shown
    assert main(["inspect", str(place)]) == 0
    assert main(["train", str(place), "--target", "y", "--model", "linear", "--epochs", "1", "--out", str(tmp_path / "m")]) == 0
    capsys.readouterr()
    assert main(["inspect", str(tmp_path / "m")]) == 0
    shown = capsys.readouterr().out
    assert "Model linear" in shown
    assert "b, g, r" in shown
    assert main(["inspect", str(place), "--target", "z"]) == 2
