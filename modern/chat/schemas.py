"""What is asked of the workspace, and how attachments are shown."""

from typing import Self

from pydantic import BaseModel

from modern.chat.choice import Choice
from modern.schemas import Query, RowId
from shared_models import Attachment


class ChatQuery(Query):
    """Which conversation the workspace opens; a fresh one if none is named."""

    conversation: RowId | None = None


class AssistantItem(BaseModel):
    """An assistant as the person who asks sees it."""

    key: str
    name: str
    description: str
    enabled: bool
    enrolled: bool

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """Show an assistant to a user."""
        stored = {name: getattr(choice.assistant, name, None) for name in cls.model_fields}
        return cls.model_validate({**stored, "enrolled": choice.enrolled})


class AttachmentItem(BaseModel):
    """An uploaded file and where to fetch it."""

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    url: str

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """Show a file under the name that its owner gave it."""
        return cls(
            id=attachment.id,
            name=attachment.original_name,
            content_type=attachment.content_type,
            size=attachment.size_bytes,
            sha256=attachment.sha256,
            url=f"/attachments/{attachment.id}",
        )
