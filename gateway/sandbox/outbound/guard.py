"""Stops what leaves by an audit hook (PEP 578), wherever in the process it is called.

Python tells the hook of every file, socket and process that its own functions open; what a C
library does on its own account it does not see. The hook can't be removed, so it is installed
when the first sandbox is entered, and costs one look-up an event outside of sandboxes.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.watch import active_watch

if TYPE_CHECKING:
    from gateway.sandbox.outbound.effect import Kind

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "os.chmod",
            "os.chown",
            "os.link",
            "os.mkdir",
            "os.remove",
            "os.removexattr",
            "os.rename",
            "os.rmdir",
            "os.setxattr",
            "os.symlink",
            "os.truncate",
            "os.utime",
        ),
        "file",
    ),
    **dict.fromkeys(
        (
            "os.exec",
            "os.fork",
            "os.forkpty",
            "os.kill",
            "os.killpg",
            "os.posix_spawn",
            "os.spawn",
            "os.system",
            "subprocess.Popen",
        ),
        "process",
    ),
    **dict.fromkeys(
        (
            "ftplib.connect",
            "imaplib.open",
            "poplib.connect",
            "socket.bind",
            "socket.connect",
            "socket.sendmsg",
            "socket.sendto",
        ),
        "network",
    ),
    "smtplib.connect": "mail",
    "smtplib.send": "mail",
    "http.client.connect": "http",
    "http.client.send": "http",
    "urllib.Request": "http",
    "sqlite3.connect": "database",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_UNNAMED = getattr(os, "O_TMPFILE", 0)
_DEVICES = frozenset({os.devnull, "/dev/tty", "/dev/stdout", "/dev/stderr"})
# What happens on Python's own behalf: compiled modules, log files that roll over.
_BY_ITSELF: dict[Kind, tuple[str, ...]] = {
    "file": ("importlib._bootstrap", "logging", "_pytest.assertion.rewrite"),
    "network": ("logging",),
}
# By a stand-in, if it is in place; if not, the socket is stopped.
_ANSWERED = frozenset({"http", "mail"})
_CALLERS = 3
_OURS = "gateway.sandbox.outbound"


@cache
def install() -> None:
    """Install the hook, once in a process."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    watch = active_watch()
    if watch is None:
        return
    kind = _KINDS.get(event)
    if kind is None and event == "open" and is_written(*arguments):
        kind = "file"
    if kind is None or kind in watch.passing or (watch.records and kind in _ANSWERED):
        return
    if _is_harmless(event, arguments) or is_by_itself(kind):
        return
    raise watch.stop(kind, f"{event}({_shown(arguments)})")


def is_written(path: Any, mode: Any, flags: Any) -> bool:
    """Tell whether opening a path so may change a file; the mode is None for os.open()."""
    if isinstance(path, int) or os.fspath(path) in _DEVICES:
        return False
    if isinstance(mode, str):
        # A folder is "written" only to open an unnamed file in it, which is told, too.
        return not set(mode).isdisjoint("wax+") and not os.path.isdir(path)  # noqa: PTH112
    is_unnamed = bool(_UNNAMED) and flags & _UNNAMED == _UNNAMED
    return bool(flags & _WRITING) and not is_unnamed


def _is_harmless(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "sqlite3.connect":
        return arguments[0] in {":memory:", ""}
    return event == "os.kill" and arguments[1] == 0  # only asks whether a process lives


def is_by_itself(kind: Kind) -> bool:
    """Tell whether Python does it on its own behalf, by who calls."""
    names = _BY_ITSELF.get(kind, ())
    frame = sys._getframe(1)  # noqa: SLF001  # who calls is what is asked
    seen = 0
    while frame.f_back is not None and seen < _CALLERS:
        frame = frame.f_back
        caller = str(frame.f_globals.get("__name__"))
        if caller.startswith(names):
            return True
        seen += not caller.startswith(_OURS)
    return False


def _shown(arguments: tuple[Any, ...]) -> str:
    text = ", ".join(repr(argument) for argument in arguments[:2])
    return text if len(text) <= 120 else f"{text[:119]}…"
