import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.errors import UserError
from steepest.tables.reading import find_column, read

Write = Callable[..., Path]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found(write: Write, separator: str) -> None:
    table = read(write("a,b,c\n1,2,3\n4,5,6\n".replace(",", separator)))
    assert table.names == ["a", "b", "c"]
    assert table.frame.rows() == [("1", "2", "3"), ("4", "5", "6")]


def test_decimal_commas_do_not_win_over_semicolons(write: Write) -> None:
    assert read(write("a;b\n1,5;2,5\n3,5;4,5\n")).names == ["a", "b"]


def test_cells_stay_text(write: Write) -> None:
    table = read(write("zip,n\n01067,1\n00501,2\n"))
    assert table.frame["zip"].to_list() == ["01067", "00501"]


def test_quotes_separators_and_line_ends_inside_cells(write: Write) -> None:
    table = read(write('name,n\n"Braund, Mr. Owen",1\n"said ""no""",2\n"two\nlines",3\n'))
    assert table.frame["name"].to_list() == ["Braund, Mr. Owen", 'said "no"', "two\nlines"]


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_line_ends_do_not_matter(write: Write, begin: bytes, end: bytes) -> None:
    content = begin + end.join(["面积,价格".encode(), b"80,200", b"95,230", b""])
    table = read(write(content))
    assert table.names == ["面积", "价格"]
    assert table.frame.rows() == [("80", "200"), ("95", "230")]


def test_gzip_is_read_and_a_cut_one_is_named(write: Write) -> None:
    packed = gzip.compress(b"a,b\n1,2\n3,4\n")
    assert read(write(packed, "t.csv.gz")).frame.rows() == [("1", "2"), ("3", "4")]
    with pytest.raises(UserError, match=r"cut\.csv\.gz is a damaged or incomplete gzip file"):
        read(write(packed[:-9], "cut.csv.gz"))


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("-0.3,0.4,0\n-0.8,-0.1,1\n-0.05,0.8,0\n", False),
        ("x,y\n1,2\n3,4\n", True),
        ("name,2019,2020\nann,1,2\nbob,3,4\n", False),  # as many numbers as words over numbers: --header decides
        ("name,score\nann,\nbob,3\n", True),
        ("red,small,yes\ngreen,large,no\nred,large,yes\n", False),  # words that come again are no names
        ("colour,size,label\nred,small,yes\ngreen,large,no\nred,large,yes\n", True),
        ("a,b\n?,1\n2,NA\n3,3\n4,4\n", True),
        ("1,2\n", False),
    ],
)
def test_a_header_is_seen_from_the_cells(write: Write, content: str, header: bool) -> None:
    table = read(write(content))
    assert table.has_header == header
    if not header:
        assert table.names[0] == "column_1"


def test_the_caller_may_decide_about_the_header(write: Write) -> None:
    place = write("2019,2020\n1,2\n")
    assert read(place, header=True).names == ["2019", "2020"]
    assert read(place, header=False).rows == 2
    assert read(place, known=["2019"]).has_header


def test_blank_lines_are_no_rows_and_empty_cells_are_cells(write: Write) -> None:
    assert read(write("a,b\n\n1,\n\n,2\n\n")).frame.rows() == [("1", None), (None, "2")]
    assert read(write("a\n1\n\n3\n")).rows == 3  # one column: nothing but the value is missing


def test_names_that_are_empty_or_double_are_changed_and_said(write: Write) -> None:
    table = read(write("a,a,,b\n1,2,3,4\n5,6,7,8\n"))
    assert table.names == ["a", "a_2", "column_3", "b"]
    assert len(table.notes) == 2


MALFORMED = {
    "empty": (b"", r"table\.csv is empty"),
    "only blanks": (b"\n  \n\r\n", r"table\.csv is empty"),
    "only a mark": (b"\xef\xbb\xbf", r"table\.csv is empty"),
    "binary": (bytes(range(256)) * 4, r"table\.csv is a binary file, not CSV text"),
    "nulls": (b"a,b\n1,\x002\n", r"binary"),
    "xlsx": (b"PK\x03\x04" + b"rest" * 20, r"is a xlsx / zip file, not CSV"),
    "parquet": (b"PAR1" + b"rest" * 20, r"is a Parquet file"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), r"is a UTF-16 file, not CSV: save it as CSV in UTF-8"),
    "gb18030": ("面积,价格\n80,200\n".encode("gb18030"), r"not UTF-8 \(line 1 cannot be decoded\)"),
    "latin-1": ("a,b\n1,2\n3,é\n".encode("latin-1"), r"not UTF-8 \(line 3"),
    "no gzip": (b"\x1f\x8bnothing", r"damaged or incomplete gzip"),
    "short line": (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", r"line 3 of table\.csv has 2 cells, but the first line has 3"),
    "long line": (b"a,b,c\n1,2,3\n4,5,6,7\n", r"line 3 of table\.csv has 4 cells"),
    "short after a quoted line end": (b'a,b\n"x\ny",1\nz\n', r"line 4 of table\.csv has 1 cells"),
    "open quote": (b'a,b\n1,2\n"3,4\n5,6\n', r"the quotes of the row that begins in line 3 of table\.csv do not match"),
    "text after a quote": (b'a,b\n1,2\n"3"x,4\n', r"begins in line 3"),
    "only a header": (b"a,b,c\n", r"a header but no row of data"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_ends_in_one_sentence(write: Write, kind: str) -> None:
    content, sentence = MALFORMED[kind]
    with pytest.raises(UserError, match=sentence) as caught:
        read(write(content))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file .*gone.csv"):
        read(tmp_path / "gone.csv")
    with pytest.raises(UserError, match="is a folder, not a CSV file"):
        read(tmp_path)


def test_columns_are_found_by_name_and_by_position(write: Write) -> None:
    table = read(write("Age,Survived,3\n1,2,3\n4,5,6\n"), header=True)
    found = [find_column(table, wanted) for wanted in ("Age", "2", "-1", "-3", "3")]
    assert found == ["Age", "Survived", "3", "Age", "3"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("Survivd", "has no column 'Survivd': did you mean 'Survived'"),
        ("age", "did you mean 'Age'"),
        ("zzz", "has no column 'zzz': its columns are Age, Survived"),
        ("3", "has no column 3: its 2 columns are counted 1 to 2, from the end -1 to -2"),
        ("0", "has no column 0"),
        ("-3", "has no column -3"),
        ("", "has no column ''"),
    ],
)
def test_a_column_that_is_not_there_is_answered_with_what_is(write: Write, wanted: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        find_column(read(write("Age,Survived\n1,2\n4,5\n")), wanted)


def test_a_quoted_cell_with_other_separators_does_not_mislead(write: Write) -> None:
    table = read(write('a,b\n"x;y;z",1\n"x;y;z",2\n"x;y;z",3\n'))
    assert table.names == ["a", "b"]
