"""Every unsafe operation of the contract: for a stranger, and with a wrong or no CSRF token."""

from __future__ import annotations

import re

import pytest

from tests.parity_reference.statuses import UNSAFE, routes

OPERATIONS = [
    pytest.param(method, re.sub("<int:.*?>", "1", route["path"]).replace("<key>", "docs"), route)
    for route in routes()
    for method in route["methods"]
    if method in UNSAFE
]


@pytest.mark.parametrize(("method", "path", "route"), OPERATIONS)
def test_stranger_with_a_token(stranger, method, path, route):
    answer = stranger._send(method, path, {})
    if 401 in route["statuses"] and route["auth"] != "anon":
        assert (answer.control.status, answer.candidate.status) == (302, 401)


@pytest.mark.parametrize(("method", "path", "route"), OPERATIONS)
def test_stranger_with_the_token_of_another_session(parity, ada, method, path, route):
    headers = {"X-CSRFToken": ada.csrf}
    assert parity.browser().request(method, path, headers=headers).status == 400


@pytest.mark.parametrize(("method", "path", "route"), OPERATIONS)
def test_administrator_without_a_token(parity, ada, method, path, route):
    assert ada.browser.request(method, path).status == 400
