"""A client for applications in this process that behaves as servers do."""

from __future__ import annotations

from typing import Any

from werkzeug.test import Client, TestResponse


class Visitor(Client):
    """Closes each body, which `wsgiref.validate` insists upon."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})
