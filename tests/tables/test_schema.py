from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.errors import UserError
from steepest.tables.reading import read
from steepest.tables.schema import Schema, judge, orders, target_values

Write = Callable[..., Path]


def column(cells: list[str], write: Write, name: str = "x") -> str:
    """The kind that a column of `cells` gets beside a plain number."""
    lines = [f"{name},other,y"] + [f"{cell},{place % 7}.5,{place % 3}.25" for place, cell in enumerate(cells)]
    schema, _ = judge(read(write("\n".join(lines) + "\n"), header=True), "y")
    return schema.columns[0].kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([f"{place * 7 % 31}.5" for place in range(30)], "number"),
        (["1e3", "-2.5E-2", "+4", ".5", "3504.", "0"] * 5, "number"),
        (["1", "?", "NA", "N/A", "nan", "null", "无", "-", "", "2"] * 3, "number"),
        (["1.5"] * 29 + ["n/k"] + ["2"] * 5, "number"),  # over 90 % numbers: the other cell is missing
        (["red", "green", "blue"] * 10, "category"),
        (["yes", ""] * 15, "category"),  # whether it is there is what it says
        (["01067", "00501", "10115"] * 10, "category"),  # leading zeros make a code
        (["1", "2", "three", "four"] * 8, "category"),
        ([f"name number {place}" for place in range(30)], "text"),
        ([f"k{place}" for place in range(30)], "identifier"),
        ([str(place) for place in range(1, 31)], "identifier"),
        ([str(place) for place in range(1, 41) if place % 7], "identifier"),  # a count whose rows are partly gone
        ([str(place * place) for place in range(30)], "number"),
        ([str(place * 11 % 30) for place in range(30)], "number"),  # in any order it may be a rank
        ([str(2000 + place) for place in range(30)], "number"),  # years count too, but do not begin with 0 or 1
        (["7"] * 30, "constant"),
        (["", "NA"] * 15, "constant"),
    ],
)
def test_kinds_of_columns(write: Write, cells: list[str], kind: str) -> None:
    assert column(cells, write) == kind


@pytest.mark.parametrize(
    ("cells", "kind", "form"),
    [
        (["¥1,200", "¥900", "800", "3.5万元"] * 8, "number", (".", "¥")),
        (["80㎡", "95.5 平米", "70"] * 8, "number", (".", "㎡")),
        (["12,5", "7", "1.234,5"] * 8, "number", (",", "")),
        (["1.5kg", "500g"] * 15, "category", (".", "")),  # two units cannot be one column of numbers
        (["85%", "7.5%", "0.4"] * 8, "number", (".", "")),
        (["2021-03-04", "2021-3-15", "2020-12-31"] * 8, "date", ("ymd", "")),
        (["2021年3月4日", "2020年12月1日"] * 8, "date", ("ymd", "")),
        (["13.04.2021", "05.06.2020"] * 8, "date", ("dmy", "")),
        (["04/13/2021", "05/06/2020"] * 8, "date", ("mdy", "")),
        (["05/06/2020", "04/03/2020"] * 8, "date", ("mdy", "")),  # either is possible: strokes mean the month first
        (["1.2", "3.4", "5.6"] * 8, "number", (".", "")),
    ],
)
def test_numbers_and_days_as_people_write_them(write: Write, cells: list[str], kind: str, form: tuple[str, str]) -> None:
    lines = ["x;other;y"] + [f"{cell};{place % 7}.5;{place % 3}.25" for place, cell in enumerate(cells)]
    found = judge(read(write("\n".join(lines) + "\n"), header=True, separator=";"), "y")[0].columns[0]
    assert (found.kind, found.form) == (kind, form)


def test_bare_numbers_are_days_only_under_a_name_that_says_so(write: Write) -> None:
    serials = [str(44000 + place % 50) for place in range(30)]
    compact = [f"202103{place % 28 + 1:02}" for place in range(30)]
    assert (column(serials, write, "日期"), column(serials, write, "weight")) == ("date", "number")
    assert (column(compact, write, "sale_date"), column(compact, write, "code_value")) == ("date", "number")


def test_a_comma_means_in_a_column_what_it_means_in_the_others(write: Write) -> None:
    lines = [f"1,{place:03};2,{place % 10};{place % 3},25" for place in range(30)]
    schema, _ = judge(read(write("a;b;y\n" + "\n".join(lines) + "\n")), "y")
    assert [one.form[0] for one in schema.columns] == [",", ","]
    assert schema.target_form[0] == ","


