"""What the forms of accounts and logins say, and how a user and a login are shown."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self, cast
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from modern.localpath import local_path
from modern.schemas import UNSTORABLE, Body, Storable
from shared_models import LoginSession
from shared_models.passwords import is_common
from shared_models.user import UserRole, UserStatus

EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0]+\.[^@\s.\0]+")
EMAIL_LENGTH = 254
NAME_LENGTH = 80
PASSWORD_LENGTHS = range(8, 128 + 1)
REASON_LENGTH = 500


def _email(value: str) -> str:
    email = value.strip().lower()
    if not email:
        raise PydanticCustomError("email_missing", "Enter your e-mail address.")
    if len(email) > EMAIL_LENGTH or not EMAIL.fullmatch(email):
        raise PydanticCustomError("email_malformed", "This is not an e-mail address.")
    return email


def _given_password(value: str) -> str:
    if not value:
        raise PydanticCustomError("password_missing", "Enter your password.")
    return value


def _new_password(value: str) -> str:
    if len(value) not in PASSWORD_LENGTHS:
        raise PydanticCustomError("password_length", "Use 8 to 128 characters.")
    if is_common(value):
        raise PydanticCustomError("password_common", "This password is too common.")
    return value


def _display_name(value: str) -> str:
    name = value.strip()
    if not 1 <= len(name) <= NAME_LENGTH or UNSTORABLE.search(name):
        raise PydanticCustomError(
            "display_name", "Enter the name that others see, up to 80 characters."
        )
    return name


def _ticked(value: object) -> bool:
    return value == "1"


def _must_be_ticked(value: bool) -> bool:  # noqa: FBT001  # Pydantic calls it with the value
    if not value:
        raise PydanticCustomError("terms", "Accept the terms to continue.")
    return value


def _known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("timezone", "Choose a time zone from the list.")
    return value


def _deletion_action(value: str) -> "DeletionAction":
    if value not in {"request", "cancel"}:
        raise PydanticCustomError("action", "Choose what to do.")
    return cast("DeletionAction", value)


def _reason(value: str) -> str | None:
    reason = value.strip()
    if len(reason) > REASON_LENGTH:
        raise PydanticCustomError("reason_length", "Use up to 500 characters.")
    return reason or None


DeletionAction = Literal["request", "cancel"]
NewPassword = Annotated[str, AfterValidator(_new_password)]
DisplayName = Annotated[str, AfterValidator(_display_name)]
Email = Annotated[str, AfterValidator(_email)]
Checkbox = Annotated[bool, BeforeValidator(_ticked)]


class Form(BaseModel):
    """The base of a submitted form; a field that is missing counts as an empty one."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)


class LoginForm(Form):
    """Somebody wants to sign in."""

    email: Email = ""
    password: Annotated[str, AfterValidator(_given_password)] = ""
    remember: Checkbox = False
    next: Annotated[str | None, AfterValidator(local_path)] = None


class RegisterForm(Form):
    """Somebody wants an account."""

    email: Email = ""
    display_name: DisplayName = ""
    password: NewPassword = ""
    accept_terms: Annotated[Checkbox, AfterValidator(_must_be_ticked)] = False


class PasswordChange(Body):
    """Somebody wants another password, and proves to know the present one."""

    current_password: Storable
    new_password: Annotated[Storable, AfterValidator(_new_password)]


class ProfileUpdate(Form):
    """What somebody wants to be known as, and how they like the workspace."""

    display_name: DisplayName = ""
    timezone: Annotated[str, AfterValidator(_known_timezone)] = ""
    default_assistant: str = ""


class DeletionForm(Form):
    """Somebody wants their account to be deleted, or no longer wants that."""

    action: Annotated[str, AfterValidator(_deletion_action)] = ""
    password: str = ""
    reason: Annotated[Storable, AfterValidator(_reason)] = ""


class UserPublic(BaseModel):
    """What everybody may know of a user."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    display_name: str
    role: UserRole


class UsageStats(BaseModel):
    """How much of the month's messages is used; None is without limit."""

    used: int
    limit: int | None
    remaining: int | None
    resets_at: datetime


class CurrentUser(UserPublic):
    """What somebody may know of themselves, with a token for their next unsafe request."""

    email: str
    status: UserStatus
    usage: UsageStats
    csrf_token: str


class SessionItem(BaseModel):
    """One live login; `current` marks the one that asks."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool

    @classmethod
    def of(cls, login: LoginSession, *, current: bool) -> Self:
        """Show a login to its owner."""
        return cls(
            id=login.id,
            created_at=login.created_at,
            last_seen_at=login.last_seen_at,
            ip=login.ip,
            user_agent=login.user_agent,
            current=current,
        )
