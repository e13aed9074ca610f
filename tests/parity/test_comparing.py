"""Equal applications raise no alarm, and every seeded fault is found where it is."""

from __future__ import annotations

import pytest

from gateway.parity.harness import Parity, ParityError, Side


def walk(parity):
    """Use everything that the application has."""
    parity.post("/login", data={"name": "ada"})
    token = parity.get("/page").form("csrf_token")
    made = parity.post("/notes", json={"title": "new"}, headers={"X-CSRFToken": token})
    parity.get(f"/notes/{made.json['id']}")
    parity.put(f"/notes/{made.json['id']}", json={"title": f"{made.json['title']} again"})
    parity.get("/notes")
    parity.delete("/notes/1")
    parity.get("/notes/1")
    parity.get("/boom", crashes=True)
    parity.get("/file")
    parity.get("/text")
    parity.get("/nowhere")


def found(parity):
    """Kind and place of every difference."""
    return {(d.kind, d.place) for call in parity.calls for d in call.differences}


@pytest.mark.parametrize("url", [None, "sqlite://"])
def test_equal_applications_are_silent(comparing, url):
    parity = comparing(url=url)
    walk(parity)
    assert parity.check() is None
    assert len(parity.calls) == 12


def test_mark_up_makes_no_difference(comparing):
    parity = comparing("html mark-up")
    walk(parity)
    assert parity.check() is None


@pytest.mark.postgresql
def test_equal_applications_are_silent_on_postgresql(comparing, postgresql_url):
    parity = comparing(url=postgresql_url)
    walk(parity)
    assert parity.check() is None


@pytest.mark.postgresql
def test_row_faults_are_found_on_postgresql(comparing, postgresql_url):
    parity = comparing("extra row", url=postgresql_url)
    walk(parity)
    assert ("rows", "tag[4]") in found(parity)


FAULTS = {
    "status": ("status", "status"),
    "header missing": ("header", "Etag"),
    "cache header": ("header", "Cache-Control"),
    "content type": ("header", "Content-Type"),
    "cookie flag": ("cookie", "session; http_only"),
    "cookie missing": ("cookie", "theme"),
    "cookie age": ("cookie", "theme; lifetime"),
    "redirect": ("redirect", "Location"),
    "failure": ("failure", "exception"),
    "json value": ("body", "title"),
    "json null": ("body", "title"),
    "json type": ("body", "id"),
    "json number": ("body", "price"),
    "json boolean": ("body", "price"),
    "json extra member": ("body", "more"),
    "json missing member": ("body", "price"),
    "token elsewhere": ("body", "secret"),
    "token too short": ("body", "secret"),
    "order": ("body", "[0].title"),
    "list cut": ("body", "[1]"),
    "html text": ("body", "text, piece 2"),
    "html title": ("body", "title"),
    "form action": ("body", "forms[0].action"),
    "form method": ("body", "forms[0].method"),
    "form field": ("body", "forms[0].fields.title"),
    "form label": ("body", "forms[0].fields.title.label"),
    "form required": ("body", "forms[0].fields.title.required"),
    "link target": ("body", "links[0].href"),
    "link query": ("body", "links[0].href"),
    "bytes": ("body", "sha256"),
    "text": ("body", "text, piece 2"),
    "no commit": ("rows", "note[3]"),
    "extra row": ("rows", "tag[4]"),
    "column not set": ("rows", "note[3].seen"),
    "write on get": ("rows", "note[3]"),
    "lost cascade": ("rows", "tag[1]"),
}


@pytest.mark.parametrize(("fault", "place"), FAULTS.items())
def test_seeded_fault_is_found(comparing, fault, place):
    parity = comparing(fault)
    walk(parity)
    assert place in found(parity)


@pytest.mark.parametrize("fault", ["extra row", "column not set", "write on get", "lost cascade"])
def test_row_faults_show_in_the_rows_only(comparing, fault):
    parity = comparing(fault)
    walk(parity)
    assert {kind for kind, _ in found(parity)} == {"rows"}


def test_every_difference_is_reported_with_the_request_to_repeat(comparing):
    parity = comparing("json value")
    parity.post("/notes", json={"title": "it's new"})
    parity.get("/notes/1")

    report = parity.check()

    assert report.startswith("2 differences in 2 of 2 compared calls (control is sound,")
    assert "call 2: GET /notes/1\n  body\n    title   (the values differ)\n" in report
    assert "      control    one\n      candidate  ONE\n" in report
    assert "curl -i -X GET http://127.0.0.1:5000/notes/1" in report
    assert """--data-binary '{"title": "it'"'"'s new"}'""" in report


@pytest.mark.parametrize(
    ("path", "crashes", "told"),
    [
        ("/boom", False, "both sides crashed alike, so nothing was compared"),
        ("/boom", True, None),
        ("/text", True, "the test says crashes=True, and neither side crashes"),
        ("/nowhere", False, None),
    ],
)
def test_sides_that_crash_alike_are_a_fault_unless_the_test_expects_it(
    comparing, path, crashes, told
):
    parity = comparing()
    parity.get(path, crashes=crashes)
    report = parity.check()
    assert told in report if told else report is None


def test_answer_that_says_500_without_an_exception_is_a_crash(comparing):
    parity = comparing()
    for side in parity.sides:
        side.app.testing = False
    parity.get("/boom")
    assert found(parity) == {("failure", "both sides")}


def test_differences_are_reported_once(comparing):
    parity = comparing("status")
    parity.post("/notes", json={"title": "new"})
    assert parity.check()
    assert parity.check() is None


def test_test_without_a_call_is_an_error(comparing):
    with pytest.raises(ParityError, match="made no call, so it compared nothing"):
        comparing().check()


def test_one_object_on_both_sides_is_an_error():
    with pytest.raises(ParityError, match="are the same object, so nothing can differ"):
        Parity(Side("a", _app), Side("b", _app))


def _app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]
