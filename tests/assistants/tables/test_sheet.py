"""CSV files as the world writes them."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.reading import UnreadableError
from assistants.tables import sheet as sheets
from assistants.tables.sheet import read_sheet


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter):
    sheet = read_sheet(
        f"a{delimiter}b\n1,5{delimiter}x y\n" if delimiter != "," else "a,b\n15,x y\n"
    )

    assert sheet.columns == ("a", "b")
    assert sheet.cells(1) == ["x y"]


def test_decimal_commas_are_no_delimiters():
    assert read_sheet("a;b\n1,5;2,5\n3,5;4,5\n").columns == ("a", "b")


def test_excel_may_declare_the_delimiter():
    assert read_sheet("sep=|\r\na,b|c\r\n").columns == ("a,b", "c")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_read(newline):
    sheet = read_sheet(newline.join(["a,b", "1,2", "", "3,4", ""]))

    assert sheet.rows == (("1", "2"), ("3", "4"))


def test_quoted_cells_may_hold_anything():
    sheet = read_sheet('a,b\n"1,5 ""x""\nnext",2\n')

    assert sheet.rows == (('1,5 "x"\nnext', "2"),)


def test_cell_may_be_huge():
    assert len(read_sheet(f"a,b\n{'x' * 300_000},1\n").cells(0)[0]) == 300_000


def test_ragged_rows_are_told_and_short_ones_have_empty_cells():
    sheet = read_sheet("a,b,c\n1,2,3\n1\n1,2,3,4\n")

    assert sheet.columns == ("a", "b", "c", "column 4")
    assert sheet.cells(2) == ["3", "", "3"]
    assert sheet.notes == ("2 of 3 rows are shorter or longer than the header.",)


def test_names_are_tidy_and_different():
    assert read_sheet(" a  b ,,A B,a\n1,2,3,4").columns == ("a b", "column 2", "A B (2)", "a")


def test_title_above_the_header_is_passed_over():
    assert read_sheet("Report of May\n\na,b\n1,2\n3,4\n").columns == ("a", "b")


def test_numbers_without_a_header_are_all_rows():
    sheet = read_sheet("1,2\n3,4\n")

    assert sheet.columns == ("column 1", "column 2")
    assert sheet.rows == (("1", "2"), ("3", "4"))


def test_one_column_needs_no_delimiter():
    assert read_sheet("name\nAda\nBob\n").cells(0) == ["Ada", "Bob"]


@pytest.mark.parametrize("text", ["", "\n \n", ",,\n,,\n", "\ufeff"[1:]])
def test_empty_file_is_told(text):
    with pytest.raises(UnreadableError, match="is empty"):
        read_sheet(text)


def test_too_many_columns_are_refused():
    with pytest.raises(UnreadableError, match="has more than 1,000 columns"):
        read_sheet("a," * 1_000 + "b")


def test_missing_cells_count_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_CELLS", 10)  # so that the test needs no large file
    with pytest.raises(UnreadableError, match="has more than 10 cells"):
        read_sheet("a,b,c\n1\n2\n3\n")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0;\t|\r\n"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1), st.sampled_from(";\t|"))
def test_what_was_written_is_read(rows, delimiter):
    out = StringIO(newline="")
    header = ["first name", "second name", "third name"]
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])

    assert read_sheet(out.getvalue()).rows == tuple(
        tuple(row) for row in rows if any(cell.strip() for cell in row)
    )


@given(st.text())
def test_any_text_is_a_sheet_or_says_why_not(text):
    try:
        sheet = read_sheet(text)
    except UnreadableError:
        return
    assert sheet.columns
    assert len(set(map(str.casefold, sheet.columns))) == len(sheet.columns)
