"""The assistants, and enrolling with them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("query", ["", "page=2", "per_page=2", "per_page=1&page=3"])
def test_list(parity, ada, query):
    ada.get("/assistants", query=query)


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "page=x"])
def test_list_with_a_wrong_page(parity, ada, query):
    ada.get("/assistants", query=query)


def test_list_for_nobody(parity):
    parity.get("/assistants")


def test_enrolling_once_and_once_more(parity, ada):
    assert ada.post("/assistants/docs/enrolment").json["enrolled"] is True
    assert ada.post("/assistants/docs/enrolment").json["enrolled"] is True
    ada.get("/assistants")


def test_leaving_and_coming_back(parity, ada):
    ada.post("/assistants/docs/enrolment")
    assert ada.delete("/assistants/docs/enrolment").json["enrolled"] is False
    assert ada.delete("/assistants/docs/enrolment").json["enrolled"] is False
    ada.post("/assistants/docs/enrolment")


def test_leaving_without_having_enrolled(parity, ada):
    assert ada.delete("/assistants/table/enrolment").json["enrolled"] is False


def test_default_assistant_can_not_be_left(parity, ada):
    assert ada.delete("/assistants/guide/enrolment").status == 409


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("key", ["nobody", "GUIDE", "%00", "x" * 200])
def test_assistant_that_is_not_there(parity, ada, method, key):
    headers = {"X-CSRFToken": ada.csrf}
    answer = ada.browser.request(method, f"/assistants/{key}/enrolment", headers=headers)
    assert answer.status == 404


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_enrolling_of_nobody(stranger, method):
    ask = {"POST": stranger.post, "DELETE": stranger.delete}[method]
    assert ask("/assistants/docs/enrolment").candidate.status == 401


def test_enrolling_without_token(parity, ada):
    assert parity.post("/assistants/docs/enrolment").status == 400
