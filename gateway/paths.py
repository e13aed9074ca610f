"""The one reading of a path: what the gateway decides on.

Two spellings that some application could take for the same place must never reach two backends.
The gateway therefore decides on the canonical path, and refuses what can't be read in one way
only. It never changes what the backend sees; so a path that is not canonical as it stands is also
looked up as an application would read it (`gateway.decision`).
"""

from __future__ import annotations

import re

_SLASHES = re.compile("/{2,}")

DOTS = frozenset({".", ".."})
"""The segments that do not stand for themselves."""


class UnreadablePathError(ValueError):
    """A path that can be read in more than one way, or in none."""


class SeveralReadingsError(Exception):
    """A path that is not canonical as it stands, with its readings.

    `spelled` is what Werkzeug matches first: dot segments and slashes as they stand, but for those
    at the beginning. `merged` is what it matches next: duplicate slashes merged.
    """

    def __init__(self, spelled: str, canonical: str) -> None:
        super().__init__(spelled)
        self.spelled = spelled
        self.merged = _SLASHES.sub("/", spelled)
        self.canonical = canonical


def canonical(path_info: str) -> str:
    """Return the path of a WSGI `PATH_INFO`: decoded, slashes merged, dot segments resolved.

    Raises UnreadablePathError as `read` does.
    """
    try:
        return read(path_info)
    except SeveralReadingsError as path:
        return path.canonical


def is_canonical(path_info: str) -> bool:
    """Tell, at little cost, whether `read` would return the path as it is; True is certain."""
    return (
        path_info.isascii()
        and path_info.isprintable()
        and "\\" not in path_info
        and "//" not in path_info
        and "/." not in path_info
        and path_info != ""
        and path_info[0] == "/"
    )


def read(path_info: str) -> str:
    """Return the path of a WSGI `PATH_INFO` that is canonical once it is decoded.

    Raises SeveralReadingsError if it is not. Raises UnreadablePathError for bytes that are not
    UTF-8, for control characters, and for backslashes, which some software reads as a slash and
    some does not.
    """
    path = path_info
    if not path.isascii():
        try:
            path = path.encode("latin-1").decode("utf-8")
        except UnicodeError:
            raise UnreadablePathError("The path is not UTF-8.") from None
        if any(character < " " or "\x7f" <= character <= "\x9f" for character in path):
            raise UnreadablePathError("The path holds a control character.")
    elif not path.isprintable():
        raise UnreadablePathError("The path holds a control character.")
    if "\\" in path:
        raise UnreadablePathError("The path holds a backslash.")
    if path[:1] != "/":
        return _without_slash(path)
    if "//" in path or "/." in path:
        return _only_reading("/" + path.lstrip("/"))
    return path


def _without_slash(path: str) -> str:
    # OPTIONS * asks about the server (RFC 9110 §9.3.7); Flask and Django read it as this path.
    if path in {"", "*"}:
        return "/" + path
    raise UnreadablePathError("The path does not start with a slash.")


def _only_reading(path: str) -> str:
    resolved = _resolved(path)
    if resolved != path:
        raise SeveralReadingsError(path, resolved)
    return path


def _resolved(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    folder = parts[-1] in {"", ".", ".."} and kept
    return "/" + "/".join(kept) + ("/" if folder else "")
