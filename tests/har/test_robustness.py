"""Whatever a file holds, it is read and written about, or refused in a sentence."""

from __future__ import annotations

import ast
import json
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.parity.har.archive import HarError
from gateway.parity.har.bodies import decoded
from gateway.parity.har.script import script_of
from gateway.parity.har.session import read_session
from gateway.parity.har.sources import leaves_of
from tests.har.recording import shopping
from tests.har.shop import make_shop

ODD = (
    st.none()
    | st.booleans()
    | st.integers(-2, 10**6)
    | st.text(max_size=12)
    | st.sampled_from([
        "http://[", "//", "http://shop.example:5000//x//y?a&b=&=c", "multipart/form-data", "base64",
        "application/json", "text/html", "text/event-stream", "\x00", "\udc80", "{", "'\"\\", "{x}",
        "http://shop.example:5000/orders/{7}/'\"", "/orders/7?a='\"", "class", "Authorization",
    ])
)  # fmt: skip


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def content(request):
    """A recording as plain data."""
    return {"log": {"entries": shopping(make_shop(7), request.param).entries}}


def put(tree, pointer, value):
    """Give a copy of a tree with another value in one place."""
    if not pointer:
        return value
    copied = tree.copy()
    copied[pointer[0]] = put(tree[pointer[0]], pointer[1:], value)
    return copied


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_anywhere_gives_a_session_or_a_sentence(tmp_path, content, data):
    places = [pointer for pointer, _ in leaves_of(content)]
    for place in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)):
        content = put(content, place, data.draw(ODD))
    file = tmp_path / "odd.har"
    file.write_text(json.dumps(content))

    try:
        text = script_of(read_session(file), "odd").source
    except HarError as error:
        assert str(error).endswith(".")
    else:
        ast.parse(text)


@given(st.text(max_size=40) | st.text("abcdEF01+/=", max_size=40))
def test_any_base64_is_read_as_far_as_it_goes(text):
    assert isinstance(decoded(text, "base64"), bytes)


@given(st.binary(max_size=40), st.data())
def test_base64_that_was_cut_off_gives_what_came_before(content, data):
    text = b64encode(content).decode()
    cut = data.draw(st.integers(0, len(text)))

    assert content.startswith(decoded(text[:cut], "base64"))
    assert decoded(text, "base64") == content
