"""What varies by itself is compared by its shape; a fault there is a difference still."""

from __future__ import annotations

import random
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from flask import Flask, jsonify, request
from itsdangerous import URLSafeTimedSerializer

from gateway.parity.harness import Parity, Side
from gateway.parity.repetition import Again
from gateway.parity.shape import same_shape


def real_now():
    """Tell the time by a clock that nobody froze."""
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)


def app_of(make):
    """Make an application whose answer has one value of its own making."""
    app = Flask("noise")

    @app.get("/")
    def value():
        return jsonify(value=make(), when=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    @app.get("/echo")
    def echo():
        return jsonify(echoed=request.args["x"] == app.config["LAST"])

    @app.get("/token")
    def token():
        app.config["LAST"] = f"{random.randrange(10**6):06}"
        return jsonify(token=app.config["LAST"])

    return app


@contextmanager
def comparing(control, candidate):
    apps = app_of(control), app_of(candidate)

    def sides():
        return Side("control", apps[0]), Side("candidate", apps[1])

    with Parity(*sides()) as parity:
        parity.again = Again(sides, parity.base_url)
        yield parity


def short():
    return f"{random.randrange(10**6):06}"


VARYING = {
    "number of some digits": short,
    "duration": lambda: random.randrange(10**7, 10**8),
    "now, by another clock": lambda: real_now().isoformat(timespec="microseconds"),
    "name of a file": lambda: f"export-{short()}.csv",
}


@pytest.mark.parametrize("make", VARYING.values(), ids=VARYING)
def test_value_that_varies_is_compared_by_its_shape(make):
    with comparing(make, make) as parity:
        for _ in range(3):
            parity.get("/")
        assert parity.check() is None
        assert 1 <= parity.counts.by_shape <= 3 < parity.counts.values


FAULTS = {
    "constant": (short, lambda: "123456"),
    "null": (short, lambda: None),
    "wrong length": (short, lambda: short()[1:]),
    "letters": (short, lambda: f"abc{short()[3:]}"),
    "other punctuation": (lambda: f"x-{short()}", lambda: f"x_{short()}"),
    "wrong zone": (
        lambda: real_now().isoformat(timespec="microseconds"),
        lambda: (real_now() + timedelta(hours=1)).isoformat(timespec="microseconds"),
    ),
    "without a zone": (
        lambda: real_now().isoformat(timespec="microseconds"),
        lambda: real_now().replace(tzinfo=None).isoformat(timespec="microseconds"),
    ),
    "number": (short, lambda: random.randrange(10**5, 10**6)),
    "varies where control does not": (lambda: "123456", short),
}


@pytest.mark.parametrize(("control", "candidate"), FAULTS.values(), ids=FAULTS)
def test_fault_where_control_varies_is_a_difference(control, candidate):
    with comparing(control, candidate) as parity:
        parity.get("/")
        assert "value" in (parity.check() or "")


def test_time_that_moves_with_the_clock_does_not_vary():
    def late():
        return f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"

    with comparing(lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", late) as parity:
        parity.get("/")
        assert "value" in (parity.check() or "")


def test_repetition_sends_the_tokens_of_its_own():
    with comparing(short, short) as parity:
        token = parity.get("/token").json["token"]
        parity.get(f"/echo?x={token}")
        parity.get("/")
        assert parity.check() is None


def test_order_that_nobody_asked_for_does_not_count():
    orders = iter([1, 2, 3, 4])

    def shuffled():
        turned = next(orders)
        return [{"n": n} for n in (1, 2, 3)[:: 1 if turned % 2 else -1]]

    with comparing(shuffled, lambda: [{"n": n} for n in (2, 1, 3)]) as parity:
        parity.get("/")
        assert parity.check() is None


def test_item_that_is_missing_is_a_difference_in_any_order():
    orders = iter([1, -1])
    with comparing(lambda: [1, 2, 3][:: next(orders)], lambda: [2, 3]) as parity:
        parity.get("/")
        assert "value" in (parity.check() or "")


def test_shape_of_texts_allows_the_lengths_that_control_has():
    assert same_shape("took 9 ms", "took 12 ms", "took 10 ms")
    assert not same_shape("took 9 ms", "took 12 ms", "took 1000 ms")
    assert not same_shape(1.5, 2.5, 3)


@pytest.mark.parametrize(
    ("candidate", "alike"),
    [
        ("Mon, 02 Mar 2026 09:30:20 GMT", True),
        ("Mon, 02 Mar 2026 10:30:20 GMT", False),
        ("2026-03-02T09:30:20", False),
    ],
)
def test_shape_of_a_time_is_how_it_is_written_and_roughly_when(candidate, alike):
    control, again = "Mon, 02 Mar 2026 09:30:00 GMT", "Mon, 02 Mar 2026 09:30:07 GMT"
    assert same_shape(control, again, candidate) is alike


def signed(text):
    """Sign a text, with the time, so that dots are the only punctuation."""
    tokens = (URLSafeTimedSerializer("k", str(salt)).dumps(text) for salt in count())
    return next(token for token in tokens if re.fullmatch(r"[A-Za-z0-9.]+", token))


def test_token_that_stands_for_another_one_than_before_is_no_noise():
    def app_that(wrong):
        app = Flask("tokens")

        @app.get("/")
        def value():
            kept = random.randbytes(20).hex()
            return jsonify([kept, signed(random.randbytes(20).hex() if wrong else kept)])

        return app

    apps = app_that(wrong=False), app_that(wrong=True)

    def sides():
        return Side("control", apps[0]), Side("candidate", apps[1])

    with Parity(*sides()) as parity:
        parity.again = Again(sides, parity.base_url)
        parity.get("/")
    assert [difference.place for difference in parity.calls[0].differences] == ["[1]"]
