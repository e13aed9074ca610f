"""The text of a file, whatever wrote it."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants import AttachedFile
from assistants.reading import UnreadableError, read_text
from tests.assistants.conftest import file


@pytest.mark.parametrize(
    "data",
    [
        "Zoë, 5 €".encode(),
        codecs.BOM_UTF8 + "Zoë, 5 €".encode(),
        "Zoë, 5 €".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Zoë, 5 €".encode("utf-16-be"),
        "Zoë, 5 €".encode("utf-32"),
        "Zoë, 5 €".encode("cp1252"),
    ],
)
def test_encodings_are_told_apart(data):
    assert read_text(file("x", data), 100) == "Zoë, 5 €"


def gone():
    raise FileNotFoundError("x")


@pytest.mark.parametrize(
    ("unreadable", "why"),
    [
        (AttachedFile("x", "text/plain", gone), "can't be opened any more"),
        (file("x", b"a\0b"), "is no text"),
        (file("x", b"x" * 101), "is too long to be read here"),
    ],
)
def test_what_cannot_be_read_says_why(unreadable, why):
    with pytest.raises(UnreadableError, match=why):
        read_text(unreadable, 100)


@given(st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16, codecs.BOM_UTF32]), st.binary())
def test_text_of_any_bytes_can_be_stored(bom, data):
    try:
        text = read_text(file("x", bom + data), 100_000)
    except UnreadableError:
        return
    assert "\0" not in text
    text.encode()
