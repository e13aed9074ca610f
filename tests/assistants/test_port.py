"""What passes between a turn and a responder."""

import json

import pytest

from assistants import RESPONDERS, AttachedFile, Column, Delta, ResponderError, Table, responder_of
from tests.assistants.conftest import context, events


def test_events_say_what_they_are_in_json():
    table = Table((Column("n", "number"), Column("x")), (("1.50", None),), "Two columns")

    assert (Delta("Hi").event, Delta("Hi").data) == ("delta", {"text": "Hi"})
    assert table.event == "table"
    assert json.loads(json.dumps(table.data)) == {
        "caption": "Two columns",
        "columns": [{"name": "n", "kind": "number"}, {"name": "x", "kind": "text"}],
        "rows": [["1.50", None]],
    }


@pytest.mark.parametrize("key", ["guide", "docs", "table"])
def test_same_context_gives_the_same_events(key):
    assert events("rename", key=key) == events("rename", key=key)


def test_config_may_name_another_responder():
    assert responder_of("help-desk", {"responder": "guide"}) is RESPONDERS["guide"]


@pytest.mark.parametrize(
    ("key", "config"),
    [("nobody", {}), ("guide", {"responder": "nobody"}), ("guide", {"responder": ["guide"]})],
)
def test_unknown_responder_is_a_typed_failure(key, config):
    with pytest.raises(ResponderError, match=f"“{key}” can't answer.*guide") as caught:
        responder_of(key, config)

    assert caught.value.data == {"code": "misconfigured", "message": str(caught.value)}


@pytest.mark.parametrize("key", ["guide", "docs", "table"])
def test_nothing_is_done_before_the_first_event_is_asked_for(key):
    def read():
        raise AssertionError("read too early")

    files = [AttachedFile("a.csv", "text/csv", read), AttachedFile("a.txt", "text/plain", read)]
    responder_of(key, {}).reply(context("profile", key=key, files=files)).close()


def test_text_is_said_in_the_chunkers_pieces():
    asked = context("", chunk=lambda text: iter(text.split("-")))

    assert list(asked.say("a-b-c")) == [Delta("a"), Delta("b"), Delta("c")]
