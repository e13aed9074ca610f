"""What psycopg lets a connection be set to; it is the lease's own, and ends with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus


class Settings(ABC):
    """The settings of a lease, which begin as those of the connection behind it."""

    def __init__(self, connection: psycopg.Connection[Any], *, autocommit: bool) -> None:
        self._autocommit = autocommit
        self._isolation_level = connection.isolation_level
        self._read_only = connection.read_only
        self._deferrable = connection.deferrable

    @property
    @abstractmethod
    def status(self) -> TransactionStatus:
        """What a connection of its own would say of the transaction."""

    @property
    def autocommit(self) -> bool:
        """Whether every statement is a transaction."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._change("autocommit", value)

    @property
    def isolation_level(self) -> Any:
        """What was asked for; the sandbox's own transaction has the connection's."""
        return self._isolation_level

    @isolation_level.setter
    def isolation_level(self, value: Any) -> None:
        self._change("isolation_level", value)

    @property
    def read_only(self) -> bool | None:
        """Whether transactions may write."""
        return self._read_only

    @read_only.setter
    def read_only(self, value: bool | None) -> None:
        self._change("read_only", value)

    @property
    def deferrable(self) -> bool | None:
        """What was asked for; it changes nothing in a sandbox."""
        return self._deferrable

    @deferrable.setter
    def deferrable(self, value: bool | None) -> None:
        self._change("deferrable", value)

    def _change(self, name: str, value: Any) -> None:
        if self.status is not TransactionStatus.IDLE:
            raise psycopg.ProgrammingError(
                f"can't change {name!r} now: connection in transaction status {self.status.name}"
            )
        setattr(self, f"_{name}", value)

    def set_autocommit(self, value: bool) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `autocommit`."""
        self.autocommit = value

    def set_isolation_level(self, value: Any) -> None:
        """Set `isolation_level`."""
        self.isolation_level = value

    def set_read_only(self, value: bool | None) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `read_only`."""
        self.read_only = value

    def set_deferrable(self, value: bool | None) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `deferrable`."""
        self.deferrable = value