def test_the_user_may_say_what_columns_are(write: Write) -> None:
    lines = [f"{place % 5},{place % 4 + 2000},{44000 + place},{place % 7}.5,{place % 3}.25" for place in range(30)]
    table = read(write("a,b,c,d,y\n" + "\n".join(lines) + "\n"))
    said = orders(table, {"a": "category", "b": "id", "c": "date"}, ["d"])
    schema, notes = judge(table, "y", said=said)
    assert [one.kind for one in schema.columns] == ["category", "identifier", "date", "ignored"]
    assert any("left out as asked: d" in note for note in notes)
    with pytest.raises(UserError, match="there is no kind 'categry', did you mean 'category'"):
        orders(table, {"a": "categry"}, [])
    with pytest.raises(UserError, match="has no column 'z'"):
        orders(table, {"z": "category"}, [])


def test_asking_for_what_a_column_is_not_ends_in_a_sentence(write: Write) -> None:
    table = read(write("a,b,y\n" + "red,1,2.5\nblue,2,3.5\n" * 10))
    with pytest.raises(UserError, match="column 'a' cannot be read as numbers: no cell is one, for example 'red'"):
        judge(table, "y", said=orders(table, {"a": "number"}, []))
    with pytest.raises(UserError, match="column 'a' cannot be read as dates"):
        judge(table, "y", said=orders(table, {"a": "date"}, []))


def test_an_identifier_that_comes_again_is_set_aside_and_a_duplicate_named(write: Write) -> None:
    lines = [f"{place % 60},{place % 7},{place % 7},{place % 3}.25" for place in range(240)]
    schema, notes = judge(read(write("user_id,a,b,y\n" + "\n".join(lines) + "\n")), "y")
    assert [one.kind for one in schema.columns] == ["identifier", "number", "duplicate"]
    assert any("equal to another column: b = a" in note for note in notes)


def test_what_was_changed_is_said_with_count_rows_and_examples(write: Write) -> None:
    cells = ['"¥1,200"'] * 3 + ["900"] * 30 + ["3.5万", "85元", "待定"]
    table = read(write("x,price,y\n" + "".join(f"{place % 7},{cell},{place % 3}.25\n" for place, cell in enumerate(cells))))
    said = "\n".join(judge(table, "y")[1])
    assert "column 'price': 5 cell(s) read as numbers, first in rows 1, 2, 3: ¥1,200 → 1200; 3.5万 → 35000; 85元 → 85" in said
    assert "column 'price': 1 cell(s) that are no numbers taken as missing, in rows 36 (待定)" in said


@pytest.mark.parametrize("name", ["id", "PassengerId", "PID", "user_id", "编号"])
def test_different_whole_numbers_under_an_identifiers_name_are_set_aside(write: Write, name: str) -> None:
    cells = [str(place * 37 % 101 + 500) for place in range(30)]
    assert column(cells, write, name) == "identifier"
    assert column(cells, write, "humidity") == "number"


def test_a_data_frames_index_is_an_identifier_in_any_order(write: Write) -> None:
    lines = [f"{place * 37 % 101},{place % 7}.5,{place % 3}.25" for place in range(90)]
    judged, notes = judge(read(write("\n".join([",a,y", *lines]) + "\n")), "y")
    assert [(one.name, one.kind) for one in judged.columns] == [("column_1", "identifier"), ("a", "number")]
    assert any("set aside as identifiers" in note for note in notes)


def test_a_cell_far_down_the_table_is_seen(write: Write) -> None:
    cells = ["1"] * 30_000 + ["2"] * 30_000 + ["inf"]
    with pytest.raises(UserError, match="column 'x' holds 'inf' in row 60001"):
        column(cells, write)


def test_a_counting_column_is_used_where_nothing_else_is_there(write: Write) -> None:
    table = read(write("x,y\n" + "".join(f"{place},{2 * place}\n" for place in range(1, 31))))
    schema, _ = judge(table, "y")
    assert [column.kind for column in schema.columns] == ["number"]


