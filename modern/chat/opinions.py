"""What somebody thought of the answers of a conversation, as the workspace shows it again."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from modern.clock import Clock
from shared_models import Conversation, Feedback, Message, User
from shared_models.settings import SharedSettings


class Opinions:
    """The ratings and comments that a user gave."""

    def __init__(self, session: Session, _clock: Clock, _settings: SharedSettings) -> None:
        self.session = session

    def given(self, user: User, conversation: Conversation) -> dict[int, dict[str, Any]]:
        """The rating and the comment of each answer that has one, by the answer's id."""
        mine = (
            select(Feedback.message_id, Feedback.rating, Feedback.comment)
            .join(Message, Message.id == Feedback.message_id)
            .where(Feedback.user_id == user.id, Message.conversation_id == conversation.id)
            .order_by(Feedback.message_id)
        )
        rows = self.session.execute(mine)
        return {row.message_id: {"rating": row.rating, "comment": row.comment} for row in rows}
