"""From `module:attribute` or `module:factory()` to a WSGI callable."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.table import Backend

WSGICallable = Callable[..., Any]


class BackendError(RuntimeError):
    """A backend that can't be used; the message is a full sentence."""


def parse_target(target: str) -> Backend:
    """Return the backend that `module:attribute` or `module:factory()` names.

    Raises BackendError.
    """
    try:
        return Backend.model_validate(target)
    except ValidationError as error:
        reasons = (detail["msg"] for detail in error.errors(include_url=False))
        raise BackendError(" ".join(reasons)) from error


def load_backend(name: str, backend: Backend) -> WSGICallable:
    """Import an application and return its WSGI callable; a factory is called without arguments.

    The working directory is importable, as under `flask` and `gunicorn`. Raises BackendError.
    """
    found = load_attribute(f"Backend {name!r}", backend.wsgi.removesuffix("()"))
    if backend.wsgi.endswith("()"):
        found = _made(name, backend.wsgi, found)
    if not callable(found):
        raise BackendError(
            f"Backend {name!r}: {backend.wsgi!r} is a {type(found).__name__}, which can't be"
            " called. Name a WSGI application."
        )
    return found  # type: ignore[no-any-return]


def load_attribute(subject: str, target: str) -> Any:
    """Import `module:attribute`. Raises BackendError that begins with the subject."""
    module_name, _, attributes = target.partition(":")
    module = _imported(subject, target, module_name)
    try:
        return reduce(getattr, attributes.split("."), module)
    except AttributeError as error:
        raise BackendError(
            f"{subject}: the module {module_name!r} has no {attributes!r}. Correct {target!r} in"
            " the table."
        ) from error


def _imported(subject: str, target: str, module_name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name + ".").startswith(error.name + "."):
            raise BackendError(
                f"{subject}: there is no module {error.name!r} to import for {target!r}. Correct"
                " the table, or start where the module can be imported."
            ) from error
        raise _failed(subject, f"importing {module_name!r}", error) from error
    except Exception as error:
        raise _failed(subject, f"importing {module_name!r}", error) from error


def _made(name: str, wsgi: str, factory: Any) -> Any:
    if not callable(factory):
        raise BackendError(
            f"Backend {name!r}: {wsgi!r} calls a {type(factory).__name__}, which can't be called."
            " Name a function that returns the application."
        )
    try:
        return factory()
    except Exception as error:
        raise _failed(f"Backend {name!r}", f"calling {wsgi!r}", error) from error


def _failed(subject: str, action: str, error: BaseException) -> BackendError:
    return BackendError(
        f"{subject}: {action} failed{_where(error)} with {type(error).__name__}: {error}"
    )


def _where(error: BaseException) -> str:
    """Return the last place of an error that is in the application's own code."""
    trace, place = error.__traceback__, ""
    own = {find_spec("importlib").origin, __file__}  # type: ignore[union-attr]
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file not in own and not file.startswith("<") and "site-packages" not in file:
            place = f" at {file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
