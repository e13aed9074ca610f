"""What both applications must agree on, read from the environment; free of Flask."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-never-use-it-in-production"  # noqa: S105
_INSTANCE = Path(__file__).resolve().parent.parent / "instance"
DEFAULT_DATABASE = _INSTANCE / "app.db"
DEFAULT_ATTACHMENTS = _INSTANCE / "attachments"


@dataclass(frozen=True, slots=True)
class SharedSettings:
    """Limits and lifetimes that count in both applications, and so must be equal in both.

    The first eight come from the environment, under their names in capitals.
    """

    login_attempts_per_address: int
    registrations_per_address: int
    failed_logins_per_email: int
    contacts_per_address: int
    attachment_max_bytes: int
    attachment_folder: Path
    events_longest: timedelta
    """How long a window may listen before it has to connect again."""
    stream_pause: timedelta
    """Between two pieces of an answer, so that a person sees it being written."""

    login_attempts_window: timedelta = timedelta(seconds=300)
    registrations_window: timedelta = timedelta(seconds=3600)
    failed_logins_window: timedelta = timedelta(seconds=900)

    session_lifetime: timedelta = timedelta(hours=12)
    remembered_session_lifetime: timedelta = timedelta(days=30)
    session_idle_limit: timedelta = timedelta(hours=2)
    last_seen_interval: timedelta = timedelta(minutes=1)

    contacts_window: timedelta = timedelta(hours=1)
    password_attempts: int = 5
    password_attempts_window: timedelta = timedelta(minutes=15)
    sends_per_window: int = 20
    sends_window: timedelta = timedelta(minutes=1)
    uploads_per_window: int = 20
    uploads_window: timedelta = timedelta(minutes=10)
    feedback_per_window: int = 30
    feedback_window: timedelta = timedelta(minutes=10)

    temporary_password_lifetime: timedelta = timedelta(hours=72)
    deletion_grace: timedelta = timedelta(days=14)
    turn_timeout: timedelta = timedelta(minutes=2)
    """How long an answer may stay unfinished before it counts as failed."""
    events_poll: timedelta = timedelta(seconds=0.5)
    events_heartbeat: timedelta = timedelta(seconds=15)

    password_min_length: int = 8
    password_max_length: int = 128
    email_max_length: int = 254
    display_name_max_length: int = 80
    title_max_length: int = 200
    title_from_text_length: int = 60
    preview_length: int = 80
    snippet_length: int = 160
    message_max_length: int = 4000
    comment_max_length: int = 1000
    reason_max_length: int = 500
    subject_max_length: int = 200
    letter_max_length: int = 5000
    attachments_per_message: int = 5

    monthly_quota: int = 200
    largest_quota: int = 100_000
    max_content_length: int = 1024 * 1024


def shared_settings() -> SharedSettings:
    """The settings as the environment gives them; a ValueError names what is not a number."""
    attachments = os.environ.get("ATTACHMENT_FOLDER") or DEFAULT_ATTACHMENTS
    return SharedSettings(
        login_attempts_per_address=_positive("LOGIN_ATTEMPTS_PER_ADDRESS", 30),
        registrations_per_address=_positive("REGISTRATIONS_PER_ADDRESS", 10),
        failed_logins_per_email=_positive("FAILED_LOGINS_PER_EMAIL", 5),
        contacts_per_address=_positive("CONTACTS_PER_ADDRESS", 5),
        attachment_max_bytes=_positive("ATTACHMENT_MAX_BYTES", 512 * 1024),
        attachment_folder=Path(attachments).absolute(),
        events_heartbeat=timedelta(milliseconds=_whole("EVENTS_HEARTBEAT_MS", 15_000)),
        events_longest=timedelta(milliseconds=_whole("EVENTS_LONGEST_MS", 55_000)),
        stream_pause=timedelta(milliseconds=_whole("STREAM_PAUSE_MS", 0)),
    )


def _positive(name: str, default: int) -> int:
    return _whole(name, default, least=1)


def _whole(name: str, default: int, least: int = 0) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"{name} must be a whole number from {least} on, got {text!r}.")
    return int(text)


def database_url() -> str:
    """The one database: DATABASE_URL, or the SQLite file instance/app.db of this repository.

    A relative SQLite path counts from the working directory. It is made absolute here, because
    Flask-SQLAlchemy would resolve it in the instance folder of each application: two files.
    """
    text = os.environ.get("DATABASE_URL", "").strip() or f"sqlite:///{DEFAULT_DATABASE}"
    try:
        url = given = make_url(text)
    except ArgumentError as error:
        raise ValueError(
            "DATABASE_URL is not a database URL. "
            "Write for example sqlite:////var/lib/app.db or postgresql://user@host/name."
        ) from error
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    path = sqlite_path(text)
    if path is not None:
        url = url.set(database=str(path.absolute()))
    return text if url == given else url.render_as_string(hide_password=False)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; None for one in memory, a `file:` URI, or another database."""
    parsed = make_url(url)
    name = parsed.database
    in_memory = not name or name == ":memory:" or name.startswith("file:")
    if parsed.get_backend_name() != "sqlite" or in_memory:
        return None
    return Path(str(name))
