"""What psycopg calls a transaction: the block of a lease's `transaction()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.sandbox.psycopglease import PsycopgLease


class Nested:
    """What `transaction()` gives: a transaction, or a savepoint in one."""

    def __init__(self, connection: PsycopgLease, savepoint_name: str) -> None:
        self.connection = connection
        self.savepoint_name: str | None = savepoint_name
        self._quoted = '"{}"'.format(savepoint_name.replace('"', '""'))

    def begin(self, *, is_outermost: bool) -> None:
        """Begin it."""
        if is_outermost:
            self.savepoint_name = None
            self.connection.execute("BEGIN")
        else:
            self.connection.execute(f"SAVEPOINT {self._quoted}")

    def keep(self) -> None:
        """Commit it, or release its savepoint."""
        if self.savepoint_name is None:
            self.connection.commit()
        else:
            self.connection.execute(f"RELEASE SAVEPOINT {self._quoted}")

    def undo(self) -> None:
        """Roll it back."""
        if self.savepoint_name is None:
            self.connection.rollback()
        else:
            self.connection.execute(f"ROLLBACK TO SAVEPOINT {self._quoted}")
            self.connection.execute(f"RELEASE SAVEPOINT {self._quoted}")
