"""What administrators do to accounts, and how the workspace is doing."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    Update,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from modern.admin import expiry, listing
from modern.admin.expiry import Expired
from modern.admin.figures import system_stats
from modern.admin.schemas import (
    AdminQuery,
    AdminUserCreate,
    AdminUserUpdate,
    CleanupRequest,
    SystemStats,
)
from modern.administrators import lock_administrators, someone_else_administers
from modern.auth.service import APPLICATION, DEFAULT_ASSISTANT, EMAIL_TAKEN
from modern.clock import Clock
from modern.failures import Conflict, Forbidden, Invalid, NotFound
from modern.files import remove_stored
from modern.pages.schemas import ContactForm, HealthReport
from modern.paging import Slice, offset
from modern.passwords import hash_password
from modern.quota import first_of_next_month
from modern.schemas import LARGEST_ID
from modern.tables import csv_of
from modern.times import instant
from shared_models import (
    Attachment,
    AuditEvent,
    ContactMessage,
    Conversation,
    LoginSession,
    Message,
    User,
)
from shared_models.settings import SharedSettings

NOT_PENDING = "This account is not waiting for approval."
NOT_SWITCHABLE = "This account can't be switched."
LAST_ADMINISTRATOR = "This is the last administrator."
NOT_ONESELF = "You can't disable your own account."
NOT_ONES_OWN = "You can't change your own role or status."
NOT_DELETING_ONESELF = "You can't delete your own account."

CSV_COLUMNS = (
    "id",
    "email",
    "display_name",
    "role",
    "status",
    "quota_used",
    "monthly_quota",
    "created_at",
    "last_login_at",
)


@dataclass(frozen=True)
class Actor:
    """The administrator who does something, and the request in which they do it."""

    user: User
    ip: str | None
    request_id: str


@dataclass(frozen=True)
class NewAccount:
    """An account that was just made, with the password that only its maker sees."""

    user: User
    password: str


@dataclass(frozen=True)
class Change:
    """A change, and the e-mail of the administrator who made it, if there still is one."""

    event: AuditEvent
    actor: str | None


class AdminService:
    """What administrators do, and what is done for them."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def require_admin(self, user: User) -> None:
        """Raise Forbidden for everybody but administrators."""
        if user.role != "admin":
            raise Forbidden

    def stats(self) -> SystemStats:
        """How much the workspace is used."""
        return system_stats(self.session, self.clock())

    def list_users(self, query: AdminQuery) -> Slice[User]:
        """One page of the accounts that the query asks for."""
        users = self.session.scalars(self._paged(listing.users(query), query)).all()
        return Slice(users, self._total(listing.users(query)))

    def get_user(self, user_id: int) -> User:
        """The account; NotFound if there is none."""
        user = self.session.get(User, user_id) if user_id <= LARGEST_ID else None
        if user is None:
            raise NotFound
        return user

    def create_user(self, actor: Actor | None, form: AdminUserCreate) -> NewAccount:
        """Make an account with a temporary password; Invalid if the e-mail has one already.

        Without an actor it is an operator at the command line who makes it.
        """
        password = secrets.token_urlsafe(12)
        user = self._new_user(form, password)
        self.session.add(user)
        try:
            self.session.flush()
        except IntegrityError as error:
            self.session.rollback()
            raise Invalid([EMAIL_TAKEN]) from error
        self.record_audit(actor, "user.create", user.id, {"email": user.email, "role": user.role})
        self.session.commit()
        return NewAccount(user, password)

    def approve_user(self, actor: Actor, user_id: int) -> User:
        """Let in somebody who waits for it; Conflict for everybody else."""
        user = self.get_user(user_id)
        change = update(User).where(User.id == user.id, User.status == "pending")
        if not self._written(change.values(status="active")):
            raise Conflict(NOT_PENDING)
        self.record_audit(actor, "user.approve", user.id, {"status": ["pending", "active"]})
        self.session.commit()
        return user

    def toggle_user(self, actor: Actor, user_id: int) -> User:
        """Disable an active account, or enable a disabled one again."""
        user = self.get_user(user_id)
        if user.status not in {"active", "disabled"}:
            raise Conflict(NOT_SWITCHABLE)
        status = "disabled" if user.status == "active" else "active"
        if user.id == actor.user.id:
            raise Conflict(NOT_ONESELF)
        action = "user.disable" if status == "disabled" else "user.enable"
        detail = {"status": [user.status, status]}
        self._change(user, {"status": status})
        self.record_audit(actor, action, user.id, detail)
        self.session.commit()
        return user

    def update_user(self, actor: Actor, user: User, wanted: AdminUserUpdate) -> User:
        """Change an account; Conflict where nobody would be left to administer."""
        changed = {
            column: [getattr(user, column), value]
            for column, value in wanted.changes.items()
            if getattr(user, column) != value
        }
        if user.id == actor.user.id and changed.keys() & {"role", "status"}:
            raise Conflict(NOT_ONES_OWN)
        if "status" in changed and user.status not in {"active", "disabled"}:
            raise Conflict(NOT_SWITCHABLE)
        if changed:
            self._change(user, {column: new for column, (_, new) in changed.items()})
            self.record_audit(actor, "user.update", user.id, changed)
            self.session.commit()
        return user

    def delete_user(self, actor: Actor, user_id: int) -> None:
        """Delete an account with everything in it; Conflict for oneself and the last of all."""
        user = self.get_user(user_id)
        if user.id == actor.user.id:
            raise Conflict(NOT_DELETING_ONESELF)
        lock_administrators(self.session)
        files = self._stored_names(user)
        detail = {"email": user.email}
        doomed = delete(User).where(User.id == user.id, someone_else_administers(user.id))
        if not self._written(doomed):
            raise Conflict(LAST_ADMINISTRATOR)
        self.record_audit(actor, "user.delete", user_id, detail)
        self.session.commit()
        remove_stored(self.settings.attachment_folder, files)

    def list_audit(self, query: AdminQuery) -> Slice[Change]:
        """One page of what administrators changed, newest first."""
        rows = self.session.execute(self._paged(listing.changes(query), query))
        return Slice([Change(*row) for row in rows], self._total(listing.changes(query)))

    def record_audit(
        self, actor: Actor | None, action: str, target: int | None, detail: dict[str, Any]
    ) -> None:
        """Remember a change; it is kept if, and only if, the caller commits the change itself."""
        self.session.add(
            AuditEvent(
                at=self.clock(),
                actor_id=actor and actor.user.id,
                action=action,
                target_type="user" if action.startswith("user.") else "conversations",
                target_id=None if target is None else str(target),
                ip=actor and actor.ip,
                request_id=actor and actor.request_id,
                app=APPLICATION,
                detail=detail,
            )
        )

    def export_users_csv(self, query: AdminQuery) -> str:
        """All accounts that the query asks for, as a table."""
        users = self.session.scalars(listing.users(query))
        return csv_of([CSV_COLUMNS, *map(_csv_row, users)])

    def cleanup_empty(self, actor: Actor, wanted: CleanupRequest) -> int:
        """Delete conversations that never began, or only count them."""
        doomed = self._never_began(wanted.older_than_days)
        if wanted.dry_run:
            return self.session.scalar(select(func.count(Conversation.id)).where(*doomed)) or 0
        count = self._count_written(delete(Conversation).where(*doomed))
        detail = {"older_than_days": wanted.older_than_days, "count": count}
        self.record_audit(actor, "conversations.cleanup", None, detail)
        self.session.commit()
        return count

    def submit_contact(self, form: ContactForm) -> ContactMessage:
        """Keep a letter for the administrators."""
        letter = ContactMessage(**form.model_dump(), created_at=self.clock())
        self.session.add(letter)
        self.session.commit()
        return letter

    def health(self) -> HealthReport:
        """Whether the database answers, and which schema it has."""
        try:
            revision = self.session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            self.session.rollback()
            return HealthReport(
                status="unavailable", app=APPLICATION, db="unavailable", schema_revision=None
            )
        return HealthReport(status="ok", app=APPLICATION, db="ok", schema_revision=revision)

    def purge_expired(self, *, dry_run: bool) -> Expired:
        """Delete accounts past their grace and all else that is over, or only count it."""
        act = expiry.expired if dry_run else expiry.purge
        return act(self.session, self.clock(), self.settings)

    def _paged(self, wanted: Select[Any], query: AdminQuery) -> Select[Any]:
        return wanted.limit(query.per_page).offset(offset(query.page, query.per_page))

    def _total(self, wanted: Select[Any]) -> int:
        return self.session.scalar(listing.total_of(wanted)) or 0

    def _new_user(self, form: AdminUserCreate, password: str) -> User:
        now = self.clock()
        return User(
            email=form.email,
            display_name=form.display_name,
            password_hash=hash_password(password),
            role=form.role,
            status="active",
            timezone="UTC",
            default_assistant=DEFAULT_ASSISTANT,
            monthly_quota=self.settings.monthly_quota,
            quota_used=0,
            quota_resets_at=first_of_next_month(now),
            must_change_password=True,
            temp_secret_expires_at=now + self.settings.temporary_password_lifetime,
            created_at=now,
        )

    def _change(self, user: User, values: dict[str, Any]) -> None:
        """Change an account, but never the last administrator into something else."""
        lock_administrators(self.session)
        change = update(User).where(User.id == user.id).values(values)
        if values.get("role") == "user" or values.get("status") == "disabled":
            change = change.where(someone_else_administers(user.id))
        if not self._written(change):
            raise Conflict(LAST_ADMINISTRATOR)
        if values.get("status") == "disabled":
            live = LoginSession.user_id == user.id, LoginSession.revoked_at.is_(None)
            ended = update(LoginSession).where(*live).values(revoked_at=self.clock())
            self.session.execute(ended)

    def _stored_names(self, user: User) -> list[str]:
        names = select(Attachment.stored_name).where(Attachment.user_id == user.id)
        return list(self.session.scalars(names))

    def _written(self, statement: Update | Delete) -> bool:
        """Run a change of one row; False, with the transaction rolled back, if it met none."""
        written = self._count_written(statement) == 1
        if not written:
            self.session.rollback()
        return written

    def _count_written(self, statement: Update | Delete) -> int:
        return cast("CursorResult[Any]", self.session.execute(statement)).rowcount

    def _never_began(self, days: int) -> list[ColumnElement[bool]]:
        return [
            Conversation.title.is_(None),
            Conversation.pinned.is_(False),
            Conversation.created_at < self.clock() - timedelta(days=days),
            ~exists().where(Message.conversation_id == Conversation.id),
        ]


def _csv_row(user: User) -> list[object]:
    return [getattr(user, column) for column in CSV_COLUMNS[:-2]] + [
        instant(user.created_at),
        instant(user.last_login_at) if user.last_login_at else "",
    ]
