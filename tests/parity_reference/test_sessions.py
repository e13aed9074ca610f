"""Who is signed in, and where."""

from __future__ import annotations

import pytest

from tests.parity_reference.conftest import sign_in
from tests.parity_reference.test_login import log_in


def test_current_user(parity, ada):
    assert ada.get("/auth/current-user").json["role"] == "admin"


def test_current_user_of_nobody(parity):
    assert parity.get("/auth/current-user").control.status == 302


def test_list_of_sessions(parity, ada):
    log_in(parity.browser())
    assert len(ada.get("/auth/sessions").json) == 2


@pytest.mark.parametrize("query", ["page=2", "per_page=1", "per_page=100&page=1", "x=1"])
def test_list_of_sessions_by_page(parity, ada, query):
    log_in(parity.browser())
    ada.get("/auth/sessions", query=query)


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "page=x", "per_page=", "page=10001"])
def test_list_of_sessions_with_a_wrong_page(parity, ada, query):
    ada.get("/auth/sessions", query=query)


def test_list_of_sessions_of_nobody(parity):
    parity.get("/auth/sessions")


def test_other_sessions_are_ended(parity, ada):
    elsewhere = parity.browser()
    log_in(elsewhere)
    assert ada.delete("/auth/sessions").json["count"] == 1
    assert elsewhere.get("/chat").status == 302
    assert ada.get("/chat").status == 200


def test_no_other_session_to_end(parity, carol):
    assert carol.delete("/auth/sessions").json["count"] == 0


def test_several_other_sessions_are_ended(parity, ada):
    for _ in range(2):
        log_in(parity.browser())
    ada.delete("/auth/sessions")


def test_ending_sessions_leaves_other_people_alone(parity, ada, bob):
    ada.delete("/auth/sessions")
    assert bob.get("/chat").status == 200


def test_ending_sessions_without_token(parity, ada):
    assert parity.delete("/auth/sessions").status == 400


def test_ending_sessions_of_nobody(stranger):
    assert stranger.delete("/auth/sessions").candidate.status == 401


def test_replayed_cookie_is_worthless_after_the_logout(parity, ada):
    ada.post("/auth/logout")
    again = sign_in(parity.browser(), "ada")
    again.get("/auth/current-user")
