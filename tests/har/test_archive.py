"""HAR files: every dialect is read, and what is wrong with one is told in a sentence."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.exchange import Response
from gateway.parity.har import archive
from gateway.parity.har.archive import HarError, read_archive
from gateway.parity.har.bodies import PostData, posted
from tests.har.recording import shopping
from tests.har.shop import make_shop

MOMENT = "2026-03-04T10:00:00.000Z"
ENTRY = {"startedDateTime": MOMENT, "request": {"method": "GET", "url": "http://a.example/x"}}


def har(*entries):
    return json.dumps({"log": {"entries": entries}})


@pytest.fixture
def read(tmp_path):
    """Read a file of this content."""

    def start(content):
        file = tmp_path / "x.har"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_archive(file)

    return start


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A whole HAR file of Chromium's."""
    return shopping(make_shop()).write(tmp_path_factory.mktemp("har") / "x.har").read_bytes()


def test_dialects_say_the_same(tmp_path):
    chromium, firefox = (
        read_archive(shopping(make_shop(), dialect).write(tmp_path / dialect)).entries
        for dialect in ("chromium", "firefox")
    )

    assert len(chromium) == 9
    for one, other in zip(chromium, firefox, strict=True):
        assert one.request.target.rpartition("/")[0] == other.request.target.rpartition("/")[0]
        assert len(one.request.body) == len(other.request.body)
        assert one.response.status == other.response.status
        assert one.media_type == other.media_type


def test_pseudo_headers_of_http_2_are_left_out(read, written):
    names = {name for e in read(written).entries for name, _ in e.request.headers}

    assert not [name for name in names if name.startswith(":")]


def test_redirect_without_headers_still_leads_somewhere(read):
    response = {"status": 302, "redirectURL": "/there", "headers": []}
    (entry,) = read(har(ENTRY | {"response": response})).entries

    assert entry.response.header("Location") == "/there"


def test_byte_order_mark_and_unknown_members_are_passed_over(read):
    content = json.dumps({"log": {"entries": [ENTRY | {"_new": {"a": 1}}], "_more": 2}})

    assert len(read(b"\xef\xbb\xbf" + content.encode()).entries) == 1


def test_entries_are_in_the_order_in_which_they_began(read):
    later = ENTRY | {"startedDateTime": "2026-03-04T10:00:01.000Z"}

    assert [e.number for e in read(har(later, ENTRY)).entries] == [2, 1]


def test_cookies_that_a_browser_joined_are_told_apart(read):
    header = {"name": "set-cookie", "value": "a=1; Path=/\nb=2"}
    (entry,) = read(har(ENTRY | {"response": {"status": 200, "headers": [header]}})).entries

    assert entry.response.all_headers("Set-Cookie") == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "it is no whole JSON"),
        ('{"log": {"entries": [', "it is no whole JSON"),
        ("[]", "it is JSON, but no HAR"),
        ('{"log": {}}', "it is JSON, but no HAR"),
        (har(), "has no entries"),
        (har({"request": {}}), "log.entries[0].request.method: Field required"),
        (har(ENTRY | {"startedDateTime": "noon"}), "log.entries[0].startedDateTime: Input should"),
        (har(*[{}] * 9), "(and 13 more)"),
        ("[" * 100_000, "it is no whole JSON"),
        (b"\xff\xfe\x00", "it is no whole JSON"),
    ],
)
def test_file_that_is_no_har_is_told_in_a_sentence(read, content, told):
    with pytest.raises(HarError) as raised:
        read(content)

    assert told in str(raised.value)
    assert str(raised.value).endswith(".")


@given(st.data())
def test_file_cut_off_anywhere_is_told_in_a_sentence(tmp_path_factory, written, data):
    file = tmp_path_factory.getbasetemp() / "cut.har"
    file.write_bytes(written[: data.draw(st.integers(0, len(written) - 1))])

    with pytest.raises(HarError, match=r"no whole JSON.*\.$"):
        read_archive(file)


def test_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(HarError, match=r"can't be read: No such file"):
        read_archive(tmp_path / "none.har")


def test_file_too_large_to_read_is_told(read, monkeypatch):
    monkeypatch.setattr(archive, "_LARGEST", 10)  # no test writes half a gigabyte

    with pytest.raises(HarError, match="Record a shorter session"):
        read(har(ENTRY))


@pytest.mark.parametrize("url", ["http://[", "data:text/plain,x", "blob:x", "about:blank", "x"])
def test_any_address_can_be_read(read, url):
    request = {"method": "GET", "url": url}

    assert len(read(har(ENTRY | {"request": request})).entries) == 1


def test_form_that_only_its_fields_tell_is_put_together():
    data = PostData.model_validate({"params": [{"name": "a", "value": "x y"}, {"name": "b"}]})
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)

    assert posted(data, headers)[0] == b"a=x+y&b="


def test_upload_that_was_not_recorded_is_told():
    headers = (("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", "324"))

    assert posted(None, headers)[1] == (
        "324 of the 324 bytes that it sent were not recorded: browsers leave out uploaded files",
    )


@pytest.mark.parametrize("content", [gzip.compress(b"{}"), b"PK\x03\x04rest"])
def test_compressed_file_is_told(read, content):
    with pytest.raises(HarError, match=r"x\.har is compressed\. Unpack it, and give the file"):
        read(content)


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (gzip.compress(b"[1, 2]"), "GZIP", b"[1, 2]"),
        (b"[1, 2]", "gzip", b"[1, 2]"),
        (gzip.compress(b"[1, 2]"), "identity", gzip.compress(b"[1, 2]")),
        (b"\x1f\x8bbroken", "gzip", b"\x1f\x8bbroken"),
    ],
)
def test_body_as_it_came_over_the_wire_is_unpacked(read, body, encoding, expected):
    content = {"text": b64encode(body).decode(), "encoding": "base64"}
    headers = [{"name": "content-encoding", "value": encoding}]
    response = {"status": 200, "headers": headers, "content": content}
    assert read(har(ENTRY | {"response": response})).entries[0].response.body == expected


def test_entry_without_an_answer_has_no_status(read):
    assert read(har(ENTRY)).entries[0].response == Response(0, (), b"")


@pytest.mark.parametrize("headers", [[], [{"name": "location", "value": "/a"}]])
def test_redirect_is_known_once_from_the_header_or_beside_it(read, headers):
    response = {"status": 302, "headers": headers, "redirectURL": "/a"}
    (entry,) = read(har(ENTRY | {"response": response})).entries
    assert entry.response.all_headers("Location") == ["/a"]
