"""Two Flask applications with the same rules, which say what they were asked and matched."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request

RULES = (
    "/",
    "/chat",
    "/café",
    "/admin/",
    "/admin/users",
    "/admin/users/<int:number>",
    "/files/<path:name>",
    "/files/read/me",
    "/r/<owner>/<name>",
    "/tags/<tag>",
)
UNNAMED = ("/about", "/hosts/<path:host>")
"""Rules that no route names."""


def asked(name: str) -> Flask:
    """Make the application of this name."""
    application = Flask(name, static_folder=None)

    def view(**_values: Any) -> str:
        return "seen"

    @application.after_request
    def say(response: Response) -> Response:
        """Say it of redirects and refusals too."""
        response.headers["X-Application"] = name
        response.headers["X-Rule"] = quote(request.url_rule.rule if request.url_rule else "")
        response.headers["X-Path"] = quote(request.environ["PATH_INFO"], encoding="latin-1")
        return response

    for rule in RULES + UNNAMED:
        application.add_url_rule(rule, rule, view, methods=["GET"])
    return application


legacy, modern = asked("legacy"), asked("modern")
