"""What a page says and offers, apart from how it is built.

Kept: the title, the visible text in reading order, forms (action, method, encoding) with
their fields (name, type, value, label and the attributes that decide what may be sent),
links (target and text) and refreshing `meta` elements.

Left out: scripts, styles, templates, comments, `hidden` elements, other `meta` and `link`
elements, `class`, `id`, `style`, `role`, `aria-*`, `data-*` and `on*` attributes, images but
for their `alt` text, white space, and which elements the text is wrapped in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Attributes = dict[str, str]

_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
# Text in these runs on; every other element starts a new piece of text.
_INLINE = frozenset({
    "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "i", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "font",
})  # fmt: skip
# What a start tag closes, if that is still open: the end tags that HTML lets people leave out.
_CLOSES = {tag: tag for tag in ("p", "li", "dt", "dd", "option", "tr", "td", "th")} | {
    "body": "head"
}
_FIELD_ATTRIBUTES = (
    "accept", "autocomplete", "checked", "disabled", "max", "maxlength", "min", "minlength",
    "multiple", "pattern", "placeholder", "readonly", "required", "step",
)  # fmt: skip


@dataclass
class Field:
    """A control of a form."""

    name: str
    type: str
    value: str
    identifier: str = ""
    label: str = ""
    extra: Attributes = field(default_factory=dict)
    options: list[dict[str, Any]] = field(default_factory=list)

    def as_tree(self) -> dict[str, Any]:
        """Give the compared content as plain data."""
        tree: dict[str, Any] = {"type": self.type, "value": self.value, "label": self.label}
        return tree | self.extra | ({"options": self.options} if self.options else {})


@dataclass
class Form:
    """A form; its fields keep the order of the page."""

    action: str
    method: str
    encoding: str
    fields: list[Field] = field(default_factory=list)

    def as_tree(self) -> dict[str, Any]:
        """Give the compared content as plain data, fields by name."""
        fields: dict[str, Any] = {}
        for item in self.fields:
            fields.setdefault(item.name or f"({item.type})", []).append(item.as_tree())
        return {
            "action": self.action,
            "method": self.method,
            "encoding": self.encoding,
            "fields": {name: same[0] if len(same) == 1 else same for name, same in fields.items()},
            "order of fields": list(fields),
        }


@dataclass(frozen=True)
class Page:
    """A page as a person gets it."""

    title: str
    text: tuple[str, ...]
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]
    refresh: tuple[str, ...]
    meta: dict[str, str]

    def values_of(self, name: str) -> list[str]:
        """Give the values of all form fields called `name`."""
        return [f.value for form in self.forms for f in form.fields if f.name == name]

    def as_tree(self) -> dict[str, Any]:
        """Give all but the text as plain data to compare."""
        return {
            "title": self.title,
            "refresh": list(self.refresh),
            "forms": [form.as_tree() for form in self.forms],
            "links": [{"href": href, "text": text} for href, text in self.links],
        }


def read_page(text: str) -> Page:
    """Read a page; like a browser it makes something of every input."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page()


