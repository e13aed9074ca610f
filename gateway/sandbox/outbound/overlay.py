"""What recorded writing has made of files and folders, above a disk that stays as it is."""

from __future__ import annotations

import os
import stat
import time
from errno import EEXIST, ENOENT
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Before they are replaced by what asks an overlay.
_real_stat = os.stat


def key_of(path: Any) -> str:
    """Give the name that a file is known by; links stay as they are."""
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100


class Overlay:
    """Files by `key_of` their paths: what they hold, or None for those that are gone."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}
        self.folders: dict[str, bool] = {}
        self.names = 0
        """How many names for temporary files were given."""
        self._written: dict[str, float] = {}
        self._followed: dict[str, Callable[[], bytes | None]] = {}

    def write(self, key: str, content: bytes) -> None:
        """Let a file hold something."""
        self.files[key] = content
        self._written[key] = time.time()

    def follow(self, key: str, changed: Callable[[], bytes | None]) -> None:
        """Let a file hold what a function gives, which gives None if nothing changed."""
        self._followed[key] = changed

    def let_go(self, changed: Callable[[], bytes | None]) -> str | None:
        """Follow no longer, and give the name that the file has now; None if it is gone."""
        self.catch_up()
        key = next((key for key, other in self._followed.items() if other == changed), None)
        if key is not None:
            del self._followed[key]
        return key

    def catch_up(self) -> None:
        """Learn what followed files hold by now."""
        for key, changed in self._followed.items():
            content = changed()
            if content is not None:
                self.write(key, content)

    def remove(self, key: str) -> None:
        """Let a file be gone."""
        self.files[key] = None
        self._followed.pop(key, None)

    def remove_tree(self, key: str) -> None:
        """Let a folder be gone with all that was made in it."""
        inside = f"{key}{os.sep}"
        for file in [file for file in self.files if file.startswith(inside)]:
            self.remove(file)
        for folder in [f for f in self.folders if f == key or f.startswith(inside)]:
            self.folders[folder] = False

    def move(self, source: str, target: str, content: bytes) -> None:
        """Let a file have another name."""
        followed = self._followed.pop(source, None)
        self.remove(source)
        self.remove(target)
        self.write(target, content)
        if followed is not None:
            self._followed[target] = followed

    def mode(self, key: str) -> int | None:
        """Give the type of what is there as a mode of `os.stat`; None if there is nothing."""
        if key in self.files:
            return None if self.files[key] is None else stat.S_IFREG
        if key in self.folders:
            return stat.S_IFDIR if self.folders[key] else None
        try:
            return _real_stat(key).st_mode
        except OSError:
            return None

    def must_be_there(self, path: Any) -> None:
        """Raise what the system does where there is nothing."""
        if self.mode(key_of(path)) is None:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), os.fspath(path))

    def must_be_free(self, path: Any) -> None:
        """Raise what the system does where something is, or no folder for it."""
        key = key_of(path)
        if self.mode(key) is not None:
            raise FileExistsError(EEXIST, os.strerror(EEXIST), os.fspath(path))
        self.must_have_a_folder(path)

    def must_have_a_folder(self, path: Any) -> None:
        """Raise what the system does where a file's folder is missing."""
        if not stat.S_ISDIR(self.mode(os.path.dirname(key_of(path))) or 0):  # noqa: PTH120
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), os.fspath(path))

    def knows(self, key: str) -> bool:
        """Tell whether the disk may say otherwise of a path."""
        self.catch_up()
        return key in self.files or key in self.folders

    def stat(self, path: Any) -> os.stat_result:
        """Say of a path that is known here what `os.stat` would."""
        self.must_be_there(path)
        key = key_of(path)
        content = self.files.get(key)
        mode = stat.S_IFDIR | 0o755 if content is None else stat.S_IFREG | 0o644
        size, when = len(content or b""), int(self._written.get(key, 0))
        return os.stat_result((mode, 0, 0, 1, os.getuid(), os.getgid(), size, when, when, when))
