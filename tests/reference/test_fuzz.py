"""Whatever is sent: a documented refusal or an answer, never a 5xx, on both sides."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import Renewable
from tests.reference.conftest import Person
from tests.reference.test_access import OPERATIONS

REQUESTS = 5_000
"""For each side."""
LASTING = 100
"""So many find the database as those before them left it."""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PROFILE = {"display_name": "Ada", "timezone": "UTC", "default_assistant": "guide"}
PERSON = {"email": "new@example.test", "display_name": "New"}
# What each operation takes. Whoever fuzzes must not lock themselves out: no password is right.
RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "PATCH /conversations/<int:conv_id>": (JSON, {"title": "x", "status": "open", "pinned": True}),
    "POST /conversations": (JSON, {"title": "x", "assistant_key": "guide"}),
    "POST /chat/messages": (
        JSON,
        {
            "conversation_id": 1,
            "text": "Hi?",
            "client_token": "a-token-of-ada",
            "attachment_ids": [],
        },
    ),
    "POST /feedback": (JSON, {"message_id": 2, "rating": 4, "comment": "x"}),
    "POST /auth/update-password": (JSON, {"current_password": "x", "new_password": "xyz" * 5}),
    "POST /admin/cleanup": (JSON, {"older_than_days": 30, "dry_run": False}),
    "POST /admin/users/<int:user_id>/update": (
        JSON,
        {"display_name": "x", "role": "user", "monthly_quota": 3, "reset_usage": True},
    ),
    "POST /admin/users/create": (FORM, {**PERSON, "role": "user"}),
    "POST /settings": (FORM, PROFILE),
    "POST /contact": (FORM, {"name": "x", "email": "x@y.zz", "subject": "x", "body": "Hello?"}),
    "POST /auth/register": (FORM, {**PERSON, "password": "xyz" * 5, "accept_terms": "1"}),
    "POST /auth/login": (FORM, {"email": "bob@example.test", "password": "x"}),
    "POST /auth/deletion": (FORM, {"action": "request", "password": "x", "reason": "x"}),
}
# They hash a password, which takes a tenth of a second.
DEAR = {
    "POST /admin/users/create",
    "POST /auth/deletion",
    "POST /auth/login",
    "POST /auth/register",
    "POST /auth/update-password",
}

KNOWN = """
    q title status pinned assistant_key page per_page before limit format sort text client_token
    conversation_id attachment_ids message_id rating comment older_than_days dry_run role
    display_name monthly_quota reset_usage current_password new_password email password action
    reason next remember name subject body timezone default_assistant conversation accept_terms
""".split()  # noqa: SIM905 - forty names read better so
odd_text = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "\0",
            "guide",
            "open",
            "1",
            "-1",
            "0x1",
            "9" * 40,
            "%00",
            "a\ud800",
            "null",
            "//x",
        ]
    ),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd_text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=2),
    max_leaves=5,
)
names = st.one_of(st.sampled_from(KNOWN), odd_text)


def near(right: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make what an operation takes, and what is wrong, missing or too much in one place."""
    fields = st.sampled_from(sorted(right))
    return st.one_of(
        st.just(right),
        st.tuples(fields, values).map(lambda wrong: {**right, wrong[0]: wrong[1]}),
        fields.map(lambda name: {key: right[key] for key in right if key != name}),
        st.tuples(names, values).map(lambda more: {**right, more[0]: more[1]}),
    )


def written(kind: str, body: dict[str, Any]) -> bytes:
    if kind == JSON:
        return json.dumps(body).encode()
    return urlencode(
        {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items()}, errors="replace"
    ).encode()


bodies = st.one_of(
    st.dictionaries(names, values, max_size=5).map(lambda body: json.dumps(body).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=40),
    st.just(b"[" * 3000),
    st.just(b'{"text": "cut of'),
)
no_numbers = st.sampled_from(["0", "999", str(2**63), "9" * 500, "x", "-1", "1.0"])
numbers = st.one_of(st.just("1"), st.sampled_from(["1", "2", "6"]), no_numbers)
PLACES = {
    "<int:conv_id>": numbers,
    "<int:att_id>": numbers,
    "<int:user_id>": numbers,
    "<doc>": st.sampled_from(["terms", "no"]),
    "<key>": st.sampled_from(["guide", "no"]),
}
kinds = st.sampled_from(
    [
        "application/json",
        "application/json; charset=latin-1",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "",
    ]
)
WHOLE = (
    b"--x\r\nContent-Disposition: form-data; name=conversation_id\r\n\r\n1\r\n"
    b'--x\r\nContent-Disposition: form-data; name=file; filename="a.txt"\r\n\r\nhi'
    b"\r\n--x--\r\n"
)
multipart = st.sampled_from(
    [
        b"--x\r\nContent-Disposition: form-data; name=conversation_id\r\n\r\n1\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name=file; filename="a.txt"\r\n\r\nhi',
        b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n\xff\r\n--x--\r\n",
        b"--x--",
        WHOLE,
    ]
)
extra = st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "Range", "Last-Event-ID", "X-Request-ID"]),
    st.sampled_from(['"1-1"', "*", "", "bytes=0-", "bytes=9-1", "x" * 300, "0", "W/", '"']),
    max_size=2,
)
queries = st.dictionaries(names, odd_text, max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    route, method = draw(st.sampled_from(OPERATIONS))
    method = draw(st.sampled_from([*[method] * 8, "HEAD", "PUT"]))
    operation, path = f"{method} {route['path']}", route["path"]
    for place, fitting in PLACES.items():
        if place in path:
            path = path.replace(place, draw(fitting))
    if operation in RIGHT and draw(st.integers(0, 9)) < (1 if operation in DEAR else 8):
        kind, right = RIGHT[operation]
        body = written(kind, draw(near(right)))
    elif operation == "POST /attachments" and draw(st.booleans()):
        kind, body = "multipart/form-data; boundary=x", draw(multipart)
    else:
        kind, body = draw(kinds), draw(st.one_of(bodies, multipart))
    return {
        "operation": operation,
        # Whoever fuzzes must not lock themselves out.
        "method": "GET" if path in {"/auth/logout", "/auth/sessions"} else method,
        "path": path,
        "query_string": urlencode(draw(queries), errors="replace"),
        "data": body,
        "content_type": kind,
        "headers": {"If-Match": "*"} | draw(extra),
    }


@pytest.fixture
def url(database: Renewable) -> str:
    """One kind of database: the other one's refusals are tested one by one."""
    database.renew()
    return database.url


@pytest.fixture(scope="module")
def generated() -> list[dict[str, Any]]:
    """The requests, one for each example of Hypothesis's: within one it would repeat itself."""
    found = []

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(requests())
    def find(request: dict[str, Any]) -> None:
        found.append(request)

    find()
    return found


# Werkzeug leaves the file of a multipart form open that breaks off amid it.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
def test_nothing_that_is_sent_breaks_a_side(site, database, generated):
    ada, done = site.signed_in("ada"), set()
    for number, request in enumerate(generated):
        if number % LASTING == 0:
            database.renew()
            assert ada.get("/auth/current-user").status_code == 200
        if send(ada, **request) < 400:
            done.add(request["operation"])
    assert len(generated) >= REQUESTS
    assert {*RIGHT, "POST /attachments"} - DEAR <= done


def send(person: Person, operation: str, **request: Any) -> int:
    try:
        answer = person.call(**request)
        answer.close()
        assert answer.status_code < 500
    except Exception as error:
        error.add_note(f"{operation}: {request}")
        raise
    return answer.status_code
