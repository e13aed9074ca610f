"""What a search finds: messages and titles, in the full text of either database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    cast,
    func,
    null,
    select,
    table,
    union_all,
)
from sqlalchemy import column as sql_column
from sqlalchemy.orm import InstrumentedAttribute

from shared_models import Conversation, Message
from shared_models.search import fts5_expression, phrases, tsquery_expression
from shared_models.snippet import snippet


@dataclass(frozen=True)
class Hit:
    """A place where the words occur: a message, or a title where `message_id` is None."""

    conversation_id: int
    message_id: int | None
    title: str | None
    snippet: str
    created_at: datetime


def found(user_id: int, words: str, dialect: str) -> "CompoundSelect[Any] | None":
    """All places of a user's in which the words occur, or None if there is no word in them."""
    fits = _on_postgresql if dialect == "postgresql" else _on_sqlite
    in_body, in_title = fits(Message.body, words), fits(Conversation.title, words)
    if in_body is None or in_title is None:
        return None
    return union_all(_messages(user_id, in_body), _titles(user_id, in_title))


def page_of(places: "CompoundSelect[Any]", limit: int, offset: int) -> "Select[Any]":
    """One page of the places, the newest first."""
    place = places.subquery()
    newest_first = place.c.at.desc(), place.c.message_id.desc().nulls_last(), place.c.id.desc()
    return select(place).order_by(*newest_first).limit(limit).offset(offset)


def hit(row: Any, words: str, length: int) -> Hit:
    """A row of a page as what was found."""
    shown = snippet(row.body, phrases(words), length)
    return Hit(row.id, row.message_id, row.title, shown, row.at)


def _messages(user_id: int, fits: ColumnElement[bool]) -> "Select[Any, Any, Any, Any, Any]":
    return (
        select(
            Conversation.id.label("id"),
            Message.id.label("message_id"),
            Conversation.title.label("title"),
            Message.body.label("body"),
            Message.created_at.label("at"),
        )
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.user_id == user_id, fits)
    )


def _titles(user_id: int, fits: ColumnElement[bool]) -> "Select[Any, Any, Any, Any, Any]":
    return select(
        Conversation.id, cast(null(), BigInteger), Conversation.title, Conversation.title,
        Conversation.created_at,
    ).where(Conversation.user_id == user_id, fits)  # fmt: skip


def _on_sqlite(column: InstrumentedAttribute[Any], words: str) -> ColumnElement[bool] | None:
    expression = fts5_expression(words)
    if expression is None:
        return None
    name = f"{column.class_.__tablename__}_search"
    # FTS5 has a column of the table's own name, which stands for all that is searched.
    index = table(name, sql_column("rowid"), sql_column(name))
    chosen = select(index.c.rowid).where(index.c[name].op("MATCH")(expression))
    return cast_type("ColumnElement[bool]", column.class_.id.in_(chosen))


def _on_postgresql(column: InstrumentedAttribute[Any], words: str) -> ColumnElement[bool] | None:
    expression = tsquery_expression(words)
    if expression is None:
        return None
    return func.search_words(column).op("@@")(func.to_tsquery("simple", expression))
