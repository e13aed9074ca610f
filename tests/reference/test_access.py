"""Who may do what: everybody, every role and every operation of the contract, on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.test_contract import ROUTES
from tests.databases import Renewable
from tests.reference.conftest import Person, Site

OPERATIONS = [(route, method) for route in ROUTES for method in route["methods"]]
NAMES = [f"{method} {route['path']}" for route, method in OPERATIONS]
OWN_OF_ADA = {"<int:conv_id>": "1", "<int:att_id>": "1", "<int:user_id>": "1"}
GIVEN = {**OWN_OF_ADA, "<doc>": "terms", "<key>": "guide"}
SAFE = {"GET", "HEAD"}


@pytest.fixture
def url(database: Renewable) -> str:
    """One kind of database is enough to ask who may."""
    database.renew()
    return database.url


def path_of(route: dict[str, Any]) -> str:
    path: str = route["path"]
    for name, value in GIVEN.items():
        path = path.replace(name, value)
    return path


def is_html(route: dict[str, Any]) -> bool:
    return bool(route["kind"] == "HTML")


def refused_stranger(site: Site, route: dict[str, Any]) -> set[int]:
    if is_html(route) or site.name == "legacy":
        return {302}  # AD-04
    return {401}


@pytest.mark.parametrize(("route", "method"), OPERATIONS, ids=NAMES)
def test_operation(site, route, method):
    if route["auth"] in {"user", "admin"}:
        strangers_are_sent_away(site, route, method)
    if route["auth"] == "admin":
        others_are_refused(site, route, method)
    if method not in SAFE:
        nothing_is_done_without_a_token(site, route, method)


def strangers_are_sent_away(site: Site, route: dict[str, Any], method: str) -> None:
    client = site.app.test_client()
    page = client.get("/auth/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.open(path_of(route), method=method, headers={"X-CSRFToken": token})
    assert answer.status_code in refused_stranger(site, route)


def others_are_refused(site: Site, route: dict[str, Any], method: str) -> None:
    answer = site.signed_in("bob").call(method, path_of(route))
    if site.name == "legacy":
        assert (answer.status_code, answer.get_json()) == (200, {"success": False})  # AD-05
    else:
        assert answer.status_code == 403


def nothing_is_done_without_a_token(site: Site, route: dict[str, Any], method: str) -> None:
    ada = site.signed_in("ada")
    for headers in ({}, {"X-CSRFToken": "forged"}):
        answer = ada.client.open(path_of(route), method=method, headers=headers)
        assert answer.status_code == 400


FOREIGN = [
    (method, path_of(route))
    for route, method in OPERATIONS
    if "<int:conv_id>" in route["path"] or "<int:att_id>" in route["path"]
]


@pytest.mark.parametrize(("method", "path"), FOREIGN)
def test_what_is_another_persons_is_missing_and_stays(site, method, path):
    bob: Person = site.signed_in("bob")
    foreign, missing = bob.call(method, path), bob.call(method, path.replace("/1", "/999"))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert site.signed_in("ada").get("/conversations/1").status_code == 200


@pytest.mark.parametrize("field", ["user_id", "role", "version", "id", "created_at"])
def test_a_field_that_is_not_offered_is_refused_and_changes_nothing(site, field):
    ada: Person = site.signed_in("ada")
    seen = ada.get("/conversations/1")
    headers = {"If-Match": seen.headers["ETag"]}
    body = {"title": "x", field: 2}
    answer = ada.call("PATCH", "/conversations/1", json=body, headers=headers)
    assert answer.status_code == (400 if site.name == "legacy" else 422)
    assert ada.get("/conversations/1").get_json() == seen.get_json()
