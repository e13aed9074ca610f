"""A file without a name, which the system keeps in memory (memfd_create, Linux)."""

from __future__ import annotations

import os

from gateway.sandbox.outbound.watch import watched

CAN_HOLD = hasattr(os, "memfd_create")


class Held:
    """Such a file; it is open here until it is closed, whoever else has it open."""

    def __init__(self, content: bytes = b"") -> None:
        self._descriptor = os.memfd_create("held")
        with open(self._descriptor, "wb", closefd=False) as file:
            file.write(content)
        self._seen = content

    def opened(self, flags: int) -> int:
        """Open it once more, for somebody else."""
        with watched(None):
            return os.open(f"/proc/self/fd/{self._descriptor}", flags)

    def changed(self) -> bytes | None:
        """Give what it holds, if that was changed since the last time."""
        seen, self._seen = self._seen, self.content()
        return None if seen == self._seen else self._seen

    def content(self) -> bytes:
        """Give what it holds."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", closefd=False) as file:
            return file.read()

    def close(self) -> None:
        """Leave the file to those who still have it open."""
        os.close(self._descriptor)
