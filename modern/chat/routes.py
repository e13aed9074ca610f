"""The workspace page, and the assistants that can be talked to."""

from flask import Blueprint, Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from modern.chat.schemas import AssistantItem, ChatQuery
from modern.chat.service import AssistantService
from modern.conversation.service import DEFAULT_ASSISTANT, ConversationService
from modern.failures import Invalid, NotFound
from modern.identity import login_required, signed_in
from modern.localpath import SETTINGS
from modern.parsing import parse_query
from modern.responses import answer
from modern.schemas import Page, PageQuery
from modern.services import provide
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
    return render_template(
        "chat.html",
        conversation=_shown_conversation(user),
        default_assistant=user.default_assistant or DEFAULT_ASSISTANT,
    )


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


blueprint.add_url_rule("/assistants/<key>/enrolment", view_func=Enrolment.as_view("enrolment"))
