"""What both applications must agree on, read from the environment; free of Flask."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-never-use-it-in-production"  # noqa: S105
DEFAULT_DATABASE = Path(__file__).resolve().parent.parent / "instance" / "app.db"


@dataclass(frozen=True, slots=True)
class SharedSettings:
    """Limits and lifetimes that count in both applications, and so must be equal in both.

    The first three come from the environment, under their names in capitals.
    """

    login_attempts_per_address: int
    registrations_per_address: int
    failed_logins_per_email: int

    login_attempts_window: timedelta = timedelta(seconds=300)
    registrations_window: timedelta = timedelta(seconds=3600)
    failed_logins_window: timedelta = timedelta(seconds=900)

    session_lifetime: timedelta = timedelta(hours=12)
    remembered_session_lifetime: timedelta = timedelta(days=30)
    session_idle_limit: timedelta = timedelta(hours=2)
    last_seen_interval: timedelta = timedelta(minutes=1)

    password_min_length: int = 8
    password_max_length: int = 128
    email_max_length: int = 254
    display_name_max_length: int = 80
    title_max_length: int = 200
    preview_length: int = 80

    monthly_quota: int = 200
    max_content_length: int = 1024 * 1024


def shared_settings() -> SharedSettings:
    """The settings as the environment gives them; a ValueError names what is not a number."""
    return SharedSettings(
        login_attempts_per_address=_positive("LOGIN_ATTEMPTS_PER_ADDRESS", 30),
        registrations_per_address=_positive("REGISTRATIONS_PER_ADDRESS", 10),
        failed_logins_per_email=_positive("FAILED_LOGINS_PER_EMAIL", 5),
    )


def _positive(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} must be a whole number from 1 on, got {text!r}.")
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
