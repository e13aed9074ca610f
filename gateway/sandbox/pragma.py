"""PRAGMAs inside a sandbox: what they ask is answered, what they change is changed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.sandbox.pin import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.statement import Statement

# Their value is an argument of what they ask.
_QUESTIONS = frozenset(
    {
        "table_info",
        "table_xinfo",
        "table_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "foreign_key_list",
        "foreign_key_check",
        "integrity_check",
        "quick_check",
    }
)
# Undone with the transaction.
_IN_TRANSACTION = frozenset({"user_version", "application_id", "optimize"})
# Settings of the connection, which another one has to find as they were.
_SETTINGS = frozenset(
    {
        "analysis_limit",
        "automatic_index",
        "busy_timeout",
        "cache_size",
        "cache_spill",
        "cell_size_check",
        "ignore_check_constraints",
        "query_only",
        "read_uncommitted",
        "recursive_triggers",
        "reverse_unordered_selects",
        "threads",
        "trusted_schema",
    }
)
_AT_ONCE = frozenset({"incremental_vacuum", "wal_checkpoint"})
_SAME = {"yes": "1", "true": "1", "on": "1", "no": "0", "false": "0", "off": "0"}
_LEVELS = {
    "synchronous": {"off": "0", "normal": "1", "full": "2", "extra": "3"},
    "temp_store": {"default": "0", "file": "1", "memory": "2"},
    "auto_vacuum": {"none": "0", "full": "1", "incremental": "2"},
}


class Pragmas:
    """The settings that a sandbox has changed."""

    def __init__(self, raw: Callable[[str], list[tuple[Any, ...]]]) -> None:
        self._raw = raw
        self._before: dict[str, Any] = {}
        self.defers_all = False
        """Whether PRAGMA defer_foreign_keys holds for the present transaction."""
        self.broken_before: set[tuple[Any, ...]] = set()
        """The references that led nowhere when it was set."""

    def translate(self, pragma: Statement, sql: str) -> str:
        """Give the text to run in a pragma's place: itself, or its question."""
        name, value = pragma.name, pragma.value
        if name in _QUESTIONS or name in _IN_TRANSACTION:
            return sql
        if name in _AT_ONCE:
            raise refuse(sql, "It works on the database file at once, and is not undone.")
        if value is None:
            return sql
        if name == "defer_foreign_keys":
            self._defer(_meaning(name, value) == "1")
            return sql
        if name in _SETTINGS:
            self._before.setdefault(name, self._raw(f"PRAGMA {name}")[0][0])
            return sql
        return self._unchanged(name, value, sql)

    def _defer(self, defers_all: bool) -> None:  # noqa: FBT001  # what the pragma says
        if defers_all and not self.defers_all:
            self.broken_before = set(self._raw("PRAGMA foreign_key_check"))
        self.defers_all = defers_all

    def _unchanged(self, name: str, value: str, sql: str) -> str:
        """Let a setting be set to what it is; inside a transaction more is not possible."""
        present = self._raw(f"PRAGMA {name}")
        if not present or _meaning(name, present[0][0]) != _meaning(name, value):
            shown = present[0][0] if present else "not known"
            raise refuse(
                sql,
                f"It can't be changed in a transaction, and a sandbox is one; now it is {shown}."
                " Set it when the connection is made, in a 'connect' event of the engine.",
            )
        return f"PRAGMA {name}"

    def end_transaction(self) -> None:
        """Forget what holds until the end of a transaction."""
        if self.defers_all:
            self.defers_all = False
            self._raw("PRAGMA defer_foreign_keys = OFF")

    def restore(self) -> None:
        """Set everything back."""
        for name, value in self._before.items():
            self._raw(f"PRAGMA {name} = {value}")
        self._before.clear()


def _meaning(name: str, value: object) -> str:
    text = str(value).lower()
    return _LEVELS.get(name, {}).get(text, _SAME.get(text, text))
