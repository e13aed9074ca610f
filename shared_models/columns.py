"""Column kinds that several models share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored as UTC and read back aware, on every database.

    SQLite has no time zones and would drop an offset in silence, so the value is turned to UTC
    before it is written, and a naive one is refused.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A stored time needs a time zone, got the naive {value!r}.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


# SQLite numbers rows by itself only where the type is spelled INTEGER.
PrimaryKey = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
]

# SQLite would give the id of a deleted last row to the next one, and with it the meaning of
# every link and ETag that still names it.
NEVER_REUSE_IDS = {"sqlite_autoincrement": True}


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """A check constraint that limits a text column to the given values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
