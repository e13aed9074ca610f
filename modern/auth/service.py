"""Accounts and logins: who may sign in, and which logins are good."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from modern.administrators import lock_administrators, someone_else_administers
from modern.auth.schemas import (
    CurrentUser,
    DeletionForm,
    PasswordChange,
    ProfileUpdate,
    RegisterForm,
    UserPublic,
)
from modern.clock import Clock
from modern.failures import Fault, Invalid, NotAdmitted, WrongCredentials, WrongPassword
from modern.limits import failed_logins, password_attempts
from modern.paging import Slice, offset
from modern.passwords import hash_password, needs_rehash, verify
from modern.quota import first_of_next_month, usage_at
from modern.rates import Limit, RateLimiter
from modern.schemas import UNSTORABLE, PageQuery
from shared_models import Assistant, LoginSession, User
from shared_models.settings import SharedSettings

APPLICATION = "modern"
ADMITTED = ("active", "deleting")
"""Who asked to be deleted may stay, and change their mind, until the time has come."""
USER_AGENT_LENGTH = 255
DEFAULT_ASSISTANT = "guide"

# Built once, as every request runs it, and building it takes SQLAlchemy longer than running it.
LOGIN = (
    select(LoginSession)
    .join(LoginSession.user)
    .options(contains_eager(LoginSession.user))
    .where(LoginSession.token_hash == bindparam("token_hash"))
)

UNKNOWN_ASSISTANT = Fault(
    ("default_assistant",), "Choose an assistant from the list.", "unknown_assistant"
)
SAME_PASSWORD = Fault(
    ("new_password",), "Choose a password that you do not use already.", "password_unchanged"
)
LAST_ADMINISTRATOR = Fault(
    ("action",),
    "You are the last administrator. Make somebody else one first.",
    "last_administrator",
)
EMAIL_TAKEN = Fault(("email",), "There is already an account with this e-mail.", "email_taken")


@dataclass(frozen=True)
class Visit:
    """Where somebody signs in from."""

    ip: str | None
    user_agent: str


@dataclass(frozen=True)
class OpenedSession:
    """A new login, with the token that only the browser keeps."""

    token: str
    login: LoginSession


class AuthService:
    """What can be done with accounts and logins."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings
        self.limiter = RateLimiter(session, clock)

    def register(self, form: RegisterForm) -> User:
        """Create an active account; Invalid if the e-mail has one already."""
        if self._find(form.email):
            raise Invalid([EMAIL_TAKEN])
        user = self._new_user(form)
        self.session.add(user)
        try:
            self.session.commit()
        except IntegrityError as error:  # somebody else registered it in the meantime
            self.session.rollback()
            raise Invalid([EMAIL_TAKEN]) from error
        return user

    def check_lockout(self, email: str) -> None:
        """Raise RateLimited while the e-mail has had too many wrong passwords."""
        self.limiter.require_room(failed_logins(email, self.settings))

    def authenticate(self, email: str, password: str) -> User:
        """The user with this e-mail and password, if they are admitted; LoginRefused otherwise.

        An unknown e-mail takes the same time and gives the same answer as a wrong password.
        """
        user = self._find(email)
        if not verify(user.password_hash if user else None, password) or user is None:
            raise WrongCredentials
        if user.status == "pending":
            raise NotAdmitted("Your account is waiting for approval.")
        if user.status == "disabled":
            raise NotAdmitted("This account is closed.")
        if user.temp_secret_expires_at and user.temp_secret_expires_at <= self.clock():
            raise NotAdmitted(
                "Your temporary password has expired. Ask an administrator for a new one."
            )
        if needs_rehash(user.password_hash):
            user.password_hash = hash_password(password)
            self.session.commit()
        return user

    def record_attempt(self, email: str, *, succeeded: bool) -> None:
        """Remember how an attempt to sign in ended; a success wipes the failures out.

        RateLimited is raised for a failure beyond the limit, which only parallel attempts reach.
        """
        limit = failed_logins(email, self.settings)
        if succeeded:
            self.limiter.forget(limit.key)
            self._set_on(email, failed_logins=0, locked_until=None, last_login_at=self.clock())
        else:
            self._record_failure(email, limit)
        self.session.commit()

    def open_session(self, user: User, visit: Visit, *, remember: bool) -> OpenedSession:
        """Start a login and make up its token."""
        token = secrets.token_urlsafe(32)
        now = self.clock()
        login = LoginSession(
            user_id=user.id,
            token_hash=_fingerprint(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._lifetime(remember=remember),
            ip=visit.ip,
            user_agent=visit.user_agent[:USER_AGENT_LENGTH],
            served_by=APPLICATION,
        )
        self.session.add(login)
        self.session.commit()
        return OpenedSession(token, login)

    def resolve_session(self, token: str) -> LoginSession | None:
        """The live login behind a token, if its user is admitted; marks it as seen."""
        login = self.session.scalar(LOGIN, {"token_hash": _fingerprint(token)})
        if login is None or login.user.status not in ADMITTED or not self._is_live(login):
            return None
        self._mark_seen(login)
        return login

    def close_session(self, login: LoginSession) -> None:
        """End one login; its token is worthless from now on."""
        self._revoke([login])

    def list_sessions(self, user: User, query: PageQuery) -> Slice[LoginSession]:
        """The user's live logins, newest first."""
        live = self._live_sessions(user)
        first = offset(query.page, query.per_page)
        return Slice(live[first : first + query.per_page], len(live))

    def revoke_sessions(self, user: User, keep: LoginSession) -> int:
        """End all live logins of the user but one, and say how many that were."""
        others = [login for login in self._live_sessions(user) if login.id != keep.id]
        self._revoke(others)
        return len(others)

    def current_user(self, user: User, csrf_token: str) -> CurrentUser:
        """What the user may know of themselves."""
        public = UserPublic.model_validate(user)
        return CurrentUser(
            **dict(public),
            email=user.email,
            status=user.status,
            usage=usage_at(self.clock(), user),
            csrf_token=csrf_token,
        )

    def update_profile(self, user: User, form: ProfileUpdate) -> None:
        """Change what the user is known as and likes; Invalid for an unknown assistant."""
        enabled = select(Assistant.key).where(
            Assistant.key == form.default_assistant, Assistant.enabled.is_(True)
        )
        if UNSTORABLE.search(form.default_assistant) or self.session.scalar(enabled) is None:
            raise Invalid([UNKNOWN_ASSISTANT])
        user.display_name = form.display_name
        user.timezone = form.timezone
        user.default_assistant = form.default_assistant
        self.session.commit()

    def change_password(self, user: User, wanted: PasswordChange) -> None:
        """Set another password; WrongPassword, or Invalid for the one that is in use already."""
        if not verify(user.password_hash, wanted.current_password):
            raise WrongPassword
        if wanted.new_password == wanted.current_password:
            raise Invalid([SAME_PASSWORD])
        self.limiter.forget(password_attempts(user, self.settings).key)
        user.password_hash = hash_password(wanted.new_password)
        user.must_change_password = False
        user.temp_secret_expires_at = None
        self.session.commit()

    def set_deletion(self, user: User, form: DeletionForm) -> None:
        """Ask for the account's deletion, or take that back.

        WrongPassword is raised for a request that does not prove who asks, Invalid where nobody
        else could administer what is left.
        """
        if form.action == "cancel":
            self._set_on(
                user.email, status="active", deletion_requested_at=None, deletion_reason=None
            )
        else:
            self._request_deletion(user, form)
        self.session.commit()

    def _request_deletion(self, user: User, form: DeletionForm) -> None:
        if not verify(user.password_hash, form.password):
            raise WrongPassword("The password is wrong.")
        lock_administrators(self.session)
        self.limiter.forget(password_attempts(user, self.settings).key)
        asked = (
            update(User)
            .where(User.id == user.id, someone_else_administers(user.id))
            .values(
                status="deleting",
                deletion_requested_at=self.clock(),
                deletion_reason=form.reason,
            )
        )
        if cast("CursorResult[Any]", self.session.execute(asked)).rowcount == 0:
            self.session.rollback()
            raise Invalid([LAST_ADMINISTRATOR])

    def _find(self, email: str) -> User | None:
        return self.session.scalar(select(User).where(User.email == email))

    def _new_user(self, form: RegisterForm) -> User:
        now = self.clock()
        return User(
            email=form.email,
            display_name=form.display_name,
            password_hash=hash_password(form.password),
            role="user",
            status="active",
            timezone="UTC",
            default_assistant=DEFAULT_ASSISTANT,
            monthly_quota=self.settings.monthly_quota,
            quota_used=0,
            quota_resets_at=first_of_next_month(now),
            terms_accepted_at=now,
            created_at=now,
        )

    def _record_failure(self, email: str, limit: Limit) -> None:
        counted = self.limiter.spend(limit)
        locked = {"locked_until": counted.until} if counted.hits == limit.hits else {}
        self._set_on(email, failed_logins=User.failed_logins + 1, **locked)

    def _set_on(self, email: str, **values: object) -> None:
        self.session.execute(update(User).where(User.email == email).values(values))

    def _lifetime(self, *, remember: bool) -> timedelta:
        settings = self.settings
        return settings.remembered_session_lifetime if remember else settings.session_lifetime

    def _is_live(self, login: LoginSession) -> bool:
        now = self.clock()
        remembered = login.expires_at - login.created_at > self.settings.session_lifetime
        idle = now - login.last_seen_at
        return (
            login.revoked_at is None
            and now < login.expires_at
            and (remembered or idle <= self.settings.session_idle_limit)
        )

    def _live_sessions(self, user: User) -> list[LoginSession]:
        not_over = (
            select(LoginSession)
            .where(
                LoginSession.user_id == user.id,
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > self.clock(),
            )
            .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
        )
        return [login for login in self.session.scalars(not_over) if self._is_live(login)]

    def _mark_seen(self, login: LoginSession) -> None:
        now = self.clock()
        if now - login.last_seen_at < self.settings.last_seen_interval:
            return
        seen = update(LoginSession).where(LoginSession.id == login.id)
        self.session.execute(seen.values(last_seen_at=now, served_by=APPLICATION))
        self.session.commit()

    def _revoke(self, logins: list[LoginSession]) -> None:
        chosen = LoginSession.id.in_([login.id for login in logins])
        revoked = update(LoginSession).where(chosen).values(revoked_at=self.clock())
        self.session.execute(revoked)
        self.session.commit()


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
