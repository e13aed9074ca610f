"""Attachments as messages show them."""

from sqlalchemy import select

from shared_models import Attachment, Message
from tests.legacy.conftest import NOW


def test_message_shows_its_attachments(ada, session):
    message = session.scalars(select(Message).where(Message.conversation_id == 2)).first()
    message.data = {"b": 1, "a": [None, "ä"]}
    session.add(
        Attachment(
            user_id=1,
            conversation_id=2,
            message_id=message.id,
            original_name="Zähler.csv",
            stored_name="0a1b",
            content_type="text/csv",
            size_bytes=12,
            sha256="f" * 64,
            created_at=NOW,
        )
    )
    session.commit()
    shown = ada.get("/conversations/2/messages").json[0]
    assert list(shown["data"].items()) == [("b", 1), ("a", [None, "ä"])]
    assert shown["attachments"] == [
        {
            "id": 1,
            "name": "Zähler.csv",
            "content_type": "text/csv",
            "size": 12,
            "sha256": "f" * 64,
            "url": "/attachments/1",
        }
    ]
