"""The source files of an application, and the lines of them that bear on a finding."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from inspect import unwrap
from pathlib import Path
from types import ModuleType
from typing import Any

from gateway.doctor.application import Application

_INSTALLED = {"site-packages", "dist-packages"}


def modules_of(application: Application) -> list[ModuleType]:
    """Return the imported modules that an application is made of, in the order of their names.

    Those are the packages that define the application object and its views, without what is
    installed as a library.
    """
    roots = {_package(application.flask.import_name)}
    roots |= {_package(view.__module__) for view in _views(application.flask)}
    return [
        module
        for name, module in sorted(sys.modules.items())
        if any(name == root or name.startswith(f"{root}.") for root in roots)
    ]


def lines_with(application: Application, *words: str) -> list[str]:
    """Return the places (`file:line`) at which an application's own source says one of the words.

    Of the lines themselves nothing is told: they may hold secrets.
    """
    said = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    return [
        f"{shown(file)}:{number}"
        for file in files_of(application)
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if said.search(line)
    ]


def files_of(application: Application) -> list[Path]:
    """Return the source files of an application's own modules."""
    files = (getattr(module, "__file__", None) for module in modules_of(application))
    return [Path(file) for file in dict.fromkeys(files) if file and file.endswith(".py")]


def text_of(file: Path) -> str:
    """Return what a source file says; nothing if it can't be read."""
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def place_of(function: Any) -> str:
    """Return the `file:line` at which a function begins, seen through its decorators."""
    code = getattr(unwrap(function), "__code__", None)
    if code is None:
        return f"{type(function).__module__}.{type(function).__qualname__}"
    return f"{shown(Path(code.co_filename))}:{code.co_firstlineno}"


def is_installed(file: Path) -> bool:
    """Tell whether a file is a library's, and so nobody's to change."""
    return not _INSTALLED.isdisjoint(file.parts)


def shown(path: Path) -> str:
    """Return a path as a person in the working directory would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _views(flask: Any) -> Iterator[Any]:
    for view in flask.view_functions.values():
        module = sys.modules.get(getattr(view, "__module__", None) or "")
        file = getattr(module, "__file__", None) or ""
        if file and not is_installed(Path(file)):
            yield view


def _package(name: str) -> str:
    """Return the package that a module belongs to; a module outside packages is its own."""
    module = sys.modules.get(name)
    return getattr(module, "__package__", None) or name
