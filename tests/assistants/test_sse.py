"""Server-Sent Events, however the network cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.sse import payloads


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        ("data: a\n\ndata: b\n\n", ["a", "b"]),
        ("data:a\r\n\r\ndata:  b\r\r", ["a", " b"]),
        ("data: a\ndata: b\n\n", ["a\nb"]),
        (": ping\nevent: x\nid: 1\ndata: a\n\n\n\n", ["a"]),
        ("data\n\n", [""]),
        ("data: a", []),
        ("dataset: a\n\n", []),
        ("data: a\u2028b\u0085c\n\n", ["a\u2028b\u0085c"]),
    ],
)
def test_data_of_complete_events_is_read(stream, data):
    assert list(payloads([stream.encode()])) == data


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=1)


@given(st.lists(LINES, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_cuts_do_not_matter(events, end, data):
    stream = "".join(
        "".join(f"data: {line}{end}" for line in lines) + end for lines in events
    ).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [
        stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)
    ]

    assert list(payloads(chunks)) == ["\n".join(lines) for lines in events]


@given(st.lists(st.binary()))
def test_any_bytes_are_read(chunks):
    assert all("\r" not in data for data in payloads(chunks))


def test_event_is_given_as_soon_as_it_is_complete():
    def chunks():
        yield b"data: a\n\n"
        raise AssertionError

    assert next(payloads(chunks())) == "a"
