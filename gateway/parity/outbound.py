"""What one side sends, beside its answer: watched while a request runs, then told.

Mail, HTTP requests, files and processes are taken by stand-ins and leave nothing; threads run, and
the request is over when they are. Files are told by their net effect: what they hold in the end.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING

from gateway.parity.sent import NO_STAND_IN, Sent, meaning_of
from gateway.sandbox.outbound.effect import OutboundEffect
from gateway.sandbox.outbound.watch import Watch
from gateway.sandbox.outbound.watching import watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.sandbox.outbound.effect import Kind
    from gateway.sandbox.outbound.watch import Answer, Mode

_WITHOUT_STATE: tuple[Kind, ...] = ("database", "network")


class Outbound:
    """Watches one side; files that it wrote are there for its next request."""

    def __init__(self, mode: Mode, *, has_state: bool) -> None:
        # Without copies of their databases, applications may use those they have.
        self._watch = Watch(mode, waits=True, passing=() if has_state else _WITHOUT_STATE)
        self._files: dict[str, bytes | None] = {}
        self._folders: dict[str, bool] = {}

    def answer(self, answer: Answer) -> None:
        """Let outbound HTTP requests be answered by a function from now on."""
        self._watch.answer = answer

    def answer_like(self, other: Outbound) -> None:
        """Let outbound HTTP requests be answered as on another side."""
        self._watch.answer = other._watch.answer

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let a stand-in take what is sent, until the block ends."""
        self._watch.effects.clear()
        self._watch.stopped.clear()
        self._files = dict(self._watch.overlay.files)
        self._folders = dict(self._watch.overlay.folders)
        with watching(self._watch):
            yield

    def sent(self) -> tuple[Sent, ...]:
        """Give what was sent within the last block."""
        effects = [effect for effect in self._watch.effects if not _is_net(effect)]
        here = get_ident()
        taken = (
            replace(meaning_of(effect), turn=turn if effect.thread == here else None)
            for turn, effect in enumerate(effects)
        )
        net = map(meaning_of, [*self._written(), *self._made()])
        return (*taken, *net, *self._stopped())

    def _stopped(self) -> Iterator[Sent]:
        kind = "stopped" if self._watch.mode == "stop" else NO_STAND_IN
        for sentence in self._watch.stopped:
            # What follows shows objects of one side, numbers of sockets and the like.
            yield Sent(kind, sentence.partition("(")[0].rstrip("."))

    def _written(self) -> Iterator[OutboundEffect]:
        for path, content in self._watch.overlay.files.items():
            before = self._files[path] if path in self._files else _on_disk(path)
            if content != before:
                verb = "remove" if content is None else "write"
                yield OutboundEffect("file", f"{verb} {path}", content or b"")

    def _made(self) -> Iterator[OutboundEffect]:
        for path, is_there in self._watch.overlay.folders.items():
            before = self._folders[path] if path in self._folders else Path(path).is_dir()
            if before != is_there:
                yield OutboundEffect("file", f"{'mkdir' if is_there else 'rmdir'} {path}")


def _on_disk(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _is_net(effect: OutboundEffect) -> bool:
    """Tell whether the overlay tells of it, which knows neither links nor permissions."""
    told = ("link ", "symlink ", "chmod ")
    return effect.kind == "file" and not effect.destination.startswith(told)
