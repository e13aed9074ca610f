"""Whatever is sent: a documented refusal or an answer, never a 5xx, on both sides."""

from __future__ import annotations

import json
from contextvars import Context
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.test_contract import ROUTES
from tests.databases import Renewable
from tests.reference.conftest import Site

REQUESTS = 5_000
"""For each side; Hypothesis makes each of its examples of ten."""
AT_ONCE = 25

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
bodies = st.one_of(
    st.dictionaries(names, values, max_size=5).map(lambda body: json.dumps(body).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=40),
    st.just(b"[" * 3000),
    st.just(b'{"text": "cut of'),
)
numbers = st.sampled_from(["1", "2", "6", "0", "999", str(2**63), "9" * 500, "x", "-1", "1.0"])
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
multipart = st.sampled_from(
    [
        b"--x\r\nContent-Disposition: form-data; name=conversation_id\r\n\r\n1\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name=file; filename="a.txt"\r\n\r\nhi',
        b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n\xff\r\n--x--\r\n",
        b"--x--",
    ]
)
extra = st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "Range", "Last-Event-ID", "X-Request-ID"]),
    st.sampled_from(['"1-1"', "*", "", "bytes=0-", "bytes=9-1", "x" * 300, "0", "W/", '"']),
    max_size=2,
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    route = draw(st.sampled_from(ROUTES))
    path = route["path"]
    for place in ("<int:conv_id>", "<int:att_id>", "<int:user_id>"):
        path = path.replace(place, draw(numbers))
    path = path.replace("<doc>", "terms").replace("<key>", draw(st.sampled_from(["guide", "no"])))
    method = draw(st.sampled_from([*route["methods"], *route["methods"], "HEAD", "PUT"]))
    # Whoever fuzzes must not lock themselves out.
    kept = path not in {"/auth/logout", "/auth/sessions"}
    return {
        "method": method if kept else "GET",
        "path": path,
        "query_string": draw(st.dictionaries(names, odd_text, max_size=3)),
        "data": draw(st.one_of(bodies, multipart)),
        "content_type": draw(kinds),
        "headers": draw(extra),
    }


@pytest.fixture
def url(database: Renewable) -> str:
    """One kind of database: the other one's refusals are tested one by one."""
    database.renew()
    return database.url


# Werkzeug leaves the file of a multipart form open that breaks off amid it.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
def test_nothing_that_is_sent_breaks_a_side(site):
    client = site.signed_in("ada").client
    csrf = client.get("/auth/current-user").get_json()["csrf_token"]

    @settings(
        max_examples=REQUESTS // AT_ONCE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(st.lists(requests(), min_size=AT_ONCE, max_size=AT_ONCE))
    def send_all(wanted: list[dict[str, Any]]) -> None:
        for request in wanted:
            status = Context().run(send, site, client, csrf, request)
            assert status < 500, request

    send_all()


def send(site: Site, client: Any, csrf: str, request: dict[str, Any]) -> int:
    headers = {"X-CSRFToken": csrf, **request["headers"]}
    query = urlencode(request["query_string"], errors="replace")
    options = {**request, "headers": headers, "query_string": query, "buffered": True}
    answer = client.open(options.pop("path"), **options)
    answer.close()
    return int(answer.status_code)
