import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.errors import UserError
from steepest.tables.reading import find_column, from_frame, read

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
    "binary": (bytes(range(256)) * 4, r"table\.csv is a binary file, not a table of text"),
    "nulls": (b"a,b\n1,\x002\n", r"binary"),
    "xlsx": (b"PK\x03\x04" + b"rest" * 20, r"begins like a file of Excel, but cannot be read as one"),
    "parquet": (b"PAR1" + b"rest" * 20, r"begins like a file of Parquet, but cannot"),
    "pdf": (b"%PDF-1.7" + b"rest" * 20, r"is a PDF file: tables are read from CSV, TSV, Excel"),
    "a page": (b"\n<!DOCTYPE html>\n<html><body>not, found</body></html>\n", r"is an? HTML file"),
    "JSON": (b'[{"a": 1,\n"b": 2}]\n', r"is an? JSON file"),
    "half a character of UTF-16": ("a,b\n1,2\n".encode("utf-16")[:-1], r"line 2 of table\.csv is not UTF-16"),
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_usual_encodings_are_found(write: Write, encoding: str) -> None:
    head = "面积,价格,name\n" if encoding not in ("utf-16-le", "utf-16-be") else "area,price,name\n"
    table = read(write((head + "80,200,abc\n95,230,def\n").encode(encoding)))
    assert table.names == head.strip().split(",")
    assert table.frame.rows() == [("80", "200", "abc"), ("95", "230", "def")]
    assert len(table.notes) == (not encoding.startswith("utf-8"))


def test_western_text_is_not_taken_for_chinese(write: Write) -> None:
    table = read(write("name,n\nMüller,1\ncafé,2\nJosé Peña,3\n".encode("cp1252")))
    assert table.frame["name"].to_list() == ["Müller", "café", "José Peña"]
    assert "was read as CP1252" in table.notes[0]


def test_an_encoding_that_is_said_is_taken(write: Write) -> None:
    place = write("имя,n\nа,1\nб,2\n".encode("cp1251"))
    assert read(place, encoding="cp1251").names == ["имя", "n"]
    with pytest.raises(UserError, match="line 1 of table.csv is not UTF-8"):
        read(place, encoding="utf-8")
    with pytest.raises(UserError, match="there is no encoding 'gb1803', did you mean 'gb18030'"):
        read(place, encoding="gb1803")


@pytest.mark.parametrize("separator", ["，", "^", "~", ":", " ", "   "])
def test_rare_separators_are_found(write: Write, separator: str) -> None:
    lines = [f"{row}.5{separator}{row * row}{separator}{7 - row}" for row in range(8)]
    table = read(write(separator.join("abc") + "\n" + "\n".join(lines) + "\n"))
    assert table.names == ["a", "b", "c"]
    assert table.frame.row(2) == ("2.5", "4", "5")


def test_a_separator_that_is_said_is_taken_and_sentences_are_one_column(write: Write) -> None:
    assert read(write("a#b\n1#2\n"), separator="#").names == ["a", "b"]
    assert read(write("said by them\nall is well\nso it is\nthat is all\n"), header=False).frame.width == 1
    with pytest.raises(UserError, match="--separator takes one character"):
        read(write("a#b\n1#2\n"), separator="##")


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    import datetime

    import polars

    frame = polars.DataFrame(
        {"n": [1, None, 3], "x": [0.5, float("nan"), 2.0], "d": [datetime.date(2021, 3, 4)] * 3, "b": [True, False, None]}
    )
    frame.write_parquet(tmp_path / "t.parquet")
    table = read(tmp_path / "t.parquet")
    assert table.frame.rows() == [("1", "0.5", "2021-03-04", "true"), (None, None, "2021-03-04", "false"), ("3", "2.0", "2021-03-04", None)]
    polars.DataFrame({"l": [[1, 2], [3]]}).write_parquet(tmp_path / "l.parquet")
    with pytest.raises(UserError, match="column 'l' of l.parquet holds List"):
        read(tmp_path / "l.parquet")


def workbook(sheets: dict[str, str]) -> bytes:
    """A smallest Excel file: sheets of rows as XML."""
    import io
    import zipfile

    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        office = f'<Relationship Id="o" Type="{related}/officeDocument" Target="xl/workbook.xml"/>'
        file.writestr("_rels/.rels", f"<Relationships {package}>{office}</Relationships>")
        file.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        file.writestr("xl/workbook.xml", f'<workbook {space} xmlns:r="{related}"><sheets>{names}</sheets></workbook>')
        links = "".join(
            f'<Relationship Id="r{n}" Type="{related}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="s" Type="{related}/styles" Target="styles.xml"/>'
        file.writestr("xl/_rels/workbook.xml.rels", f"<Relationships {package}>{links}{styles}</Relationships>")
        file.writestr("xl/styles.xml", f'<styleSheet {space}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
        for n, rows in enumerate(sheets.values(), 1):
            file.writestr(f"xl/worksheets/sheet{n}.xml", f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>")
    return content.getvalue()


def test_excel_is_read_with_days_codes_and_several_sheets(write: Write) -> None:
    def row(n: int, *cells: str) -> str:
        return f'<row r="{n}">' + "".join(cell.replace("<c", f'<c r="{"ABC"[place]}{n}"', 1) for place, cell in enumerate(cells)) + "</row>"

    def words(value: str) -> str:
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    rows = row(1, words("日期"), words("zip"), words("n")) + row(2, '<c s="1"><v>44259</v></c>', words("01067"), "<c><v>3</v></c>")
    rows += row(3, '<c s="1"><v>44260.5</v></c>', words("00501"), "<c><v>2.5</v></c>")
    place = write(workbook({"notes": "", "data": rows, "more": row(1, words("x"))}), "t.xlsx")
    table = read(place)
    assert table.names == ["日期", "zip", "n"]
    assert table.frame.rows() == [("2021-03-04", "01067", "3"), ("2021-03-05 12:00:00", "00501", "2.5")]
    assert "the sheet 'data' was read" in table.notes[0]
    with pytest.raises(UserError, match="t.xlsx has no sheet 'nope': its sheets are notes, data, more"):
        read(place, sheet="nope")


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_data_frames_are_tables(library: str) -> None:
    frames = pytest.importorskip(library)
    frame = frames.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, float("nan"), 1.5], "d": [True, False, True]})
    table = from_frame(frame, "frame")
    assert table.frame.rows() == [("1", "x", "0.5", "true"), ("2", None, None, "false"), ("3", "z", "1.5", "true")]
    with pytest.raises(UserError, match="a data frame of polars or pandas, not list"):
        from_frame([1], "frame")


@pytest.mark.parametrize("content", ["¥1,200,1\n", '"¥1,200",5\n"¥1,300",6\n"¥900",7\n', "3.5万;1\n2万;2\n"])
def test_a_first_row_of_written_numbers_is_no_header(write: Write, content: str) -> None:
    assert not read(write(content)).has_header


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
