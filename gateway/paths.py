"""The one reading of a path: what the gateway decides on.

Two spellings that some application could take for the same place must never reach two backends.
The gateway therefore decides on the canonical path, and refuses what can't be read in one way
only. It never changes what the backend sees.
"""

from __future__ import annotations


class UnreadablePathError(ValueError):
    """A path that can be read in more than one way, or in none."""


def canonical(path_info: str) -> str:
    """Return the path of a WSGI `PATH_INFO`: decoded, slashes merged, dot segments resolved.

    Raises UnreadablePathError for bytes that are not UTF-8, for control characters, and for
    backslashes, which some software reads as a slash and some does not.
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
        return _resolved(path)
    return path


def _without_slash(path: str) -> str:
    if path in {"", "*"}:  # OPTIONS * asks about the server (RFC 9110 §9.3.7)
        return "/"
    raise UnreadablePathError("The path does not start with a slash.")


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
