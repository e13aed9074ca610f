"""An event stream is read as a browser reads it."""

import pytest

from gateway.parity.eventstream import read_events


def read(text):
    return read_events(text, str)


def test_fields_of_an_event():
    text = "id: 3\nevent: delta\ndata: x\n\n"
    assert read(text) == [{"id": "3", "event": "delta", "data": "x"}]


def test_data_over_several_lines_is_joined():
    assert read("data: a\ndata:b\ndata\n\n") == [{"data": "a\nb\n"}]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_in_three_ways(end):
    text = end.join(["data: a", "", "data: b", "", ""])
    assert read(text) == [{"data": "a"}, {"data": "b"}]


def test_comments_say_nothing():
    assert read(": connected\n\n: heartbeat\n\ndata: a\n: inside\n\n") == [{"data": "a"}]


def test_order_of_events_is_kept_and_an_unfinished_one_is_told():
    assert read("retry: 1000\n\ndata: 2\n\ndata: 1") == [
        {"retry": "1000"},
        {"data": "2"},
        {"data": "1"},
    ]


def test_data_is_read_as_asked():
    assert read_events("data: 7\n\n", int) == [{"data": 7}]
