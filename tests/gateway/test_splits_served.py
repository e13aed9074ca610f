"""A split in life: visitors with their cookies, two workers, and flips that move them."""

import subprocess
import sys

import pytest
import requests

from tests.gateway.servers import ROOT
from tests.serving import serving

HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:modern"}}
default: legacy
routes:
  page: {{path: /page, to: {{legacy: 50, modern: 50}}}}
  api: {{prefix: /api, to: {{legacy: 50, modern: 50}}}}
  plain: {{path: /plain, to: modern}}
"""


@pytest.fixture(params=["granian", "gunicorn"])
def site(request, tmp_path):
    table = tmp_path / "table.yaml"
    table.write_text(TABLE)
    options = ("--server", request.param, "--workers", "2", "--no-access-log")
    with serving(table, *options, cwd=ROOT) as server:
        yield server, table


def flip(table, route: str, to: str) -> None:
    command = [sys.executable, "-m", "gateway", "flip", route, to, "--table", str(table)]
    subprocess.run([*command, "--wait", "10"], check=True, cwd=ROOT, capture_output=True)


def seen(server, people, path: str = "/page") -> list[str]:
    """Return who answers each of them, who must be the same in every worker."""
    url = server.url + path
    other = {"Connection": "close"}  # a worker may be another one each time
    answers = [{p.get(url, timeout=20, headers=other).text for _ in range(4)} for p in people]
    assert all(len(backends) == 1 for backends in answers)
    return [backend for backends in answers for backend in backends]


def test_visitors_stay_move_forward_and_all_come_back(site):
    server, table = site
    people = [requests.Session() for _ in range(24)]
    half = seen(server, people)
    assert set(half) == {"legacy", "modern"}
    assert seen(server, people, "/api/x") == half

    flip(table, "page", "legacy=10,modern=90")
    moves = set(zip(half, seen(server, people), strict=True))
    assert ("modern", "legacy") not in moves
    assert seen(server, people, "/api/x") == half

    flip(table, "page", "legacy=100,modern=0")
    assert set(seen(server, people)) == {"legacy"}


def test_only_a_split_sets_the_cookie_and_only_once(site):
    server, _ = site
    person = requests.Session()

    assert "Set-Cookie" not in person.get(server.url + "/plain", timeout=20).headers
    assert "Set-Cookie" not in person.get(server.url + "/of-no-route", timeout=20).headers
    cookie = person.get(server.url + "/page", timeout=20).headers["Set-Cookie"]
    assert cookie.startswith("gateway_cohort=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Set-Cookie" not in person.get(server.url + "/api/x", timeout=20).headers
