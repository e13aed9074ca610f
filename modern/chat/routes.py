"""The workspace page, what is said and brought along in it, and the assistants who answer."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from modern.chat import answer as answers
from modern.chat.choice import enabled
from modern.chat.opinions import Opinions
from modern.chat.schemas import (
    AssistantItem,
    AttachmentItem,
    ChatQuery,
    FeedbackCreate,
    MessageCreate,
    UploadForm,
)
from modern.chat.service import AssistantService
from modern.chat.uploads import read_upload
from modern.conversation.service import DEFAULT_ASSISTANT, ConversationService
from modern.failures import Invalid, NotFound
from modern.identity import login_required, signed_in
from modern.limits import Limiter
from modern.localpath import SETTINGS
from modern.parsing import parse_form, parse_json, parse_query
from modern.responses import answer
from modern.schemas import EVERYTHING, Ack, Page, PageQuery
from modern.services import provide, shared
from modern.sse import stream
from shared_models import Conversation, User

blueprint = Blueprint("chat", __name__)


@blueprint.get("/chat", endpoint="app")
@login_required
def workspace() -> ResponseReturnValue:
    """Show the conversation that is asked for, or a fresh one."""
    user = signed_in().user
    if user.must_change_password:
        flash("Choose a new password to continue.")
        return redirect(SETTINGS)
    conversation = _shown_conversation(user)
    return render_template(
        "chat.html",
        conversation=conversation,
        feedback=provide(Opinions).given(user, conversation),
        default_assistant=user.default_assistant or DEFAULT_ASSISTANT,
        assistants=enabled(provide(AssistantService).list_assistants(user, EVERYTHING).items),
        usage=provide(AssistantService).usage(user),
    )


@blueprint.post("/chat/messages")
@login_required
def send() -> Response:
    """Take a message, and answer it while the answer is being written."""
    user, service = signed_in().user, provide(AssistantService)
    provide(Limiter).spend_send(user)
    wanted = parse_json(MessageCreate)
    found = provide(ConversationService).get_owned(user, wanted.conversation_id)
    earlier = service.validate_send(user, found.conversation, wanted)
    if earlier is not None:
        return stream(answers.again(earlier))
    return stream(answers.live(service, service.begin_turn(user, found.conversation, wanted)))


@blueprint.post("/attachments")
@login_required
def upload() -> Response:
    """Keep a file for a message that is yet to be sent."""
    user = signed_in().user
    provide(Limiter).spend_upload(user)
    wanted = parse_form(UploadForm)
    conversation = provide(ConversationService).get_owned(user, wanted.conversation_id).conversation
    sent = request.files.get("file")
    file = read_upload(
        (sent and sent.filename) or "",
        sent.stream if sent else BytesIO(),
        shared().attachment_max_bytes,
    )
    kept = provide(AssistantService).save_attachment(user, conversation, file)
    return answer(AttachmentItem.of(kept), 201, {"Location": f"/attachments/{kept.id}"})


class AttachmentFile(MethodView):
    """A file that somebody brought along."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def get(self, att_id: int) -> Response:
        """Hand it out, whole or in part, or say that the caller's copy is still good."""
        found, path = provide(AssistantService).open_attachment(signed_in().user, att_id)
        response = send_file(
            path,
            found.content_type,
            as_attachment=True,
            download_name=found.original_name,
            etag=found.sha256[:32],
            last_modified=found.created_at,
        )
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    def delete(self, att_id: int) -> Response:
        """Delete it, if it was not sent yet."""
        provide(AssistantService).delete_attachment(signed_in().user, att_id)
        return answer(Ack(success=True, message="Attachment deleted.", id=att_id))


@blueprint.post("/feedback")
@login_required
def feedback() -> Response:
    """Keep what the person thinks of an answer."""
    user = signed_in().user
    provide(Limiter).spend_feedback(user)
    kept, first = provide(AssistantService).submit_feedback(user, parse_json(FeedbackCreate))
    thanks = Ack(success=True, message="Thank you for your feedback.", id=kept.id)
    return answer(thanks, 201 if first else 200)


@blueprint.get("/assistants")
@login_required
def assistants() -> Response:
    """List all assistants, and who of them the person has enrolled with."""
    query = parse_query(PageQuery)
    found = provide(AssistantService).list_assistants(signed_in().user, query)
    items = [AssistantItem.of(choice) for choice in found.items]
    return answer(Page(items=items, page=query.page, per_page=query.per_page, total=found.total))


class Enrolment(MethodView):
    """Whether the person who asks wants to see an assistant."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def post(self, key: str) -> Response:
        """Enrol; once more changes nothing."""
        service = provide(AssistantService)
        choice = service.enrol(signed_in().user, service.get_enabled(key))
        return answer(AssistantItem.of(choice))

    def delete(self, key: str) -> Response:
        """Leave again."""
        choice = provide(AssistantService).unenrol(signed_in().user, key)
        return answer(AssistantItem.of(choice))


def _shown_conversation(user: User) -> Conversation:
    service = provide(ConversationService)
    try:
        wanted = parse_query(ChatQuery).conversation
    except Invalid as error:  # an address that names no conversation is a missing page
        raise NotFound from error
    if wanted is None:
        return service.get_or_create_fresh(user).overview.conversation
    return service.get_owned(user, wanted).conversation


blueprint.add_url_rule("/attachments/<int:att_id>", view_func=AttachmentFile.as_view("attachment"))
blueprint.add_url_rule("/assistants/<key>/enrolment", view_func=Enrolment.as_view("enrolment"))
