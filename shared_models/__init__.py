"""The data that legacy and modern share: one set of models, one schema, one `db`.

A model imports no Flask, URL or formatting, and works in a plain SQLAlchemy Session. `db` is in
`shared_models.db`, apart from the models, because only an application needs Flask-SQLAlchemy.
The migrations in `shared_models.migrations` are the only writer of the schema.
"""

from shared_models.assistant import Assistant, Enrolment
from shared_models.attachment import Attachment
from shared_models.audit import AuditEvent
from shared_models.base import Base
from shared_models.contact import ContactMessage
from shared_models.conversation import Conversation
from shared_models.feedback import Feedback
from shared_models.message import Message
from shared_models.rate import RateBucket
from shared_models.session import LoginSession
from shared_models.user import User

__all__ = [
    "Assistant",
    "Attachment",
    "AuditEvent",
    "Base",
    "ContactMessage",
    "Conversation",
    "Enrolment",
    "Feedback",
    "LoginSession",
    "Message",
    "RateBucket",
    "User",
]
