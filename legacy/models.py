"""The models, under the name by which this application has always known them."""

from shared_models import (
    Assistant,
    Attachment,
    AuditEvent,
    ContactMessage,
    Conversation,
    Enrolment,
    Feedback,
    LoginSession,
    Message,
    RateBucket,
    User,
)
from shared_models.db import db

__all__ = [
    "Assistant",
    "Attachment",
    "AuditEvent",
    "ContactMessage",
    "Conversation",
    "Enrolment",
    "Feedback",
    "LoginSession",
    "Message",
    "RateBucket",
    "User",
    "db",
]
