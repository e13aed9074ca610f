"""The ways in which a service says no.

A failure knows nothing of HTTP; `modern.errors` decides how each one is answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One field that is not right; `loc` leads to it from the top of what was sent."""

    loc: tuple[str | int, ...]
    msg: str
    type: str


class Failure(Exception):  # noqa: N818  # "FailureError" says it twice
    """The base of all failures; `code` is for programs, `detail` for people."""

    code: str
    detail: str

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail if detail is not None else self.detail
        super().__init__(self.detail)


class Unauthenticated(Failure):
    """Nobody is signed in, and this is only for people who are."""

    code = "unauthenticated"
    detail = "Sign in to continue."


class Forbidden(Failure):
    """Somebody is signed in but may not do this."""

    code = "forbidden"
    detail = "This is for administrators."


class WrongPassword(Failure):
    """Somebody who is signed in did not prove that they know their password."""

    code = "wrong_password"
    detail = "The current password is wrong."


class NotFound(Failure):
    """There is no such thing, or it belongs to somebody else."""

    code = "not_found"
    detail = "There is nothing here."


class Invalid(Failure):
    """What was sent does not fit the schema, or the data that it names."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault], detail: str | None = None) -> None:
        self.faults = tuple(faults)
        names = dict.fromkeys(str(fault.loc[0]) for fault in faults if fault.loc)
        super().__init__(detail or f"Some fields are not right: {', '.join(names)}.")

    @property
    def messages(self) -> dict[str, str]:
        """The first message of each field, as a form shows it."""
        return {str(fault.loc[0]): fault.msg for fault in reversed(self.faults) if fault.loc}


class NotAnObject(Invalid):
    """The body is not JSON, or is JSON but not an object."""

    def __init__(self) -> None:
        super().__init__([], "Send a JSON object.")


class PreconditionRequired(Failure):
    """A change was sent without the version that it is based on."""

    code = "precondition_required"
    detail = "Send If-Match with the ETag you last saw."


class Stale(Failure):
    """A change is based on a version that is not the newest any more."""

    code = "stale"
    detail = "This conversation was changed elsewhere. Reload it and try again."


class Conflict(Failure):
    """It can't be done as things stand; the sentence says what stands in the way."""

    code = "conflict"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)


class TooLarge(Failure):
    """A file has more bytes than are taken."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit // 1024} KB.")


class UnsupportedType(Failure):
    """A file is of none of the kinds that are taken."""

    code = "unsupported_type"
    detail = "Attach a text, Markdown, CSV, PDF, PNG or JPEG file."


class RateLimited(Failure):
    """Too much was asked in a window of time; `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")


class QuotaUsedUp(RateLimited):
    """The month's messages are used up; `retry_after` is until the count begins again."""

    code = "quota_used_up"

    def __init__(self, quota: int, retry_after: int) -> None:
        super().__init__(retry_after)
        self.detail = f"You have used all {quota} messages of this month."


class LoginRefused(Failure):
    """Somebody may not sign in; the base of the two reasons below."""

    code = "login_refused"


class WrongCredentials(LoginRefused):
    """The e-mail is unknown or the password is wrong; which of them is nobody's business."""

    detail = "The e-mail or the password is wrong."


class NotAdmitted(LoginRefused):
    """The password is right, but the account is not active."""
