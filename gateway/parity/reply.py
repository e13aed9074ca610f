"""What a call gives back: both sides' answer, as one where they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gateway.parity.html import Page, read_page

if TYPE_CHECKING:
    from gateway.parity.canonical import Answer
    from gateway.parity.exchange import Response
    from gateway.parity.paired import Pairs


class Reply:
    """The answers of both sides; a value that differs is a `Paired`, which can be sent again.

    `control` and `candidate` are the whole responses.
    """

    def __init__(
        self, control: Response, candidate: Response, answers: tuple[Answer, Answer], pairs: Pairs
    ) -> None:
        self.control = control
        self.candidate = candidate
        self._answers = answers
        self._pairs = pairs

    def __repr__(self) -> str:
        return f"<Reply {self.control.status} and {self.candidate.status}>"

    @property
    def status(self) -> int:
        """The status of both; where they differ by intention, ask one side for its own."""
        ours, theirs = self.control.status, self.candidate.status
        if ours != theirs:
            raise ValueError(
                f"Control answered {ours} and candidate {theirs}."
                " Read .control.status or .candidate.status."
            )
        return ours

    @cached_property
    def json(self) -> Any:
        """The JSON body in control's shape, accepted differences translated."""
        ours, theirs = (answer.body for answer in self._answers)
        if ours.kind != "json":
            raise ValueError(f"Control's body is not JSON: {self.control.body[:200]!r}")
        return self._pairs.merge(ours.value, theirs.value)

    @cached_property
    def events(self) -> Any:
        """The events of a stream, each with its fields; data that is JSON is read."""
        ours, theirs = (answer.body for answer in self._answers)
        if ours.kind != "events":
            raise ValueError(f"Control's body is no event stream: {self.control.body[:200]!r}")
        return self._pairs.merge(ours.value, theirs.value)

    @property
    def text(self) -> str:
        """The body as text."""
        ours, theirs = (side.body.decode(errors="replace") for side in self._sides)
        return self._pairs.pair(ours, theirs)  # type: ignore[no-any-return]

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that both sides sent, by name in any case."""
        return _BothHeaders(self.control, self.candidate, self._pairs)

    @property
    def cookies(self) -> dict[str, str]:
        """The values of the cookies that both sides set in this response."""
        ours, theirs = ({c.name: c.value for c in answer.cookies} for answer in self._answers)
        both = [name for name in ours if name in theirs]
        return {name: self._pairs.pair(ours[name], theirs[name]) for name in both}

    def form(self, name: str) -> str:
        """Give the value of the first form field called `name`, hidden ones included."""
        found = [page.values_of(name) for page in self._pages]
        if not all(found):
            raise LookupError(f"There is no form field {name!r} on the pages of both sides.")
        return self._pairs.pair(found[0][0], found[1][0])  # type: ignore[no-any-return]

    def meta(self, name: str) -> str:
        """Give the content of the `meta` element called `name`."""
        found = [page.meta.get(name) for page in self._pages]
        if None in found:
            raise LookupError(f"There is no meta element {name!r} on the pages of both sides.")
        return self._pairs.pair(*found)  # type: ignore[no-any-return]

    def find(self, pattern: str, nth: int = 0, header: str | None = None) -> str:
        """Give what the group of a pattern finds in the body, or in a header, of each side.

        `nth` counts the values that are found from 0, equal ones once.
        """
        found = [found_in(side, pattern, header) for side in self._sides]
        if not all(len(values) > nth for values in found):
            raise LookupError(f"Not both sides have what {pattern!r} finds (number {nth}).")
        return self._pairs.pair(found[0][nth], found[1][nth])  # type: ignore[no-any-return]

    @property
    def _sides(self) -> tuple[Response, Response]:
        return self.control, self.candidate

    @cached_property
    def _pages(self) -> list[Page]:
        return [read_page(side.body.decode(errors="replace")) for side in self._sides]


def found_in(response: Response, pattern: str, header: str | None = None) -> list[str]:
    """Give the different values that the group of a pattern finds in a response, in order."""
    text = response.body.decode(errors="replace") if header is None else response.header(header)
    return list(dict.fromkeys(match[1] for match in re.finditer(pattern, text or "")))


class _BothHeaders(Mapping[str, str]):
    def __init__(self, control: Response, candidate: Response, pairs: Pairs) -> None:
        self._control, self._candidate, self._pairs = control, candidate, pairs

    def __getitem__(self, name: str) -> str:
        ours, theirs = self._control.header(name), self._candidate.header(name)
        if ours is None or theirs is None:
            raise KeyError(f"{name} (control sent {ours!r}, candidate {theirs!r})")
        return self._pairs.pair(ours, theirs)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        names = {name.lower() for name, _ in self._candidate.headers}
        return iter([name for name, _ in self._control.headers if name.lower() in names])

    def __len__(self) -> int:
        return len(list(iter(self)))
