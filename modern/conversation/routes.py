"""The addresses of conversations and messages."""

import re

from flask import Blueprint, Response, request
from flask.views import MethodView
from werkzeug.http import quote_etag

from modern.conversation.etags import etag, required_version, seen_version
from modern.conversation.overview import Overview
from modern.conversation.schemas import (
    ConversationCreate,
    ConversationDetail,
    ConversationQuery,
    ConversationSummary,
    ConversationUpdate,
    ExportQuery,
    MessageItem,
    MessageQuery,
    SearchHit,
    SearchQuery,
)
from modern.conversation.service import ConversationService
from modern.conversation.watching import watching
from modern.identity import login_required, signed_in
from modern.parsing import parse_json, parse_query
from modern.responses import answer
from modern.schemas import Ack, Page
from modern.services import provide, shared
from modern.sse import stream

blueprint = Blueprint("conversation", __name__, url_prefix="/conversations")


class Collection(MethodView):
    """The conversations of the person who asks."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def get(self) -> Response:
        """List them, a page at a time."""
        query = parse_query(ConversationQuery)
        found = provide(ConversationService).list_page(signed_in().user, query)
        items = [ConversationSummary.of(overview) for overview in found.items]
        return answer(
            Page(items=items, page=query.page, per_page=query.per_page, total=found.total)
        )

    def post(self) -> Response:
        """Start another one."""
        wanted = parse_json(ConversationCreate)
        return _created(provide(ConversationService).create(signed_in().user, wanted))


class Item(MethodView):
    """One conversation."""

    decorators = [login_required]  # noqa: RUF012

    def get(self, conv_id: int) -> Response:
        """Show it, or say that the caller's copy is still good."""
        response = _detail(provide(ConversationService).get_owned(signed_in().user, conv_id))
        response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
        return response

    def patch(self, conv_id: int) -> Response:
        """Change some of its fields, if the caller has seen its newest version."""
        service = provide(ConversationService)
        conversation = service.get_owned(signed_in().user, conv_id).conversation
        wanted = parse_json(ConversationUpdate)
        return _detail(service.update(conversation, required_version(conversation), wanted))

    def delete(self, conv_id: int) -> Response:
        """Delete it with its messages and attachments."""
        service = provide(ConversationService)
        conversation = service.get_owned(signed_in().user, conv_id).conversation
        service.delete(conversation, seen_version(conversation))
        return answer(Ack(success=True, message="Conversation deleted.", id=conv_id))


@blueprint.post("/fresh")
@login_required
def fresh() -> Response:
    """Give the conversation that waits for its first message, and make one if need be."""
    found = provide(ConversationService).get_or_create_fresh(signed_in().user)
    return _created(found.overview) if found.created else _detail(found.overview)


@blueprint.get("/search")
@login_required
def search() -> Response:
    """Find messages and titles."""
    query = parse_query(SearchQuery)
    found = provide(ConversationService).search(signed_in().user, query)
    items = [SearchHit.model_validate(hit) for hit in found.items]
    return answer(Page(items=items, page=query.page, per_page=query.per_page, total=found.total))


@blueprint.get("/<int:conv_id>/messages")
@login_required
def messages(conv_id: int) -> Response:
    """List the newest messages, or those before a `seq`."""
    service = provide(ConversationService)
    conversation = service.get_owned(signed_in().user, conv_id).conversation
    found = service.list_messages(conversation, parse_query(MessageQuery))
    items = [MessageItem.of(message) for message in found.items]
    return answer(Page(items=items, next_cursor=found.next_cursor))


@blueprint.post("/<int:conv_id>/clear")
@login_required
def clear(conv_id: int) -> Response:
    """Delete all messages and files of a conversation."""
    service = provide(ConversationService)
    count = service.clear(service.get_owned(signed_in().user, conv_id).conversation)
    return answer(Ack(success=True, message="Conversation cleared.", id=conv_id, count=count))


@blueprint.get("/<int:conv_id>/export")
@login_required
def export(conv_id: int) -> Response:
    """Hand out a conversation as a file."""
    service, user = provide(ConversationService), signed_in().user
    overview = service.get_owned(user, conv_id)
    file = service.export(user, overview, parse_query(ExportQuery))
    headers = {"Content-Disposition": f"attachment; filename={file.name}"}
    return Response(file.text, 200, headers, content_type=file.content_type)


@blueprint.get("/<int:conv_id>/events")
@login_required
def events(conv_id: int) -> Response:
    """Tell of the messages of a conversation as they come."""
    provide(ConversationService).get_owned(signed_in().user, conv_id)
    last_seen = request.headers.get("Last-Event-ID", "")
    seq = int(last_seen) if re.fullmatch(r"[0-9]{1,10}", last_seen) else None
    return stream(watching(signed_in().token, conv_id, seq, shared()))


def _detail(overview: Overview, status: int = 200) -> Response:
    headers = {"ETag": quote_etag(etag(overview.conversation))}
    return answer(ConversationDetail.of(overview), status, headers)


def _created(overview: Overview) -> Response:
    response = _detail(overview, 201)
    response.location = f"/conversations/{overview.conversation.id}"
    return response


blueprint.add_url_rule("", view_func=Collection.as_view("collection"))
blueprint.add_url_rule("/<int:conv_id>", view_func=Item.as_view("item"))
