"""The rules of an application's url_map, and the nearest that a routing table can say for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import FloatConverter, IntegerConverter, PathConverter, Rule, UUIDConverter
from werkzeug.routing.converters import DEFAULT_CONVERTERS, BaseConverter

from gateway.rules import RuleError, parse_path

_VARIABLE = re.compile(
    r"<(?:(?P<converter>[A-Za-z_]\w*)(?P<arguments>\(.*?\))?:)?(?P<variable>[A-Za-z_]\w*)>",
    re.DOTALL,
)
_NAMED: dict[str, type[BaseConverter]] = {
    "int": IntegerConverter,
    "float": FloatConverter,
    "uuid": UUIDConverter,
}
_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class ServedRule:
    """One rule that an application serves.

    `path` is how a table says it: the rule itself, or something wider where `exact` is false; None
    where nothing says it. `allowed` is None where the rule answers every method, `options_by_flask`
    tells whether OPTIONS is answered without the view. `probed` tells whether asking the
    application's router for a path finds the rule.
    """

    text: str
    endpoint: str
    allowed: frozenset[str] | None
    host: str | None
    path: str | None
    exact: bool
    strict: bool
    options_by_flask: bool
    probed: bool

    @property
    def methods(self) -> frozenset[str] | None:
        """The methods without the HEAD and OPTIONS that come with others; None is all."""
        return self.allowed and (self.allowed - _AUTOMATIC or self.allowed)

    @property
    def static(self) -> bool:
        """Whether this is the folder of static files that Flask gives each application."""
        return self.endpoint.rpartition(".")[2] == "static" and self.folder is not None

    @property
    def folder(self) -> str | None:
        """What stands before the file's name in a rule for a whole folder."""
        head, _, rest = (self.path or "").partition("/<path:")
        return head if head and rest.endswith(">") and "/" not in rest else None


def skeleton(path: str) -> str:
    """Return a path without the names and converters of its variables, and without a last slash."""
    return _VARIABLE.sub("<>", path).rstrip("/")


def slash_policy(plain: str, rules: Collection[ServedRule]) -> str:
    """Say what rules that differ in no more than a last slash do with it; `plain` has none."""
    endings = {rule.text.endswith("/") for rule in rules}
    if len(endings) > 1 or not all(rule.strict for rule in rules):
        return f"answers both {plain} and {plain}/"
    return f"redirects {plain} to {plain}/" if True in endings else f"answers only {plain}"


def served_rules(flask: Any) -> Iterator[ServedRule]:
    """Yield the rules of a Flask application, in the order in which it registered them."""
    for rule in flask.url_map.iter_rules():
        if not (rule.build_only or rule.websocket):
            yield _served(flask, rule)


def _served(flask: Any, rule: Rule) -> ServedRule:
    path = _sayable(flask.url_map.converters, rule.rule)
    host = _host(flask, rule)
    asked = rule.methods is not None and rule.redirect_to is None and host is None
    return ServedRule(
        text=rule.rule,
        endpoint=str(rule.endpoint or "redirect"),
        allowed=frozenset(rule.methods) if rule.methods is not None else None,
        host=host,
        path=path,
        exact=path == rule.rule,
        strict=bool(rule.strict_slashes),
        options_by_flask=getattr(rule, "provide_automatic_options", False),
        probed=asked and path == rule.rule,
    )


def _host(flask: Any, rule: Rule) -> str | None:
    """Return the host that a rule asks for; `*.` stands for a label with a variable."""
    host = rule.host if flask.url_map.host_matching else _subdomain(flask, rule)
    return re.sub(r"^[^.]*<.*>[^.]*", "*", host) if host else None


def _subdomain(flask: Any, rule: Rule) -> str | None:
    server = flask.config.get("SERVER_NAME")
    used = getattr(flask, "subdomain_matching", False) and rule.subdomain and server
    return f"{rule.subdomain}.{server}" if used else None


def _sayable(converters: dict[str, type[BaseConverter]], rule: str) -> str | None:
    path = _VARIABLE.sub(lambda found: _variable(converters, found), rule)
    try:
        parse_path(path)
    except RuleError:
        return None
    return path


def _variable(converters: dict[str, type[BaseConverter]], found: re.Match[str]) -> str:
    name, variable = found["converter"] or "default", found["variable"]
    kind = converters[name]
    if kind is DEFAULT_CONVERTERS.get(name):
        return f"<{variable}>" if name == "default" else found[0]
    near = _nearest(kind, found["arguments"])
    return f"<{near}:{variable}>" if near else f"<{variable}>"


def _nearest(kind: type[BaseConverter], arguments: str | None) -> str:
    """Return the converter of the table that accepts all that this one does, and least beside."""
    if not kind.part_isolating or issubclass(kind, PathConverter):
        return "path"
    same = (name for name, known in _NAMED.items() if kind.regex == known.regex)
    # Arguments may widen what is accepted, as int's signed=True does.
    return next(same, "") if arguments is None else ""
