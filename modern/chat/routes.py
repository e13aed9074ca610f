"""The workspace page."""

from flask import Blueprint, render_template

from modern.chat.schemas import ChatQuery
from modern.conversation.service import DEFAULT_ASSISTANT, ConversationService
from modern.failures import Invalid, NotFound
from modern.identity import login_required, signed_in
from modern.parsing import parse_query
from modern.services import provide
from shared_models import Conversation, User

blueprint = Blueprint("chat", __name__)


@blueprint.get("/chat", endpoint="app")
@login_required
def workspace() -> str:
    """Show the conversation that is asked for, or a fresh one."""
    user = signed_in().user
    return render_template(
        "chat.html",
        conversation=_shown_conversation(user),
        default_assistant=user.default_assistant or DEFAULT_ASSISTANT,
    )


def _shown_conversation(user: User) -> Conversation:
    service = provide(ConversationService)
    try:
        wanted = parse_query(ChatQuery).conversation
    except Invalid as error:  # an address that names no conversation is a missing page
        raise NotFound from error
    if wanted is None:
        return service.get_or_create_fresh(user).overview.conversation
    return service.get_owned(user, wanted).conversation
