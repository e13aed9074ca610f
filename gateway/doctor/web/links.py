"""Endpoints that templates and code name in `url_for`, and which application has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from gateway.doctor.application import Application, Pair, has_endpoint
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import shown_file
from gateway.doctor.sources import files_of, text_of
from gateway.doctor.web.shared import first
from gateway.urls import built_here

ELSEWHERE = Check("web.url-for-elsewhere", "error")
NOWHERE = Check("web.url-for-nowhere", "warning")
CHECKS = (ELSEWHERE, NOWHERE)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find links to endpoints that the application lacks."""
    for application, other in ((pair.control, pair.candidate), (pair.candidate, pair.control)):
        missing = [
            link for link in links_of(application) if not has_endpoint(application, link.endpoint)
        ]
        elsewhere = [link for link in missing if has_endpoint(other, link.endpoint)]
        if elsewhere and other.flask not in built_here(application.flask):
            yield _elsewhere(application, other, elsewhere)
        nowhere = [link for link in missing if link not in elsewhere]
        if nowhere and not application.flask.url_build_error_handlers:
            yield _nowhere(application, nowhere)


@dataclass(frozen=True, slots=True)
class Link:
    """A place (`file:line`) that names an endpoint."""

    endpoint: str
    place: str

    def __str__(self) -> str:
        return f"{self.place} names {self.endpoint!r}"


def links_of(application: Application) -> Iterator[Link]:
    """Yield the endpoints that an application's templates and modules name in `url_for`.

    Names that are computed can't be seen; those that are relative to a blueprint are left out.
    """
    links = dict.fromkeys((*_in_templates(application.flask), *_in_modules(application)))
    return (link for link in links if not link.endpoint.startswith("."))


def _in_templates(flask: Any) -> Iterator[Link]:
    jinja, nodes = import_module("jinja2"), import_module("jinja2.nodes")
    environment = flask.jinja_env
    for name in _templates(flask):
        try:
            source, file, _ = environment.loader.get_source(environment, name)
            tree = environment.parse(source)
        except (jinja.TemplateError, OSError, UnicodeError):  # no template, or not to be rendered
            continue
        if file and "-packages/" in file:  # a library's
            continue
        for call in tree.find_all(nodes.Call):
            named = getattr(call.node, "name", None) == "url_for" and call.args
            if named and isinstance(endpoint := getattr(call.args[0], "value", None), str):
                yield Link(endpoint, f"{shown_file(file) if file else name}:{call.lineno}")


def _templates(flask: Any) -> list[str]:
    try:
        return list(flask.create_global_jinja_loader().list_templates())
    except TypeError:  # a loader that can't list what it has
        return []


def _in_modules(application: Application) -> Iterator[Link]:
    for file in files_of(application):
        text = text_of(file)
        if "url_for" in text:
            yield from (Link(name, f"{shown_file(file)}:{line}") for name, line in _called(text))


def _called(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and _name_of(node.func) == "url_for":
            endpoint = node.args[0]
            if isinstance(endpoint, ast.Constant) and isinstance(endpoint.value, str):
                yield endpoint.value, node.lineno


def _name_of(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


def _elsewhere(application: Application, other: Application, links: list[Link]) -> Finding:
    return ELSEWHERE.finding(
        f"{application.name} links to endpoints that only {other.name} has. Where such a link is"
        " built, the page ends in a BuildError, a 500.",
        *first([str(link) for link in links]),
        fix=f"Let {application.name} build the other's URLs with gateway.urls.install, or write the"
        " path instead of the endpoint.",
    )


def _nowhere(application: Application, links: list[Link]) -> Finding:
    return NOWHERE.finding(
        f"{application.name} links to endpoints that neither application has. Where such a link is"
        " built, the page ends in a BuildError, a 500.",
        *first([str(link) for link in links]),
        fix="Remove the links, or add the views.",
    )
