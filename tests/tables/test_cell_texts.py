"""What single cells say; each expectation is what a reader of the cell would write down."""

import datetime

import pytest

from steepest.tables.cell_texts import day, measured, number, word


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("1200", 1200, ""), ("1,200", 1200, ""), ("¥1,200", 1200, "¥"), ("￥ 1,200.50", 1200.5, "¥"), ("1200元", 1200, "¥"),
        ("-¥500", -500, "¥"), ("(12.5)", -12.5, ""), ("US$ 5", 5, "$"), ("$1.2M", 1.2e6, "$"), ("3.5万", 35000, ""),
        ("3.5 万元", 35000, "¥"), ("1.2亿", 1.2e8, ""), ("2万亿元", 2e12, "¥"), ("5k", 5000, ""), ("5km", 5, "km"), ("5公里", 5, "km"),
        ("85%", 0.85, ""), ("5‰", 0.005, ""), ("80㎡", 80, "㎡"), ("80 平米", 80, "㎡"), ("80m2", 80, "㎡"), ("¥1,200/㎡", 1200, "¥/㎡"),
        ("１２３．５", 123.5, ""), ("１，２００", 1200, ""), ("1 200", 1200, ""), ("1'200", 1200, ""), ("12,34,567", 1234567, ""),
        (".5", 0.5, ""), ("3504.", 3504, ""), ("-2.5E-2", -0.025, ""), ("+4", 4, ""), ("50岁", 50, "岁"), ("−3", -3, ""),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(cell: str, value: float, unit: str) -> None:
    found = measured(cell)
    assert found == (pytest.approx(value, rel=1e-15), unit)


@pytest.mark.parametrize(
    "cell", ["A12", "1-2", "1.2.3", "1/2", "10:30", "12,5", "1,20,0", "--5", "-(5)", "(5", "待定", "", "a", "12 34", "5 6 7"]
)
def test_what_is_no_number(cell: str) -> None:
    assert measured(cell) is None


@pytest.mark.parametrize(("cell", "value"), [("12,5", 12.5), ("1.234,5", 1234.5), ("1.234", 1234), ("0,5", 0.5), ("7", 7)])
def test_decimal_commas(cell: str, value: float) -> None:
    assert measured(cell, ",") == (value, "")


def test_another_unit_than_the_columns_is_no_number() -> None:
    assert number("1.5kg", (".", "kg")) == 1.5
    assert number("1.5", (".", "kg")) == 1.5
    assert number("500g", (".", "kg")) is None


@pytest.mark.parametrize("cell", ["", "  ", "?", "NA", "无", "-", "nan", "#N/A", "暂无", None])
def test_words_for_not_known(cell: str | None) -> None:
    assert word(cell) is None
    assert word(" x ") == "x"


@pytest.mark.parametrize(
    ("cell", "order", "said"),
    [
        ("2021-03-04", "ymd", "2021-03-04"), ("2021/3/4", "ymd", "2021-03-04"), ("2021年3月4日", "ymd", "2021-03-04"),
        ("２０２１年３月４日", "ymd", "2021-03-04"), ("2021.3.4", "ymd", "2021-03-04"), ("2021年3月", "ymd", "2021-03-01"),
        ("2021-03", "ymd", "2021-03-01"), ("2021-03-04T18:30:15Z", "ymd", "2021-03-04T18:30:15"),
        ("2021年3月4日 18时30分", "ymd", "2021-03-04T18:30:00"), ("4.3.2021", "dmy", "2021-03-04"), ("03/04/21", "mdy", "2021-03-04"),
        ("3/4/2021 6:30 PM", "mdy", "2021-03-04T18:30:00"), ("4 March 2021", "words", "2021-03-04"),
        ("Mon, Mar 4th, 2021", "words", "2021-03-04"), ("04-Mar-21", "words", "2021-03-04"), ("Mar 2021", "words", "2021-03-01"),
        ("20210304", "compact", "2021-03-04"), ("44259", "serial", "2021-03-04"), ("44259.5", "serial", "2021-03-04T12:00:00"),
        ("29.02.1900", "dmy", None), ("2021-13-01", "ymd", None), ("2021-02-30", "ymd", None), ("4 Foo 2021", "words", None),
        ("2021", "ymd", None), ("12", "dmy", None),
    ],
)  # fmt: skip
def test_days_as_people_write_them(cell: str, order: str, said: str | None) -> None:
    found = day(cell, order)
    if said is None:
        assert found is None
    else:
        since = datetime.datetime.fromisoformat(said) - datetime.datetime(1970, 1, 1)
        assert found == pytest.approx(since / datetime.timedelta(days=1), abs=1e-9)
