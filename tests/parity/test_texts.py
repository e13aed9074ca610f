"""Separated values are compared by cells, texts by lines, and both by how they are laid out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.canonical import canonical
from gateway.parity.compare import Observation, compare
from gateway.parity.exchange import Exchange, Request, Response
from gateway.parity.noise import Noise
from gateway.parity.renaming import Renaming
from gateway.parity.sheet import read_sheet

SALES = "region,amount\nnorth,1.50\nsouth,2\nwest,3\n"


def seen(text, kind="text/csv"):
    """What a side answered."""
    response = Response(200, (("Content-Type", kind),), text.encode())
    exchange = Exchange(Request("GET", "/export"), response)
    return Observation(canonical(exchange, (), "http://localhost"))


def differences(control, candidate, kind="text/csv", **options):
    """Place and both values of each difference."""
    renaming = options.pop("renaming", None) or Renaming()
    found = compare(seen(control, kind), seen(candidate, kind), renaming, **options)
    return [(each.place, each.control, each.candidate) for each in found.differences]


def places(*arguments, **options):
    """The places of the differences."""
    return [place for place, _, _ in differences(*arguments, **options)]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("south,2", "south,3", "row[3].amount"),
        ("amount", "sum", "row[1].amount"),
        ("north,1.50", "north,1.5", "row[2].amount"),
        ("north,1.50", "north", "row[2].amount"),
        ("west,3", "west,3,", "row[4].column 3"),
        ("south,2\n", "", "row[3]"),
        ("south,2\n", "south,2\nsouth,2\n", "row[4]"),
        ("south,2\n", "south,2\n\n", "row[4]"),
    ],
)
def test_difference_names_row_and_column(old, new, place):
    assert places(SALES, SALES.replace(old, new)) == [place]


def test_columns_without_a_header_are_numbered():
    assert places("1,2\n3,4\n", "1,2\n3,5\n") == ["row[2].column 2"]


def test_columns_in_another_order_are_found():
    assert places("a,b\n1,2\n", "b,a\n2,1\n") == ["row[1].a", "row[1].b", "row[2].a", "row[2].b"]


ROWS = st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=3), max_size=4)


def written(rows, **options):
    """The rows as separated values."""
    text = io.StringIO(newline="")
    csv.writer(text, **options).writerows(rows)
    return text.getvalue()


@given(ROWS, st.sampled_from("\t;|"))
def test_cells_are_read_however_they_are_quoted(rows, delimiter):
    quoted = written(rows, quoting=csv.QUOTE_ALL, delimiter=delimiter)
    sheet = read_sheet(quoted)
    assert sheet
    assert sheet.rows == rows
    assert places(written(rows), written(rows, quoting=csv.QUOTE_ALL)) == []


@given(ROWS.filter(lambda rows: any(map(any, rows))), st.data())
def test_any_changed_cell_is_found(rows, data):
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    changed = [list(cells) for cells in rows]
    changed[row][column] += "x"
    assert places(written(rows), written(changed))


def test_ids_in_cells_are_renamed():
    renaming = Renaming()
    renaming.learn_key("note", (3,), (4,))
    assert places("id,n\n3,a\n", "id,n\n4,a\n", renaming=renaming) == []
    assert places("id,n\n3,a\n", "id,n\n5,a\n", renaming=renaming) == ["row[2].id"]


def test_rows_whose_order_varies_are_compared_in_any_order():
    other = "region,amount\nwest,3\nnorth,1.50\nsouth,2\n"
    noise = Noise(unordered=frozenset([""]))
    assert places(SALES, other)
    assert places(SALES, other, noise=noise) == []
    assert places(SALES, other.replace("3", "4"), noise=noise) == ["row[4].amount"]


@pytest.mark.parametrize("kind", ["text/csv", "text/plain"])
@pytest.mark.parametrize(
    ("control", "candidate", "found"),
    [
        ("a,b\r\nc,d\r\n", "a,b\nc,d\n", ("line breaks", "CRLF", "LF")),
        ("a,b\nc,d\n", "a,b\nc,d", ("last line break", "there", "missing")),
        ("a,b\n", "a,b\r\n", ("line breaks", "LF", "CRLF")),
        ("a\nb\nc\n", "a\nb\r\nc\n", ("line breaks", "LF", "LF; CRLF after line 2")),
        ("a,b\n", "\ufeffa,b\n", ("byte order mark", "missing", "there")),
    ],
)
def test_layout_is_told_as_such(kind, control, candidate, found):
    assert differences(control, candidate, kind) == [found]
    assert differences(candidate, candidate, kind) == []


def test_another_delimiter_is_told_as_such():
    assert differences("a,b\n1,2\n", "a;b\n1;2\n") == [("delimiter", ",", ";")]


def test_break_within_a_cell_is_part_of_it():
    assert places('a,b\n"x\ny",1\n', 'a,b\n"x\r\ny",1\n') == ["row[2].a"]


def test_line_of_a_text_is_what_ends_with_a_break():
    assert places("a\x0bb\n", "a\nb\n", "text/plain") == ["text, piece 1"]


def test_lines_too_many_say_nothing_of_the_layout():
    assert places("a\r\nb\r\n", "a\r\nx\r\nb\r\n", "text/plain") == ["text, piece 2"]
