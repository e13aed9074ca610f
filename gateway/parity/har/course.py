"""How a replayed session went beside its differences: what strayed, and what was not given."""

from __future__ import annotations

from dataclasses import dataclass, field

_TOLD = 5


@dataclass(frozen=True)
class Strayed:
    """A call that neither side answered with the recorded status."""

    call: int
    request: str
    recorded: int
    control: int
    candidate: int

    def __str__(self) -> str:
        got = (
            f"both sides answered {self.control}"
            if self.control == self.candidate
            else f"control answered {self.control} and candidate {self.candidate}"
        )
        return f"call {self.call}: {self.request} got {self.recorded} when recorded; {got}."


@dataclass(frozen=True)
class Missing:
    """A recorded value that a call sends, since an earlier call did not give one of its own."""

    call: int
    request: str
    value: str
    giver: int


@dataclass
class Course:
    """What happened, call by call."""

    strayed: list[Strayed] = field(default_factory=list)
    missing: dict[Missing, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def told_strayed(self) -> tuple[str, ...]:
        """Tell the first calls that strayed; what comes later may only follow from them."""
        return _first([str(strayed) for strayed in self.strayed], "calls strayed after these.")

    def told_notes(self) -> tuple[str, ...]:
        """Tell the rest, a value that both sides lack once."""
        missing = [
            f"call {m.call}: {m.request} sends {_sides(names)} the recorded value"
            f" {_short(m.value)}, since call {m.giver} did not give one."
            for m, names in self.missing.items()
        ]
        return (*self.notes, *_first(missing, "recorded values were sent after these."))


def _first(sentences: list[str], others: str) -> tuple[str, ...]:
    left = len(sentences) - _TOLD
    return (*sentences[:_TOLD], f"{left} more {others}") if left > 1 else tuple(sentences)


def _sides(names: list[str]) -> str:
    return names[0] if len(names) == 1 else "both sides"


def _short(value: str) -> str:
    return repr(value if len(value) <= 12 else f"{value[:8]}…")
