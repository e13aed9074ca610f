"""Two files change places in one step, where the system can do that (Linux's renameat2)."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Any

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
# The kernel is too old, or the file system can't.
_UNABLE = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})


def _from_libc() -> Any | None:
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None


_renameat2 = _from_libc()


def swap(one: str, other: str) -> bool:
    """Let two files change places; False, and nothing done, where the system can't.

    Raises OSError, for instance where one of the two does not exist.
    """
    if _renameat2 is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if _renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNABLE:
        return False
    raise OSError(code, os.strerror(code), one, None, other)
