"""Contexts in which an application's extensions can be asked, and none of its hooks run."""

from __future__ import annotations

import copy
from importlib import import_module
from typing import Any


def twin(flask: Any) -> Any:
    """Return a copy of an application with its settings and extensions, and without its hooks.

    Pushing and popping a context of the copy opens no server-side session and runs no teardown
    function, so nothing happens that a request could have made happen.
    """
    bare = copy.copy(flask)
    # Flask is imported where its applications are; the gateway itself does without it.
    bare.session_interface = import_module("flask.sessions").SecureCookieSessionInterface()
    bare.teardown_request_funcs = {}
    bare.teardown_appcontext_funcs = []
    return bare


def asking(flask: Any, **request: Any) -> Any:
    """Return the context of a request to an application's twin: a GET of / over plain HTTP."""
    return twin(flask).test_request_context(**{"base_url": "http://localhost", **request})
