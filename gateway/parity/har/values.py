"""The values of a session's requests as expressions: literals, secrets, what a reply gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.parity.har.layout import Code, joined
from gateway.parity.har.names import is_id, singular, words_of
from gateway.parity.har.plan import Taken, is_element
from gateway.parity.har.secrets import is_secret
from gateway.parity.har.sources import Header, Member, Meta, Pattern

if TYPE_CHECKING:
    from gateway.parity.har.hiding import Hiding
    from gateway.parity.har.plan import Pieces, Step
    from gateway.parity.har.sources import Source
    from gateway.parity.har.template import Place, Slot
    from gateway.parity.har.variables import Variables

Origin = tuple[int, "Source"]


class Values:
    """Writes values, and knows which variable holds what an earlier reply gave."""

    def __init__(self, steps: tuple[Step, ...], hiding: Hiding, variables: Variables) -> None:
        self._steps = steps
        self._hiding = hiding
        self._variables = variables
        self._replies: dict[int, str] = {}
        self._names: dict[Origin, str] = {}

    @cached_property
    def taken(self) -> tuple[Mapping[Place, Pieces], ...]:
        """Give what each step takes; a place whose description shows a secret can't be written."""
        return tuple(
            {place: pieces for place, pieces in step.taken.items() if not self._shows(pieces)}
            for step in self._steps
        )

    def _shows(self, pieces: Pieces) -> bool:
        taken = [piece for piece in pieces if isinstance(piece, Taken)]
        return any(self._hiding.shows(piece.source.code("")) for piece in taken)

    @cached_property
    def _uses(self) -> Counter[Origin]:
        return Counter(
            (piece.step, piece.source)
            for taken in self.taken
            for pieces in taken.values()
            for piece in pieces
            if isinstance(piece, Taken)
        )

    @cached_property
    def used(self) -> set[int]:
        """The numbers of the calls whose replies give something."""
        return {step for step, _ in self._uses}

    def fetched(self, number: int) -> Iterator[str]:
        """Give a variable to each value that is used again, or that a pattern finds."""
        for slot in self._steps[number].template.slots():
            for piece in self.taken[number].get(slot.place, ()):
                if not isinstance(piece, Taken):
                    continue
                origin = piece.step, piece.source
                code = piece.source.code(self.reply(piece.step))
                plain = "'" not in code and "\\" not in code
                again = self._uses[origin] > 1 or isinstance(piece.source, Pattern) or not plain
                if again and origin not in self._names:
                    self._names[origin] = self._new(_variable(slot, piece.source), "value")
                    yield f"    {self._names[origin]} = {code}"

    def reply(self, number: int) -> str:
        """Give the name of what a call returned, after the last word of its path."""
        if number not in self._replies:
            path = self._steps[number].template.segments
            words = ["_".join(words_of(part)) for part in path if part and not is_id(part)]
            self._replies[number] = self._new((words or ["root"])[-1] or "root", "reply")
        return self._replies[number]

    def _new(self, name: str, kind: str) -> str:
        return self._variables.new(self._hiding.name(name, kind), kind)

    def expression(self, number: int, slot: Slot) -> str:
        """Write a value: a literal, a secret's variable, or what an earlier reply gave."""
        whole = isinstance(slot.value, int)
        pieces = self.taken[number].get(slot.place)
        if pieces is None:
            secret = self._secret(slot)
            if whole and secret is None:
                return repr(slot.value)
            told = secret or self._hiding.code(str(slot.value)).text
            return f"int({told})" if whole else told
        code = joined(part for piece in pieces for part in self.parts(piece))
        only = pieces[0] if len(pieces) == 1 else None
        from_page = isinstance(only, Taken) and not isinstance(only.source, Member)
        return f"int({code})" if whole and from_page else code

    def parts(self, piece: str | Taken) -> Iterator[str | Code]:
        """Write a piece of a value: what a reply gave, or text without its secrets."""
        if isinstance(piece, Taken):
            told = self._names.get((piece.step, piece.source))
            yield Code(told or piece.source.code(self.reply(piece.step)))
        else:
            yield from self._hiding.pieces(piece)

    def _secret(self, slot: Slot) -> str | None:
        """Give the variable of a value that is a secret as a whole."""
        text = str(slot.value)
        known = self._hiding.known(text)
        return self._hiding.variable(known or slot.name, text) if known or is_secret(slot) else None


def _variable(slot: Slot, source: Source) -> str:
    """Name a value after what it is for."""
    if isinstance(source, Meta | Header):
        return "_".join(words_of(source.name))
    words = "_".join(words_of(slot.name)) or "value"
    if slot.place[0] == "path":
        return f"{singular(words)}_id"
    return singular(words) if is_element(slot.place) else words
