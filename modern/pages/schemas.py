"""What the contact form says, and how the application reports its health."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError

from modern.auth.schemas import Email, Form
from modern.schemas import UNSTORABLE

NAME_LENGTH = 80
SUBJECT_LENGTH = 200
LETTER_LENGTH = 5000


def _text(value: str, longest: int, sentence: str) -> str:
    text = value.strip()
    if not 1 <= len(text) <= longest or UNSTORABLE.search(text):
        raise PydanticCustomError("text", "{sentence}", {"sentence": sentence})
    return text


def _name(value: str) -> str:
    return _text(value, NAME_LENGTH, "Enter your name, up to 80 characters.")


def _subject(value: str) -> str:
    return _text(value, SUBJECT_LENGTH, "Enter a subject, up to 200 characters.")


def _letter(value: str) -> str:
    return _text(value, LETTER_LENGTH, "Write a message of up to 5,000 characters.")


class ContactForm(Form):
    """A letter to the people who run the workspace."""

    name: Annotated[str, AfterValidator(_name)] = ""
    email: Email = ""
    subject: Annotated[str, AfterValidator(_subject)] = ""
    body: Annotated[str, AfterValidator(_letter)] = ""


class HealthReport(BaseModel):
    """Whether the application can do its work, for whoever watches over it."""

    status: Literal["ok", "unavailable"]
    app: str
    db: Literal["ok", "unavailable"]
    schema_revision: str | None
