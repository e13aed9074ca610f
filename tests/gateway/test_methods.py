"""One URL whose methods are split between applications: OPTIONS, HEAD, 405 and preflights."""

from wsgiref.validate import validator

import pytest

from gateway.decision import Decider, Deciding
from gateway.dispatcher import make_gateway
from gateway.loader import parse_table
from gateway.snapshot import Holder, Snapshot
from tests.gateway.split_methods import TABLE, legacy_application, modern_application
from tests.gateway.visitor import Visitor


@pytest.fixture
def client():
    table = parse_table(TABLE.encode(), "table.yaml")
    backends = {"legacy": legacy_application(), "modern": modern_application()}
    applications = {name: validator(application) for name, application in backends.items()}
    decider = Decider(table, Deciding(applications))
    snapshot = Snapshot(b"", "revision", table, decider, applications)
    return Visitor(make_gateway(Holder(snapshot)))


def allow(response) -> set[str]:
    return {method.strip() for method in response.headers["Allow"].split(",")}


def test_options_answers_with_what_the_backends_together_allow(client):
    response = client.options("/things")

    assert response.status_code == 200
    # PATCH is modern's, but the table sends it to legacy, which does not serve it.
    assert allow(response) == {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}


def test_405_answers_with_what_the_backends_together_allow(client):
    response = client.put("/things")

    assert response.status_code == 405
    assert allow(response) == {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}


def test_head_goes_where_get_goes(client):
    response = client.head("/things")

    assert (response.status_code, response.headers["X-Gateway-Backend"]) == (200, "modern")


@pytest.mark.parametrize(("method", "backend"), [("GET", "modern"), ("POST", "legacy")])
def test_a_preflight_goes_where_the_request_will_go(client, method, backend):
    headers = {"Origin": "http://o", "Access-Control-Request-Method": method}
    response = client.options("/things", headers=headers)

    assert response.headers["X-Gateway-Backend"] == backend


def test_a_views_own_options_is_respected(client):
    response = client.options("/own")

    assert (response.text, response.headers["X-Own"]) == ("ask me anything", "1")
    assert response.headers["Allow"] == "GET, BREW"


def test_a_route_that_names_options_has_it(client):
    response = client.options("/claimed")

    assert response.headers["X-Gateway-Backend"] == "modern"
    assert allow(response) == {"GET", "HEAD", "OPTIONS"}


def test_a_url_of_one_backend_is_left_to_it(client):
    assert allow(client.options("/whole")) == {"GET", "HEAD", "OPTIONS"}
    assert allow(client.put("/whole")) == {"GET", "HEAD", "OPTIONS"}


def test_a_url_that_no_route_names_is_left_to_the_default(client):
    assert client.options("/nothing").status_code == 404
