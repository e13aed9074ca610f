"""Changes who answers one route in the text of a table, and nothing else.

Only the value of the route's `to:` is written anew. Where a split keeps its backends, only the
weights are; where it does not, the comments inside the old value stay on lines of their own. The
quotes are those that stood there before, so a table that is written as JSON stays JSON.
"""

from __future__ import annotations

import re

from gateway import yamltext
from gateway.loader import TableError, parse_table
from gateway.percent import percent
from gateway.table import RoutingTable, Split
from gateway.yamlspan import BREAK, Span, Value, value_at

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rf"(.*?)({BREAK}|\Z)", re.DOTALL)


class EditError(RuntimeError):
    """An edit that came out wrong. That is a fault of the gateway; nothing was written."""


def edit(content: bytes, file: str, route: str, split: Split) -> bytes:
    """Return a table's content with another split for one route; all else stays byte for byte.

    Raises TableError for content that is no table, KeyError for a route that it does not name,
    and EditError where the result would say anything but what was asked for.
    """
    table = parse_table(content, file)
    before = table.routes[route].to
    text = content.decode("utf-8-sig")
    value = value_at(text, ("routes", route, "to"))
    if value.mapping and set(before.shares) == set(split.shares):
        text = _with_weights(text, value, before, split)
    else:
        text = _with_value(text, value, _written(split, value.scalars[0].quote))
    after = (_BOM if content.startswith(_BOM) else b"") + text.encode()
    _verify(table, after, file, route, split)
    return after


def _with_weights(text: str, value: Value, before: Split, split: Split) -> str:
    names, weights = value.scalars[0::2], value.scalars[1::2]
    for name, weight in reversed(list(zip(names, weights, strict=True))):
        share = split.shares[name.text]
        if share != before.shares[name.text]:
            text = _replaced(text, weight, str(percent(share)))
    return text


def _with_value(text: str, value: Value, written: str) -> str:
    # A plain word would swallow a colon before it or a comment mark right after it.
    bare = written[0] not in "'\"{"
    lead = " " if bare and text[value.start - 1 : value.start] == ":" else ""
    trail = " " if text[value.end : value.end + 1] == "#" else ""
    return _replaced(text, value, lead + written + _inner_comments(text, value) + trail)


def _replaced(text: str, span: Span, written: str) -> str:
    return text[: span.start] + written + text[span.end :]


def _inner_comments(text: str, value: Value) -> str:
    """Return what stays inside a value that goes: its comments, each on its line."""
    if not value.comments:
        return ""
    comments = {comment.end: comment for comment in value.comments}
    kept = ""
    for line in _LINE.finditer(text, value.start, value.end):
        comment = comments.get(line.end(1))
        if comment is not None:
            space = _space_before(text[line.start() : comment.start], line.start() == value.start)
            kept += space + text[comment.start : line.end()]
        elif line.start() == value.start:
            kept += line[2]
        elif not line[1].strip():
            kept += line[0]
    return kept + _last_indent(text, value) if _goes_on(text, value) else _without_break(kept)


def _space_before(before: str, first: bool) -> str:  # noqa: FBT001 - two kinds of line
    """Return the space that stays before a comment: as it was, or where the line began."""
    return before[len(before.rstrip()) :] if first else before[: len(before) - len(before.lstrip())]


def _rest(text: str, value: Value) -> str:
    rest = _LINE.match(text, value.end)
    return rest[1] if rest else ""


def _goes_on(text: str, value: Value) -> bool:
    """Tell whether anything but space stands behind a value on its last line."""
    return bool(_rest(text, value).strip())


def _last_indent(text: str, value: Value) -> str:
    """Return what puts the rest of the last line where that line began."""
    line = re.split(BREAK, text[value.start : value.end])[-1]
    rest = _rest(text, value)
    indent, gap = (len(part) - len(part.lstrip()) for part in (line, rest))
    return " " * (indent - gap)


def _without_break(text: str) -> str:
    return re.sub(rf"({BREAK})\Z", "", text)


def _written(split: Split, quote: str) -> str:
    if len(split.shares) == 1:
        return _name(next(iter(split.shares)), quote)
    shares = (f"{_name(name, quote)}: {percent(share)}" for name, share in split.shares.items())
    return "{" + ", ".join(shares) + "}"


def _name(name: str, quote: str) -> str:
    return f"{quote}{name}{quote}" if quote else yamltext.scalar(name)


def _verify(before: RoutingTable, after: bytes, file: str, route: str, split: Split) -> None:
    """Raise EditError unless the new content is the old table with the one split changed."""
    changed = before.routes[route].model_copy(update={"to": split})
    wanted = before.model_copy(update={"routes": {**before.routes, route: changed}})
    try:
        got = parse_table(after, file)
    except TableError as error:
        raise EditError(f"Changing route {route!r} would have left a bad table: {error}") from error
    if got != wanted:
        raise EditError(f"Changing route {route!r} would have changed more of {file} than that.")
