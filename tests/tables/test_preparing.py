import json
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from steepest.errors import UserError
from steepest.tables import preparing
from steepest.tables.preparing import Preparation
from steepest.tables.reading import Table, read
from steepest.tables.schema import judge

Write = Callable[..., Path]


def prepared(table: Table, rows: list[int] | None = None) -> Preparation:
    schema, _ = judge(table, "y")
    return preparing.fit(schema, table, numpy.arange(table.rows) if rows is None else numpy.array(rows))


def test_numbers_are_standardised_with_the_training_rows_alone(write: Write) -> None:
    table = read(write("x,y\n" + "".join(f"{value},{place}.5\n" for place, value in enumerate([2, 4, 6, 8, 1000, -50]))))
    matrix = prepared(table, [0, 1, 2, 3]).encode(table)
    expected = (numpy.array([2, 4, 6, 8, 1000, -50]) - 5) / numpy.sqrt(5)
    numpy.testing.assert_allclose(matrix[:, 0], expected, rtol=1e-6)


def test_missing_numbers_become_the_mean_and_a_sign(write: Write) -> None:
    table = read(write("x,y\n1,.5\n,1.5\n3,2.5\n?,3.5\n5,4.5\n"))
    preparation = prepared(table)
    assert preparation.features == ["x", "x: missing"]
    numpy.testing.assert_allclose(preparation.encode(table)[:, 1], [0, 1, 0, 1, 0])
    numpy.testing.assert_allclose(preparation.encode(table)[[1, 3], 0], 0)


@pytest.mark.parametrize(
    "values", [["1e99", "-1e99", "9e99"], ["1e-300", "3e-300", "2e-300"], ["1e15", "1000000000000001", "1e15"]]
)
def test_numbers_of_any_size_stay_finite(write: Write, values: list[str]) -> None:
    table = read(write("x,y\n" + "".join(f"{value},{place}.5\n" for place, value in enumerate(values * 3))))
    assert numpy.isfinite(prepared(table).encode(table)).all()


CATEGORIES = ["a"] * 6 + ["b"] * 4 + ["", "c"] + ["a"] * 6 + ["b"] * 4


def test_categories_are_one_hot_with_missing_and_rare(write: Write) -> None:
    table = read(write("x,y\n" + "".join(f"{cell},{place}.5\n" for place, cell in enumerate(CATEGORIES))), header=True)
    preparation = prepared(table)
    assert preparation.features == ["x=a", "x=b", "x: missing", "x: rare"]
    matrix = preparation.encode(table)
    numpy.testing.assert_array_equal(matrix.sum(axis=1), 1)
    assert matrix[10].tolist() == [0, 0, 1, 0]
    assert matrix[11].tolist() == [0, 0, 0, 1]


def test_a_category_may_be_missing_in_all_rows_that_are_learnt_from(write: Write) -> None:
    made = read(write("pool,y\n" + "\n".join(f"{'good' if row == 5 else ''},{row}.5" for row in range(40)) + "\n"))
    fitted = prepared(made, list(range(6, 40)))
    assert fitted.features == ["pool: missing"]
    assert fitted.encode(made).tolist() == [[1.0]] * 40


def test_an_unseen_word_goes_to_the_bucket_or_is_the_average(write: Write) -> None:
    table = read(write("x,y\n" + "".join(f"{cell},{place}.5\n" for place, cell in enumerate(CATEGORIES))), header=True)
    new = read(write("x,y\nz,1\n,1\n", "new.csv"), header=True)
    assert prepared(table).encode(new).tolist() == [[0, 0, 0, 1], [0, 0, 1, 0]]
    without = prepared(table, [row for row in range(len(CATEGORIES)) if CATEGORIES[row] in ("a", "b")])
    numpy.testing.assert_allclose(without.encode(new), [[0.6, 0.4], [0.6, 0.4]])
    assert without.unseen(new)["x"].tolist() == [True, False]


def test_a_long_category_keeps_its_most_frequent_words(write: Write) -> None:
    cells = [f"w{place % 70:02}" for place in range(280)] + [f"w{place:02}" for place in range(10)] * 3
    table = read(write("x,y\n" + "".join(f"{cell},{place}.5\n" for place, cell in enumerate(cells))), header=True)
    features = prepared(table).features
    assert len(features) == 51
    assert features[:2] == ["x=w00", "x=w01"]
    assert features[-1] == "x: rare"


def test_the_preparation_survives_json(write: Write) -> None:
    table = read(write("x,n,y\n" + "".join(f"{cell},{place},{place}.5\n" for place, cell in enumerate(CATEGORIES))), header=True)
    preparation = prepared(table)
    again = Preparation.from_json(json.loads(json.dumps(preparation.as_json())))
    assert again == preparation
    numpy.testing.assert_array_equal(again.encode(table), preparation.encode(table))


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("z,y\n1,2\n", "lacks the column 'x', which the model needs"),
        ("x,y\nword,2\nother,2\n", "column 'x' of new.csv held numbers .* 'word'"),
        ("x,y\n1,2\ninf,2\n", "column 'x' holds 'inf' in row 2"),
    ],
)
def test_a_new_table_that_does_not_fit(write: Write, new: str, sentence: str) -> None:
    table = read(write("x,y\n" + "".join(f"{place % 5},{place}.5\n" for place in range(10))))
    with pytest.raises(UserError, match=sentence):
        prepared(table).encode(read(write(new, "new.csv"), header=True))


def test_a_day_is_a_number_and_a_place_on_circles(write: Write) -> None:
    lines = [f"2020-{month:02}-{day:02},{month}.5" for month in range(1, 13) for day in (1, 9, 20)] + [",2.5"]
    table = read(write("d,y\n" + "\n".join(lines) + "\n"))
    preparation = prepared(table)
    assert preparation.features == ["d", "d: week sin", "d: week cos", "d: year sin", "d: year cos", "d: missing"]
    matrix = preparation.encode(table)
    numpy.testing.assert_allclose(matrix[:-1, 0].mean(), 0, atol=1e-6)
    numpy.testing.assert_allclose((matrix[:-1, 1:5] ** 2).reshape(-1, 2, 2).sum(axis=2), 1, rtol=1e-6)
    assert matrix[-1].tolist() == [0, 0, 0, 0, 0, 1]
    again = Preparation.from_json(json.loads(json.dumps(preparation.as_json())))
    assert again == preparation
