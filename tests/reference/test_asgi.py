"""Services and schemas of modern behind an ASGI framework: they know no Flask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modern.conversation.schemas import ConversationCreate, ConversationDetail, ConversationQuery
from modern.conversation.schemas import ConversationSummary as Summary
from modern.conversation.service import ConversationService
from modern.failures import Invalid, NotFound
from modern.schemas import Page
from shared_models import User
from shared_models.engine import make_engine
from shared_models.settings import shared_settings
from tests.databases import Renewable


class Client:
    """Asks an ASGI application, each time in an event loop of its own."""

    def __init__(self, application: Starlette) -> None:
        self._application = application

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, options))

    async def _request(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)


@pytest.fixture
def client(database: Renewable) -> Iterator[Client]:
    database.renew()
    engine = make_engine(database.url)
    with Session(engine) as session:
        service = ConversationService(session, lambda: datetime.now(UTC), shared_settings())
        ada = session.scalars(select(User).filter_by(email="ada@example.test")).one()
        yield Client(workspace(service, ada))
    engine.dispose()


def workspace(service: ConversationService, ada: User) -> Starlette:
    """A slice of the workspace, with one person in it."""

    async def conversations(request: Request) -> Response:
        query = ConversationQuery.model_validate(dict(request.query_params))
        found = service.list_page(ada, query)
        items = [Summary.of(each) for each in found.items]
        return json(Page(items=items, page=query.page, per_page=query.per_page, total=found.total))

    async def conversation(request: Request) -> Response:
        return json(ConversationDetail.of(service.get_owned(ada, request.path_params["number"])))

    async def create(request: Request) -> Response:
        wanted = ConversationCreate.model_validate_json(await request.body())
        return json(ConversationDetail.of(service.create(ada, wanted)), 201)

    def refused(_request: Request, failure: Exception) -> Response:
        return Response(str(failure), 404 if isinstance(failure, NotFound) else 422)

    return Starlette(
        routes=[
            Route("/conversations", conversations),
            Route("/conversations", create, methods=["POST"]),
            Route("/conversations/{number:int}", conversation),
        ],
        exception_handlers={NotFound: refused, Invalid: refused},
    )


def json(body: Page[Summary] | ConversationDetail, status: int = 200) -> Response:
    return Response(body.model_dump_json(), status, media_type="application/json")


def test_a_list_is_the_same_page(client):
    listed = client.request("GET", "/conversations?per_page=2").json()
    assert listed["items"][0]["title"] == "Notes on the Analytical Engine"
    assert (listed["page"], listed["per_page"], listed["total"]) == (1, 2, 4)


def test_what_is_not_mine_is_missing(client):
    assert client.request("GET", "/conversations/1").status_code == 200
    assert client.request("GET", "/conversations/6").status_code == 404


def test_a_service_refuses_what_it_refuses_everywhere(client):
    answer = client.request("POST", "/conversations", json={"assistant_key": "nobody"})
    assert (answer.status_code, answer.text) == (422, "Some fields are not right: assistant_key.")
