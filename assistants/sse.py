"""Server-Sent Events as they come in over a connection (WHATWG HTML, section 9.2.6).

Written here since httpx reads lines as `str.splitlines` does, which breaks JSON with U+2028 in it.
"""

import re
from collections.abc import Iterable, Iterator

# A carriage return at the end waits: the next byte may be its line feed.
_line_end = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)


def payloads(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of each event, as soon as it is complete; other fields and comments are dropped."""
    data: list[str] = []
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        *lines, rest = _line_end.split(held)
        held = bytearray(rest)
        yield from (line.decode("utf-8", "replace") for line in lines)
    if held.endswith(b"\r"):
        yield held[:-1].decode("utf-8", "replace")
