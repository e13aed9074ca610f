"""Bring a database up to the newest schema, or ask which one it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import create_engine, make_url, pool
from sqlalchemy.exc import ArgumentError, DatabaseError, InvalidRequestError

from shared_models.settings import sqlite_path

ALEMBIC_INI = Path(__file__).with_name("alembic.ini")


class SchemaError(Exception):
    """The database can't be reached or migrated; the message is a sentence for a person."""


def upgrade(url: str) -> None:
    """Create or migrate the database at the URL, with the folder of a SQLite file."""
    with _in_words(url):
        path = sqlite_path(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        config = Config(ALEMBIC_INI)
        config.attributes["url"] = url
        command.upgrade(config, "head")


def current_revision(url: str) -> str | None:
    """The revision that the database is at, or None where no migration ever ran."""
    with _in_words(url):
        engine = create_engine(url, poolclass=pool.NullPool)
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    try:
        yield
    except (ArgumentError, InvalidRequestError, ImportError) as error:
        raise SchemaError(
            f"There is no driver for the database {_shown(url)}: {error}. Check DATABASE_URL."
        ) from error
    except (DatabaseError, OSError) as error:
        # A server's driver adds hints on further lines.
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SchemaError(
            f"The database {_shown(url)} can't be opened or migrated: {cause}. "
            "Check DATABASE_URL, and that the server runs or the folder can be written."
        ) from error
    except CommandError as error:
        raise SchemaError(
            f"The database {_shown(url)} is at a revision that this code does not know: {error}. "
            "Update the code, or point DATABASE_URL to another database."
        ) from error


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "of DATABASE_URL"  # it may hold a password, so it is not repeated
