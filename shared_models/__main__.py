"""`python -m shared_models`: migrate the database, and fill it with sample data."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from shared_models.engine import make_engine
from shared_models.liveliness import load_liveliness
from shared_models.sample import PEOPLE, SAMPLE_PASSWORD, load_sample
from shared_models.schema import SchemaError, current_revision, upgrade
from shared_models.settings import database_url

T = TypeVar("T")


@click.group()
def main() -> None:
    """Look after the database of DATABASE_URL (default: instance/app.db)."""


@main.command("upgrade")
def upgrade_command() -> None:
    """Bring the schema up to date; a SQLite file is created."""
    url = _told_plainly(database_url)
    _told_plainly(lambda: upgrade(url))
    click.echo(f"The database is at revision {current_revision(url)}.")


@main.command("sample")
def sample_command() -> None:
    """Bring the schema up to date and add sample data, once."""
    url = _told_plainly(database_url)
    _told_plainly(lambda: upgrade(url))
    with Session(make_engine(url)) as session:
        load_sample(session, now := datetime.now(UTC))
        load_liveliness(session, now)
        session.commit()
    emails = ", ".join(person.email for person in PEOPLE)
    click.echo(f"Sign in as {emails}\nwith the password: {SAMPLE_PASSWORD}")


def _told_plainly(work: Callable[[], T]) -> T:
    try:
        return work()
    except (SchemaError, ValueError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="python -m shared_models")
