"""What a statement means for the transaction that it runs in.

A sandbox lets every connection believe in transactions of its own, so it has to know which
statements open one, move within one, or would end the sandbox's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from gateway.sandbox.sqltext import Words, name_of, statements

if TYPE_CHECKING:
    from collections.abc import Callable


class Act(Enum):
    """The kinds of statements."""

    READ = auto()
    WRITE = auto()
    BEGIN = auto()
    SAVEPOINT = auto()
    RELEASE = auto()
    ROLLBACK_TO = auto()
    READ_ONLY = auto()
    PRAGMA = auto()
    IGNORED = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: what it does, and the savepoint or pragma that it names."""

    act: Act
    name: str = ""
    value: str | None = None
    reason: str = ""
    is_dml: bool = False
    takes_lock: bool = False
    """It may take a lock that outlives the transaction."""


_CONTROL = (
    "It would end the transaction that the sandbox undoes. Call commit() or rollback() on the"
    " session or the connection instead: a sandbox can undo those."
)
_NOT_IN_TRANSACTION = "It can't run inside a transaction, and a sandbox is one."
_NOT_UNDONE = "What it does is not undone with the transaction, and a sandbox is one."
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})


_LONGEST_REMEMBERED = 10_000
R = TypeVar("R")


def _remembered(read: Callable[[str], R]) -> Callable[[str], R]:
    """Remember the readings of texts that are not too long to keep."""
    short = lru_cache(maxsize=4096)(read)
    return lambda sql: short(sql) if len(sql) <= _LONGEST_REMEMBERED else read(sql)


def _refused(reason: str) -> Statement:
    return Statement(Act.REFUSED, reason=reason)


def _control(words: Words) -> Statement | None:
    """Read the control of transactions, which all databases have in common."""
    first, *rest = words.tokens
    if first in {"COMMIT", "END", "ABORT"}:
        return _refused(_CONTROL)
    if first == "ROLLBACK":  # [WORK | TRANSACTION] [TO [SAVEPOINT] name]
        is_partial = "TO" in rest[:2]
        return Statement(Act.ROLLBACK_TO, name_of(rest[-1])) if is_partial else _refused(_CONTROL)
    if first == "BEGIN" or words.starts("START", "TRANSACTION"):
        return Statement(Act.BEGIN)
    if first in {"SAVEPOINT", "RELEASE"} and rest:
        return Statement(Act[first], name_of(rest[-1]))
    return None


# SQLite


@_remembered
def read_sqlite(sql: str) -> Statement:
    """Say what a statement means to SQLite, whose driver takes one at a time."""
    found = statements(sql, "sqlite")
    return _sqlite(found[0]) if found else Statement(Act.READ)


def _sqlite(words: Words) -> Statement:
    first = words.tokens[0]
    if (control := _control(words)) is not None:
        return control
    if first in {"ATTACH", "DETACH"}:
        return _refused("It would open or close another database, which the sandbox can't undo.")
    if first == "VACUUM":
        return _refused(_NOT_IN_TRANSACTION)
    if first == "PRAGMA":
        return _pragma(words.tokens[1:])
    is_reading = first in {"SELECT", "VALUES", "EXPLAIN"} or (
        first == "WITH" and not _DML & set(words.tokens)
    )
    return Statement(Act.READ if is_reading else Act.WRITE, is_dml=first in _DML)


def _pragma(tokens: tuple[str, ...]) -> Statement:
    """Read [schema .] name [= value | (value)]."""
    if tokens[1:2] == (".",):
        tokens = tokens[2:]
    name, *rest = tokens or ("",)
    value = name_of("".join(rest).strip("=()")) if rest else None
    return Statement(Act.PRAGMA, name_of(name), value)


# PostgreSQL

_READING = frozenset(
    {"SELECT", "VALUES", "TABLE", "SHOW", "FETCH", "MOVE", "DECLARE", "CLOSE", "WITH"}
)
_WRITING = frozenset({"INTO", "INSERT", "UPDATE", "DELETE", "MERGE"})
_OUTSIDE_TRANSACTIONS = (
    ("VACUUM",),
    ("CREATE", "DATABASE"),
    ("DROP", "DATABASE"),
    ("ALTER", "SYSTEM"),
    ("CREATE", "TABLESPACE"),
    ("DROP", "TABLESPACE"),
    ("CREATE", "SUBSCRIPTION"),
    ("DROP", "SUBSCRIPTION"),
    ("DISCARD", "ALL"),
)
_LASTING = (("CHECKPOINT",), ("LOAD",))
_LASTING_CALLS = (
    "SETVAL",
    "DBLINK",
    "LO_EXPORT",
    "PG_FILE_",
    "PG_TERMINATE_",
    "PG_CANCEL_",
    "PG_RELOAD_CONF",
    "PG_ROTATE_LOGFILE",
    "PG_SWITCH_WAL",
)
_LOCKS = ("PG_ADVISORY_LOCK", "PG_TRY_ADVISORY_LOCK")


@_remembered
def read_postgresql(sql: str) -> tuple[Statement, ...]:
    """Say what each statement of a text means to PostgreSQL."""
    found: list[Statement] = []
    in_body = False
    for words in statements(sql, "postgresql"):
        # The statements of a function's body are not ours, up to the END that closes it.
        if not in_body:
            found.append(_postgresql(words))
        in_body = (in_body and words.tokens != ("END",)) or "ATOMIC" in words.tokens
    return tuple(found)


def _postgresql(words: Words) -> Statement:
    if words.starts("PREPARE", "TRANSACTION"):
        return _refused(_CONTROL)
    if (special := _control(words) or _lasting(words) or _setting(words)) is not None:
        return special
    is_reading = words.tokens[0] in _READING and not _WRITING & set(words.tokens)
    takes_lock = any(name.startswith(_LOCKS) for name in words.calls)
    return Statement(Act.READ if is_reading else Act.WRITE, takes_lock=takes_lock)


def _lasting(words: Words) -> Statement | None:
    """Refuse what the end of the transaction would not undo."""
    tokens = words.tokens
    if tokens[0] == "COPY" and not {"STDIN", "STDOUT"} & set(tokens):
        return _refused("It reads or writes a file or a program of the server, which stays so.")
    if any(words.starts(*outside) for outside in _OUTSIDE_TRANSACTIONS):
        return _refused(_NOT_IN_TRANSACTION)
    if "CONCURRENTLY" in tokens and tokens[0] in {"CREATE", "DROP", "REINDEX", "ALTER"}:
        return _refused(_NOT_IN_TRANSACTION)
    if any(words.starts(*lasting) for lasting in _LASTING):
        return _refused(_NOT_UNDONE)
    if any(name.startswith(_LASTING_CALLS) for name in words.calls):
        return _refused(_NOT_UNDONE)
    return None


def _setting(words: Words) -> Statement | None:
    """Read SET TRANSACTION …; a transaction in a sandbox can't change its isolation level."""
    if words.starts("SET", "SESSION", "CHARACTERISTICS"):
        return Statement(Act.IGNORED)
    if not words.starts("SET", "TRANSACTION"):
        return None
    return Statement(Act.READ_ONLY if "ONLY" in words.tokens else Act.IGNORED)
