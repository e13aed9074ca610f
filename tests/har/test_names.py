"""No value is taken for another by chance, and no token is overlooked."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.har.names import (
    is_csrf,
    is_id,
    is_telling,
    singular,
    thing_of,
    things_of_path,
)

WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), max_size=6)


@pytest.mark.parametrize(
    "value",
    [
        "1", "12", "2026", "true", "false", "null", "guide", "open", "archived", "2026-03-04",
        "04.03.2026", "10:30:00", "1234.50", "127.0.0.1", "visitors.csv", "attachment-2026",
        "report_2026_march.csv", "text/html", "ada@example.test", "conversation_id",
        "Europe/Zurich", "visitors2026", "2026-W12-3", "+41 44 668 18 00", "sampleReportTitle",
        "en-US", "Accept-Language", "correct horse battery", "page2", "room-101",
    ],
)  # fmt: skip
def test_words_numbers_and_dates_are_not_telling(value):
    assert not is_telling(value)


@pytest.mark.parametrize(
    "value",
    [
        "8400123456789", "2026-03-04T10:30:00Z", "2026-03-04T10:30:00.123+01:00", "01HZX3K5Q8J9",
        "ImJmN2MyOWI1MDBkNTAxOWExZTVhYjFl.awY0Jw.Tn6ZUsYerE3N_E7UIwC7IVy9R1k", "cus_9s6XKzkNRiz8i3",
    ],
)  # fmt: skip
def test_tokens_long_numbers_and_instants_are_telling(value):
    assert is_telling(value)


@given(WORDS, st.sampled_from(["-", "_", ".", "/", " "]))
def test_no_words_are_telling(words, glue):
    assert not is_telling(glue.join(words))


@given(st.integers(-(10**9), 10**9) | st.booleans() | st.none() | st.dates())
def test_no_small_number_truth_value_or_date_is_telling(value):
    assert not is_telling(str(value))


@given(st.uuids(), st.integers())
def test_uuids_and_random_tokens_are_telling(uuid, seed):
    content = Random(seed).randbytes(24)

    assert is_telling(str(uuid))
    assert is_telling(content.hex())
    assert is_telling(urlsafe_b64encode(content).decode())


@given(st.text() | st.integers().map(str))
def test_every_text_is_judged(text):
    assert is_telling(text) in {True, False}
    assert is_id(text) in {True, False}


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("conversation_id", "conversation"),
        ("conversationId", "conversation"),
        ("data-user-id", "data_user"),
        ("attachment_ids", "attachment"),
        ("id", ""),
        ("uuid", ""),
        ("title", None),
        ("valid", None),
        ("paid", None),
        ("", None),
    ],
)
def test_name_says_what_a_value_is_an_id_of(name, thing):
    assert thing_of(name) == thing


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("conversations", "conversation"), ("categories", "category"), ("boxes", "box"),
        ("classes", "class"), ("status", "status"), ("class", "class"), ("searches", "search"),
        ("s", ""),
    ],
)  # fmt: skip
def test_plural_is_read_as_one(many, one):
    assert singular(many) == one


def test_path_speaks_of_its_last_thing_first():
    assert things_of_path("/conversations/12/messages") == ("message", "conversation")


@pytest.mark.parametrize("value", ["v1", "v2", "guide", "", "a b", "é1"])
def test_version_or_word_in_a_path_is_no_id(value):
    assert not is_id(value)


@pytest.mark.parametrize(
    "name", ["csrf_token", "X-CSRFToken", "XSRF-TOKEN", "_token", "csrfmiddlewaretoken",
             "authenticity_token", "__RequestVerificationToken"],
)  # fmt: skip
def test_csrf_token_is_known_by_its_name(name):
    assert is_csrf(name)
