"""A stream of Server-Sent Events as the program that listens gets it (WHATWG HTML §9.2.6).

Comments are left out: no program sees them, and a heartbeat depends on how long something took.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_END_OF_LINE = re.compile(r"\r\n|\n|\r")


def read_events(text: str, read_data: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Give the events in order, each with its fields; what is not ended by a blank line too.

    `read_data` reads the data of an event, for instance as JSON.
    """
    blocks = _blocks(_END_OF_LINE.split(text.removeprefix("\ufeff")))
    return [_event(lines, read_data) for lines in blocks]


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line and not line.startswith(":"):
            block.append(line)
        elif not line and block:
            yield block
            block = []


def _event(lines: list[str], read_data: Callable[[str], Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value
    if "data" in fields:
        fields["data"] = read_data(fields["data"])
    return fields
