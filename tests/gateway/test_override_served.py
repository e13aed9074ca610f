"""A tester's override from end to end: `gateway override`, and a server that honours it or not."""

import os
import subprocess
import sys

import pytest
from itsdangerous import URLSafeSerializer

from gateway import create_gateway
from gateway.override import KEY_VARIABLE
from tests.gateway.servers import ROOT
from tests.gateway.visitor import Visitor
from tests.serving import free_port, serving, until

HERE = "tests.gateway.applications"
KEY = "a key for this test only"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:modern"}}
default: legacy
routes:
  fixed: {{path: /fixed, to: legacy}}
  split: {{path: /split, to: {{legacy: 99.99, modern: 0.01}}}}
settings: {{override: {{header: X-Gateway-Backend, cookie: gateway_backend}}}}
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    file = tmp_path_factory.mktemp("override") / "table.yaml"
    file.write_text(TABLE)
    return file


@pytest.fixture(scope="module", params=["granian", "gunicorn"])
def server(request, table):
    options = ("--server", request.param, "--workers", "1", "--no-access-log")
    with serving(table, *options, cwd=ROOT, environment={KEY_VARIABLE: KEY}) as server:
        yield server


def token_of(table, *arguments: str, key: str = KEY) -> str:
    """Print a token as a person does."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "override", *arguments, "--table", str(table)],
        env={**os.environ, KEY_VARIABLE: key},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def asked(server, token: str, path: str = "/fixed") -> list[str]:
    """Ask with the token in the header, and in the cookie."""
    by_header = server.get(path, headers={"X-Gateway-Backend": token})
    by_cookie = server.get(path, cookies={"gateway_backend": token})
    return [by_header.text, by_cookie.text]


@pytest.mark.parametrize("path", ["/fixed", "/split", "/of-no-route"])
def test_a_token_is_honoured_in_header_and_cookie(server, table, path):
    token = token_of(table, "modern", "--ttl", "1h")

    assert asked(server, token, path) == ["modern", "modern"]
    assert "Set-Cookie" not in server.get(path, headers={"X-Gateway-Backend": token}).headers


def test_a_token_ends_when_its_time_is_over(server, table):
    token = token_of(table, "modern", "--ttl", "2s")

    until(lambda: asked(server, token) == ["legacy", "legacy"], seconds=10)


def test_a_token_that_was_changed_is_not_honoured(server, table):
    token = token_of(table, "modern")
    payload, _, signature = token.partition(".")
    other = token_of(table, "legacy").partition(".")[0]

    for forged in (payload, f"{payload}.", f"{other}.{signature}", token[:-1], "modern", ""):
        assert asked(server, forged) == ["legacy", "legacy"]


def test_a_token_of_another_key_is_not_honoured(server, table):
    token = token_of(table, "modern", key="another key of the test")

    assert asked(server, token) == ["legacy", "legacy"]


def test_without_a_key_no_token_is_honoured(table):
    token = token_of(table, "modern")
    with serving(table, "--workers", "1", cwd=ROOT, environment={KEY_VARIABLE: ""}) as server:
        assert asked(server, token) == ["legacy", "legacy"]


def test_a_key_that_is_too_short_is_one_clear_message(table):
    bind = f"127.0.0.1:{free_port()}"
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve", "--table", str(table), "--bind", bind],
        cwd=ROOT,
        env={**os.environ, KEY_VARIABLE: "short"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "The override key has 5 characters. Set GATEWAY_OVERRIDE_KEY to at least 16 random ones.\n"
    )


@pytest.mark.parametrize(("key", "honoured"), [(KEY, "modern"), ("short", "legacy")])
def test_a_key_that_is_too_short_is_none_to_the_callable(table, monkeypatch, key, honoured):
    monkeypatch.setenv(KEY_VARIABLE, key)
    token = URLSafeSerializer(key, salt="gateway.override").dumps(["modern", 2**33])
    visitor = Visitor(create_gateway(table))

    assert visitor.get("/fixed", headers={"X-Gateway-Backend": token}).text == honoured