@pytest.mark.parametrize(
    ("cells", "task", "classes"),
    [
        (["1.5", "2.5", "3.5"] * 10, "regression", ()),
        (["0", "1"] * 15, "binary", ("0", "1")),
        (["2.0", "4", "2"] * 10, "binary", ("2", "4")),
        (["yes", "no"] * 15, "binary", ("no", "yes")),
        (["a", "b", "c"] * 10, "multiclass", ("a", "b", "c")),
        ([str(place % 3) for place in range(30)], "multiclass", ("0", "1", "2")),
        ([str(place % 3) for place in range(29)], "regression", ()),  # fewer than 10 rows a class
        ([str(place % 4 + 3) for place in range(80)], "regression", ()),  # 3..6 do not begin with 0 or 1
        ([str(place % 11) for place in range(330)], "regression", ()),  # eleven are too many
        (["10", "9", "100"] * 10, "regression", ()),
    ],
)
def test_tasks_of_targets(write: Write, cells: list[str], task: str, classes: tuple[str, ...]) -> None:
    table = read(write("x,y\n" + "".join(f"{place % 7}.5,{cell}\n" for place, cell in enumerate(cells))), header=True)
    schema, _ = judge(table, "y")
    assert (schema.task, schema.classes) == (task, classes)


def test_the_task_can_be_said(write: Write) -> None:
    table = read(write("x,y\n" + "".join(f"{place % 7}.5,{place % 4 + 3}\n" for place in range(40))))
    assert judge(table, "y", "multiclass")[0].classes == ("3", "4", "5", "6")
    assert judge(table, "y", "regression")[0].task == "regression"
    with pytest.raises(UserError, match="--task binary needs two different values, but the target 'y' has 4: 3, 4, 5, 6"):
        judge(table, "y", "binary")


@pytest.mark.parametrize(
    ("cells", "task", "sentence"),
    [
        (["7"] * 20, "auto", "the target 'y' is '7' in all 20 rows"),
        (["1", "1.0"] * 10, "auto", "the target 'y' is '1' in all"),
        ([f"word {place}" for place in range(20)], "auto", "has 20 different values in 20 rows, too many for classes"),
        (["a", "b"] * 10, "regression", "--task regression needs numbers, but the target 'y' is 'a' in row 1"),
        (["1.5", "2.5", "inf", "4.5"] * 5, "auto", "column 'y' holds 'inf' in row 3"),
        (["0", "1", "inf"] * 10, "multiclass", "column 'y' holds 'inf' in row 3"),
        (["1.5", "2.5", "-2e100", "4.5"] * 5, "regression", "column 'y' holds '-2e100' in row 3"),
        (["1.5", "2.5", "1e999", "4.5"] * 5, "auto", "column 'y' holds '1e999' in row 3"),
    ],
)
def test_targets_that_cannot_be_learnt(write: Write, cells: list[str], task: str, sentence: str) -> None:
    table = read(write("x,y\n" + "".join(f"{place % 7}.5,{cell}\n" for place, cell in enumerate(cells))), header=True)
    with pytest.raises(UserError, match=sentence):
        judge(table, "y", task)


def test_a_table_without_a_column_to_learn_from(write: Write) -> None:
    table = read(write("x,z,y\n" + "".join(f"same,words of row {place},{place % 2}\n" for place in range(30))))
    with pytest.raises(UserError, match="no column to predict 'y' from"):
        judge(table, "y")


def test_what_is_done_with_columns_is_said(write: Write) -> None:
    lines = [
        f"{place + 1},{place % 7 if place != 16 else '待定'},{'' if place < 3 else 2.5 + place % 5},c,{place % 2}"
        for place in range(40)
    ]
    _, notes = judge(read(write("id,price,rooms,same,y\n" + "\n".join(lines) + "\n")), "y")
    said = "\n".join(notes)
    assert "column 'price': 1 cell(s) that are no numbers taken as missing, in rows 17 (待定)" in said
    assert "missing cells: rooms 3" in said
    assert "identifiers (a name or a count of the rows): id" in said
    assert "constant or empty: same" in said


def test_classes_of_numbers_are_one_however_written(write: Write) -> None:
    table = read(write("x,y\n" + "1.5,1\n2.5,1.0\n3.5,0\n4.5,0.0\n" * 5))
    schema, _ = judge(table, "y")
    assert schema.classes == ("0", "1")
    assert target_values(table, schema).to_list()[:4] == [1, 1, 0, 0]


def test_a_schema_survives_json(write: Write) -> None:
    import json

    schema, _ = judge(read(write("x,c,y\n" + "1.5,a,u\n2.5,b,v\n3.5,a,u\n4.5,b,v\n" * 5)), "y")
    assert Schema.from_json(json.loads(json.dumps(schema.as_json()))) == schema
