"""The source files of one application, and the lines of them that bear on a finding."""

from __future__ import annotations

import re
from inspect import unwrap
from pathlib import Path
from typing import Any

from gateway.doctor.application import Application
from gateway.doctor.objects import own_modules, shown_file


def lines_with(application: Application, *words: str) -> list[str]:
    """Return the places (`file:line`) at which an application's own source says one of the words.

    Of the lines themselves nothing is told: they may hold secrets.
    """
    said = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    return [
        f"{shown_file(file)}:{number}"
        for file in files_of(application)
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if said.search(line)
    ]


def files_of(application: Application) -> list[str]:
    """Return the source files of the packages that define an application and its views."""
    modules = own_modules()
    views = application.flask.view_functions.values()
    names = {application.flask.import_name, *(getattr(view, "__module__", "") for view in views)}
    roots = {modules[name].__package__ or name for name in names if name in modules}
    files = (
        str(module.__file__)
        for name, module in sorted(modules.items())
        if any(name == root or name.startswith(f"{root}.") for root in roots)
    )
    return list(dict.fromkeys(files))


def text_of(file: str) -> str:
    """Return what a source file says; nothing if it can't be read."""
    try:
        return Path(file).read_text("utf-8", errors="replace")
    except OSError:
        return ""


def place_of(function: Any) -> str:
    """Return the `file:line` at which a function begins, seen through its decorators."""
    code = getattr(unwrap(function), "__code__", None)
    if code is None:
        return f"{type(function).__module__}.{type(function).__qualname__}"
    return f"{shown_file(code.co_filename)}:{code.co_firstlineno}"
