"""A planned session → a pytest file that a person can read, without its secrets."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gateway.parity.har.layout import Code, call, literal, statement, tuple_of, value
from gateway.parity.har.names import is_id, singular, words_of
from gateway.parity.har.plan import Taken, is_element
from gateway.parity.har.replay import beginning_cookies
from gateway.parity.har.secrets import Secrets, environment_name, is_secret, is_secret_cookie
from gateway.parity.har.selection import SAFE
from gateway.parity.har.sources import Header, Member, Meta, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.har.layout import Node
    from gateway.parity.har.plan import Step
    from gateway.parity.har.session import Session
    from gateway.parity.har.sources import Source
    from gateway.parity.har.template import Slot

_HEADERS = re.compile(
    r"x-.*|if-.*|range|authorization|accept|prefer|idempotency-key", re.IGNORECASE
)
_PAGE = "text/html"

Origin = tuple[int, "Source"]


def script_of(session: Session, name: str, fixture: str | None = None) -> str:
    """Write the session as a test called `name`; `fixture` is one that signs in."""
    return _Script(session, fixture).text(name)


@dataclass
class _Script:
    session: Session
    fixture: str | None
    secrets: Secrets = field(default_factory=Secrets)
    replies: dict[int, str] = field(default_factory=dict)
    variables: dict[Origin, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {"parity", "os"})

    def text(self, name: str) -> str:
        """Write the whole file."""
        cookies = {} if self.fixture else beginning_cookies(self.session.steps)
        for cookie, content in cookies.items():
            if is_secret_cookie(cookie, content):
                self.secrets.variable(f"cookie_{cookie}", content)
        for step in self.session.steps:
            self._find_secrets(step)
        self.names |= {*self.secrets.names.values(), self.fixture or "parity"}
        body = [line for number in range(len(self.session.steps)) for line in self._step(number)]
        parameters = "parity" + (f", {self.fixture}" if self.fixture else "")
        when = self.session.steps[0].entry.started.date()
        return "\n".join(
            [
                f'"""A session that a browser recorded on {when}."""',
                "",
                *(["import os", ""] if self.secrets.names else []),
                "",
                f"def test_{name}({parameters}):",
                *self._opening(cookies),
                *body,
                "",
            ]
        )

    def _opening(self, cookies: dict[str, str]) -> Iterator[str]:
        if self.secrets.names:
            yield "    # What was secret is not written here: set it, or use a fixture instead."
        for variable in self.secrets.names.values():
            yield f'    {variable} = os.environ["{environment_name(variable)}"]'
        if cookies:
            yield "    # The recording began with these cookies, as of somebody signed in."
        for name, content in cookies.items():
            code = self.secrets.names.get(content) or literal(content)
            yield f"    parity.set_cookie({literal(name)}, {code})"
        if self.secrets.names or cookies:
            yield ""

    def _find_secrets(self, step: Step) -> None:
        for slot in step.template.slots():
            if slot.place not in step.taken and self._is_written(slot) and is_secret(slot):
                self.secrets.variable(slot.name, str(slot.value))

    def _is_written(self, slot: Slot) -> bool:
        return slot.place[0] != "header" or bool(_HEADERS.fullmatch(slot.name))

    # One call.

    def _step(self, number: int) -> Iterator[str]:
        step = self.session.steps[number]
        yield from self._title(number)
        yield from self._fetched(step)
        for fault in step.entry.faults:
            yield f"    # Of this call {fault.partition(':')[0]}."
        request, response = step.entry.request, step.entry.response
        checked = request.method not in SAFE and response.status < 400
        assigned = checked or self._is_used(number)
        prefix = f"{self._reply(number)} = " if assigned else ""
        yield from statement(prefix, self._call(step))
        if checked:
            yield f"    assert {self._reply(number)}.control.status < 400"

    def _title(self, number: int) -> Iterator[str]:
        """Tell which page of the browser a call is of, where that changes."""
        pages = [step.entry.page for step in self.session.steps[: number + 1]]
        title = self.session.pages.get(pages[-1], "").strip()
        several = len({step.entry.page for step in self.session.steps}) > 1
        if several and title and not title.startswith("http") and pages[-1] not in pages[:-1]:
            blank = [""] if number else []
            yield from [*blank, f"    # {' '.join(title.split())}"]

    def _is_used(self, number: int) -> bool:
        return number in self._used

    @cached_property
    def _uses(self) -> Counter[Origin]:
        return Counter(
            (piece.step, piece.source)
            for step in self.session.steps
            for pieces in step.taken.values()
            for piece in pieces
            if isinstance(piece, Taken)
        )

    @cached_property
    def _used(self) -> set[int]:
        return {step for step, _ in self._uses}

    def _reply(self, number: int) -> str:
        if number not in self.replies:
            path = self.session.steps[number].template.segments
            words = ["_".join(words_of(part)) for part in path if part and not is_id(part)]
            self.replies[number] = self._unused((words or ["root"])[-1] or "root")
        return self.replies[number]

    def _unused(self, name: str) -> str:
        if not name.isidentifier() or keyword.iskeyword(name) or hasattr(builtins, name):
            name = f"{name}_reply" if f"{name}_reply".isidentifier() else f"reply_{name}"
        found = name
        number = 2
        while found in self.names:
            found, number = f"{name}_{number}", number + 1
        self.names.add(found)
        return found

    def _fetched(self, step: Step) -> Iterator[str]:
        """Give a variable to each value that is used again, or that a pattern finds."""
        uses = self._uses
        for slot in step.template.slots():
            for piece in step.taken.get(slot.place, ()):
                if not isinstance(piece, Taken):
                    continue
                origin = piece.step, piece.source
                again = uses[origin] > 1 or isinstance(piece.source, Pattern)
                if again and origin not in self.variables:
                    code = piece.source.code(self._reply(piece.step))
                    self.variables[origin] = self._unused(_variable(slot, piece.source))
                    yield f"    {self.variables[origin]} = {code}"

    def _call(self, step: Step) -> Node:
        method = step.entry.request.method.lower()
        known = method in {"get", "head", "options", "post", "put", "patch", "delete"}
        arguments: list[tuple[str, Node]] = [] if known else [("", value(method.upper()))]
        arguments.append(("", Code(self._path(step))))
        if "query" in self._changed(step):
            arguments.append(("query", self._fields(step, "query", step.template.query)))
        arguments += self._body(step)
        if headers := self._headers(step):
            arguments.append(("headers", value(headers)))
        return call(f"parity.{method if known else 'request'}", arguments)

    def _changed(self, step: Step) -> set[str]:
        """Give the parts of a request in which a value is not as it was recorded."""
        secret = {slot.place[0] for slot in step.template.slots() if self._secret(step, slot)}
        return secret | {place[0] for place in step.taken}

    def _secret(self, step: Step, slot: Slot) -> str | None:
        if slot.place in step.taken or not self._is_written(slot) or not is_secret(slot):
            return None
        return self.secrets.names.get(str(slot.value))

    def _path(self, step: Step) -> str:
        request = step.entry.request
        changed = self._changed(step)
        query = f"?{request.query}" if request.query and "query" not in changed else ""
        if "path" not in changed:
            return literal(request.path + query)
        segments = [
            "{%s}" % self._expression(step, slot).replace('"', "'")  # noqa: UP031  # braces
            if slot.place in step.taken or self._secret(step, slot)
            else quote(str(slot.value), safe=":@!$&'()*+,;=~")
            for slot in step.template.slots()
            if slot.place[0] == "path"
        ]
        return f'f"{"/".join(segments)}{query}"'

    def _expression(self, step: Step, slot: Slot) -> str:
        """Write a value: a literal, a secret's variable, or what an earlier reply gave."""
        number = isinstance(slot.value, int)
        if secret := self._secret(step, slot):
            return f"int({secret})" if number else secret
        first, *more = step.taken.get(slot.place, (slot.value,))
        if not more:
            if not isinstance(first, Taken):
                return literal(first)
            told = self._taken(first)
            return f"int({told})" if number and not isinstance(first.source, Member) else told
        inside = (
            "{%s}" % self._taken(piece).replace('"', "'")  # noqa: UP031  # braces
            if isinstance(piece, Taken)
            else literal(piece)[1:-1].replace("{", "{{").replace("}", "}}").replace('"', '\\"')
            for piece in (first, *more)
        )
        return f'f"{"".join(inside)}"'

    def _taken(self, piece: Taken) -> str:
        origin = piece.step, piece.source
        return self.variables.get(origin) or piece.source.code(self._reply(piece.step))

    def _fields(self, step: Step, kind: str, pairs: tuple[tuple[str, str], ...]) -> Node:
        """Write fields as a dictionary; a field that is there twice has a list."""
        slots = [slot for slot in step.template.slots() if slot.place[0] == kind]
        found: dict[str, list[Node]] = {name: [] for name, _ in pairs}
        for slot in slots:
            found[slot.name].append(Code(self._expression(step, slot)))
        return value(
            {name: same[0] if len(same) == 1 else same for name, same in found.items() if same}
        )

    # Bodies and headers.

    def _body(self, step: Step) -> Iterator[tuple[str, Node]]:
        template = step.template
        files = [part for part in template.parts if part.filename is not None]
        if template.form:
            yield "data", self._fields(step, "form", template.form)
        elif template.json is not None:
            slots = {s.place: s for s in template.slots() if s.place[0] == "json"}
            yield "json", value(self._tree(step, template.json, ("json",), slots))
        elif template.parts and len({part.name for part in files}) == len(files):
            fields = tuple((p.name, "") for p in template.parts if p.filename is None)
            if fields:
                yield "data", self._fields(step, "part", fields)
            if files:
                named = {p.name: tuple_of([value(p.filename), value(p.content)]) for p in files}
                yield "files", value(named)
        elif step.entry.request.body:
            yield "data", value(step.entry.request.body)

    def _tree(self, step: Step, tree: Any, place: Any, slots: dict[Any, Slot]) -> Any:
        if isinstance(tree, dict):
            return {k: self._tree(step, v, (*place, k), slots) for k, v in tree.items()}
        if isinstance(tree, list):
            return [self._tree(step, v, (*place, n), slots) for n, v in enumerate(tree)]
        return Code(self._expression(step, slots[place])) if place in slots else tree

    def _headers(self, step: Step) -> dict[str, Any]:
        # What a test sends as it is has the type that was recorded.
        raw = any(isinstance(node, Code) for name, node in self._body(step) if name == "data")
        headers: dict[str, Any] = {}
        for slot in step.template.slots():
            if slot.place[0] != "header":
                continue
            if slot.name.lower() == "accept":
                page = str(slot.value).startswith(_PAGE)
                if slot.value not in {"*/*", ""}:
                    headers["Accept"] = _PAGE if page else slot.value
            elif self._is_written(slot) or (raw and slot.name.lower() == "content-type"):
                headers[_title_case(slot.name)] = Code(self._expression(step, slot))
        return headers


def _title_case(name: str) -> str:
    """Write a header of HTTP/2, which is in lower case, as people do."""
    return name if name != name.lower() else name.title()


def _variable(slot: Slot, source: Source) -> str:
    """Name a value after what it is for."""
    if isinstance(source, Meta | Header):
        return "_".join(words_of(source.name))
    words = "_".join(words_of(slot.name)) or "value"
    if slot.place[0] == "path":
        return f"{singular(words)}_id"
    return singular(words) if is_element(slot.place) else words


def name_from(file_name: str) -> str:
    """Make the name of a test from that of a file."""
    return "_".join(words_of(re.sub(r"\.har$", "", file_name))) or "session"
