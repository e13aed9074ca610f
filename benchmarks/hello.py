"""Two Flask applications that say hello in JSON: as little work as an application can do.

`legacy` and `modern` answer the same URLs, so that either can stand alone or behind a gateway.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify


def application(name: str) -> Flask:
    """Make an application that greets by its name."""
    app = Flask(name)

    @app.get("/hello")
    @app.get("/old")
    @app.get("/new")
    @app.get("/api/hello")
    @app.get("/api/v1/hello")
    def hello() -> Any:
        return jsonify(message="Hello, World!", application=name)

    @app.get("/api/resource7/<int:number>/<name>")
    def item(number: int, name: str) -> Any:
        return jsonify(message="Hello, World!", number=number, name=name)

    return app


legacy = application("legacy")
modern = application("modern")
