"""INSERT … ON CONFLICT: the databases spell it alike, but SQLAlchemy has a class for each."""

from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shared_models.base import Base

_INSERT: dict[str, Callable[[type[Base]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_into(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT for the session's database that can say what to do on a conflict."""
    return _INSERT[session.get_bind().dialect.name](model)
