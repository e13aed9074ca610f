"""The functions of a Flask application that run when a request comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_HOOKS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "error_handler_spec",
    "teardown_appcontext_funcs",
)
_LOADERS = ("_user_callback", "_request_callback", "unauthorized_callback")


def callables_of(flask: Any) -> list[object]:
    """Return the views of an application, its hooks, and the loaders of its login manager."""
    found = list(flask.view_functions.values())
    for hook in _HOOKS:
        found += _flat(getattr(flask, hook, ()))
    manager = getattr(flask, "login_manager", None)
    found += [vars(manager)[name] for name in _LOADERS if name in vars(manager)] if manager else []
    return found


def _flat(value: Any) -> Iterator[object]:
    """Yield what is in lists in dictionaries, however deep: Flask keeps hooks by blueprint."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _flat(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value
