"""The objects of this process: which there are, what they are called, and whose code they are."""

from __future__ import annotations

import gc
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

_INSTALLED = map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))
_OTHERS = tuple(f"{Path(p).resolve()}/" for p in (*_INSTALLED, str(Path(__file__).parents[1])))


def living(*kinds: type) -> list[list[Any]]:
    """Return the objects of each class, and of classes made from it, that are in use."""
    gc.collect()  # what is only waiting to be collected is not in use
    every = gc.get_objects()
    # Not isinstance: a proxy outside of its context answers that with an error.
    return [[thing for thing in every if type(thing) in family] for family in map(_family, kinds)]


def _family(kind: type) -> frozenset[type]:
    below: list[type] = kind.__subclasses__()
    return frozenset({kind, *(each for child in below for each in _family(child))})


def places_of(thing: object) -> list[str]:
    """Return the names under which modules hold an object, such as `legacy.app.db`."""
    return sorted(
        f"{name}.{key}"
        for name, module in list(sys.modules.items())
        for key, held in list(getattr(module, "__dict__", {}).items())
        if held is thing
    )


def own_modules() -> dict[str, ModuleType]:
    """Return the modules of the applications, by name: neither the library's nor installed."""
    return {
        name: module
        for name, module in list(sys.modules.items())
        if type(module) is ModuleType and is_own(getattr(module, "__file__", None) or "")
    }


@cache
def is_own(file: str) -> bool:
    """Tell whether a file of Python belongs to the applications that are looked at."""
    if not file.endswith(".py") or "-packages/" in file:
        return False
    return not str(Path(file).resolve()).startswith(_OTHERS)


def shown_file(file: str) -> str:
    """Return a file's path as a person would write it here."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
