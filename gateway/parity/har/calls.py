"""One recorded call → the statements of a test that send it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gateway.parity.har.hiding import IN_SEGMENT
from gateway.parity.har.layout import Code, call, joined, literal, statement, tuple_of, value
from gateway.parity.har.secrets import is_secret
from gateway.parity.har.selection import SAFE
from gateway.parity.har.values import Values

if TYPE_CHECKING:
    from gateway.parity.har.hiding import Hiding
    from gateway.parity.har.layout import Node
    from gateway.parity.har.plan import Step
    from gateway.parity.har.template import Part, Slot
    from gateway.parity.har.variables import Variables

_HEADERS = re.compile(
    r"x-.*|if-.*|range|authorization|accept|prefer|idempotency-key", re.IGNORECASE
)
_PAGE = "text/html"
_VERBS = {"get", "head", "options", "post", "put", "patch", "delete"}
# What can stand in source; anything else is no text, and may hold what nobody sees.
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0e-\x1f\x7f]*")


class Calls:
    """Writes the calls of a session one after the other."""

    def __init__(self, steps: tuple[Step, ...], hiding: Hiding, variables: Variables) -> None:
        self._steps = steps
        self._hiding = hiding
        self._values = Values(steps, hiding, variables)

    def lines(self, number: int) -> Iterator[str]:
        """Write one call: what it needs, itself, and whether it worked."""
        step = self._steps[number]
        yield from self._values.fetched(number)
        for fault in step.entry.faults:
            yield f"    # Of this call {fault.partition(':')[0]}: add files={{…}}, or use --upload."
        request, response = step.entry.request, step.entry.response
        checked = request.method not in SAFE and response.status < 400
        written = self._call(number)
        named = checked or number in self._values.used
        yield from statement(f"{self._values.reply(number)} = " if named else "", written)
        if checked:
            yield f"    assert {self._values.reply(number)}.control.status < 400"

    def _changed(self, number: int) -> set[str]:
        """Give the parts of a request in which a value is not as it was recorded."""
        secret = {s.place[0] for s in self._steps[number].template.slots() if is_secret(s)}
        return secret | {place[0] for place in self._values.taken[number]}

    # The parts of a call.

    def _call(self, number: int) -> Node:
        step = self._steps[number]
        method = step.entry.request.method.lower()
        known = method in _VERBS
        arguments: list[tuple[str, Node]] = [] if known else [("", self._text(method.upper()))]
        arguments.append(("", Code(self._path(number))))
        if "query" in self._changed(number):
            arguments.append(("query", self._fields(number, "query", step.template.query)))
        body = list(self._body(number))
        if headers := self._headers(number, raw=_is_raw(body)):
            body.append(("headers", value(headers)))
        if step.entry.response.status == 500:
            body.append(("crashes", Code("True")))
        return call(f"parity.{method if known else 'request'}", [*arguments, *body])

    def _text(self, text: str) -> Code:
        return self._hiding.code(text)

    def _path(self, number: int) -> str:
        step = self._steps[number]
        request = step.entry.request
        changed = self._changed(number)
        query = f"?{request.query}" if request.query and "query" not in changed else ""
        if "path" not in changed:
            return self._text(request.path + query).text
        pieces: list[str | Code] = []
        for slot in step.template.slots():
            if slot.place[0] == "path":
                pieces += ["/", *self._segment(number, slot)]
        return joined([*pieces[1:], *self._hiding.pieces(query)])

    def _segment(self, number: int, slot: Slot) -> Iterator[str | Code]:
        taken = self._values.taken[number].get(slot.place)
        if taken is not None:
            yield from (part for piece in taken for part in self._values.parts(piece))
            return
        text = quote(str(slot.value), safe=IN_SEGMENT)
        if text == slot.value and is_secret(slot):
            yield Code(self._values.expression(number, slot))
        else:
            yield from self._hiding.pieces(text)

    def _fields(self, number: int, kind: str, pairs: tuple[tuple[str, str], ...]) -> Node:
        """Write fields as a dictionary; a field that is there twice has a list."""
        found: dict[str, list[Node]] = {name: [] for name, _ in pairs}
        for slot in self._steps[number].template.slots():
            if slot.place[0] == kind:
                found[slot.name].append(Code(self._values.expression(number, slot)))
        return value(
            {
                self._text(name): same[0] if len(same) == 1 else same
                for name, same in found.items()
                if same
            }
        )

    def _body(self, number: int) -> Iterator[tuple[str, Node]]:
        step = self._steps[number]
        template = step.template
        files = [part for part in template.parts if part.filename is not None]
        if template.form:
            yield "data", self._fields(number, "form", template.form)
        elif template.json is not None:
            slots = {s.place: s for s in template.slots() if s.place[0] == "json"}
            yield "json", value(self._tree(number, template.json, ("json",), slots))
        elif template.parts and len({part.name for part in files}) == len(files):
            fields = tuple((p.name, "") for p in template.parts if p.filename is None)
            if fields:
                yield "data", self._fields(number, "part", fields)
            # Without a file, too, since this is what makes the form a multipart one.
            yield "files", value({self._text(p.name): self._file(p) for p in files})
        elif step.entry.request.body:
            yield "data", self._bytes("body", step.entry.request.body)

    def _file(self, part: Part) -> Node:
        name = self._text(part.filename or "")
        return tuple_of([name, self._bytes(part.name, part.content)])

    def _bytes(self, name: str, content: bytes) -> Code:
        """Write bytes; those that are no text are read from a file that the test is told of."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return Code(self._hiding.file(name, content))
        if not _TEXT.fullmatch(text):
            return Code(self._hiding.file(name, content))
        if self._hiding.shows(text):
            return Code(f"{self._text(text).text}.encode()")
        return Code(literal(content))

    def _tree(self, number: int, tree: Any, place: Any, slots: dict[Any, Slot]) -> Any:
        if isinstance(tree, dict):
            return {
                self._text(k): self._tree(number, v, (*place, k), slots) for k, v in tree.items()
            }
        if isinstance(tree, list):
            return [self._tree(number, v, (*place, n), slots) for n, v in enumerate(tree)]
        return Code(self._values.expression(number, slots[place])) if place in slots else tree

    def _headers(self, number: int, *, raw: bool) -> dict[Any, Node]:
        """Give the headers that say something; what is sent as it is has the recorded type."""
        headers: dict[Any, Node] = {}
        for slot in self._steps[number].template.slots():
            if slot.place[0] != "header":
                continue
            if slot.name.lower() == "accept":
                page = str(slot.value).startswith(_PAGE)
                if slot.value not in {"*/*", ""}:
                    headers["Accept"] = self._text(_PAGE if page else str(slot.value))
            elif _HEADERS.fullmatch(slot.name):
                headers[self._text(_title_case(slot.name))] = Code(
                    self._values.expression(number, slot)
                )
            elif raw and slot.name.lower() == "content-type":
                headers["Content-Type"] = self._text(str(slot.value))
        return headers


def _is_raw(body: list[tuple[str, Node]]) -> bool:
    return any(name == "data" and isinstance(node, Code) for name, node in body)


def _title_case(name: str) -> str:
    """Write a header of HTTP/2, which is in lower case, as people do."""
    return name if name != name.lower() else name.title()