def fold(text: str) -> str:
    """Fold white space as a browser shows it."""
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []  # element, and whether it hides its content
        self._pieces: list[str] = [""]
        self._collecting: list[tuple[str, list[str], Any]] = []  # title, a, label, option, …
        self._title = ""
        self._forms: list[Form] = []
        self._form: Form | None = None
        self._links: list[tuple[str, str]] = []
        self._refresh: list[str] = []
        self._meta: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._select: Field | None = None

    def page(self) -> Page:
        while self._open:
            self._pop()
        for form in self._forms:
            for item in form.fields:
                item.label = item.label or self._labels.get(item.identifier, "")
        text = tuple(piece for piece in map(fold, self._pieces) if piece)
        return Page(
            self._title, text, tuple(self._forms), tuple(self._links),
            tuple(self._refresh), self._meta,
        )  # fmt: skip

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self._open and self._open[-1][0] == _CLOSES.get(tag):
            self._pop()
        self._break(tag)
        start = getattr(self, f"_start_{tag}", None)
        if tag not in _VOID:
            hides = tag in _UNSEEN or "hidden" in attributes
            self._open.append((tag, hides or self._is_hidden()))
        if start is not None:
            start(attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In HTML a slash closes nothing: <div/> is <div>.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        for _, texts, _ in self._collecting:
            texts.append(data)
        if not self._is_hidden():
            self._pieces[-1] += data

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _break(self, tag: str) -> None:
        if tag not in _INLINE and self._pieces[-1]:
            self._pieces.append("")

    def _pop(self) -> str:
        tag, _ = self._open.pop()
        self._break(tag)
        if self._collecting and self._collecting[-1][0] == tag:
            _, texts, done = self._collecting.pop()
            done("".join(texts))
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        return tag

    def _collect(self, tag: str, done: Any) -> None:
        self._collecting.append((tag, [], done))

    # What single elements mean.

    def _start_title(self, _: Attributes) -> None:
        def done(text: str) -> None:
            self._title = self._title or fold(text)

        self._collect("title", done)

    def _start_meta(self, attributes: Attributes) -> None:
        if attributes.get("http-equiv", "").lower() == "refresh":
            self._refresh.append(attributes.get("content", ""))
        elif "name" in attributes:
            self._meta[attributes["name"]] = attributes.get("content", "")

    def _start_img(self, attributes: Attributes) -> None:
        self.handle_data(f" {attributes.get('alt', '')} ")

    def _start_a(self, attributes: Attributes) -> None:
        if "href" in attributes:
            self._collect("a", lambda text: self._links.append((attributes["href"], fold(text))))

    def _start_form(self, attributes: Attributes) -> None:
        method = attributes.get("method", "get").lower()
        encoding = attributes.get("enctype", "application/x-www-form-urlencoded").lower()
        self._form = Form(attributes.get("action", ""), method, encoding)
        self._forms.append(self._form)

    def _start_input(self, attributes: Attributes) -> None:
        self._add(attributes, attributes.get("type", "text").lower(), attributes.get("value", ""))

    def _start_textarea(self, attributes: Attributes) -> None:
        item = self._add(attributes, "textarea", "")
        # A browser drops the line break that follows the tag.
        self._collect("textarea", lambda text: setattr(item, "value", text.removeprefix("\n")))

    def _start_button(self, attributes: Attributes) -> None:
        kind = f"button {attributes.get('type', 'submit').lower()}"
        item = self._add(attributes, kind, attributes.get("value", ""))
        self._collect("button", lambda text: setattr(item, "label", fold(text)))

    def _start_select(self, attributes: Attributes) -> None:
        self._select = self._add(attributes, "select", "")

    def _start_option(self, attributes: Attributes) -> None:
        select = self._select

        def done(text: str) -> None:
            if select is not None:
                label = fold(text)
                chosen = "selected" in attributes
                value = attributes.get("value", label)
                select.options.append({"value": value, "text": label, "selected": chosen})
                select.value = value if chosen or not select.value else select.value

        self._collect("option", done)

    def _start_label(self, attributes: Attributes) -> None:
        before = len(self._form.fields) if self._form else 0

        def done(text: str) -> None:
            if "for" in attributes:
                self._labels[attributes["for"]] = fold(text)
            for item in (self._form.fields if self._form else [])[before:]:
                item.label = item.label or fold(text)

        self._collect("label", done)

    def _add(self, attributes: Attributes, kind: str, value: str) -> Field:
        extra = {name: attributes[name] for name in _FIELD_ATTRIBUTES if name in attributes}
        item = Field(attributes.get("name", ""), kind, value, attributes.get("id", ""), extra=extra)
        if self._form is not None:
            self._form.fields.append(item)
        return item
