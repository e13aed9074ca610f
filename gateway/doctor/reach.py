"""What code uses: the objects that functions name, and the functions that those lead to.

Nothing is run. Names are read from compiled code and looked up where the code would look them up:
in its module, in its closure, or in a module that it imports (if that is imported already). Calls
of the application's own functions and classes are followed. What a function is handed as an
argument is not known, so what is found is true and what is not found may be there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import FunctionType, MethodType, ModuleType
from typing import Any

from gateway.doctor.objects import is_own, shown_file
from gateway.doctor.readings import Reading, readings

_Cached = type(cache(len))


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A place in the code that names an object, and the attributes that it reads from there."""

    value: Any
    name: str
    trail: tuple[str, ...]
    function: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{shown_file(self.file)}:{self.line}: {self.function} uses {self.name}"


def reach(roots: Iterable[object]) -> Iterator[Use]:
    """Yield every use in the code of some functions, and in what they call; each function once."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if type(thing) is FunctionType and is_own(thing.__code__.co_filename):
            for use in _uses(thing):
                yield use
                waiting.append(use.value)
        waiting += _inside(thing)


def _inside(thing: Any) -> Iterator[object]:
    """Yield what the code of a callable is in."""
    if type(thing) is FunctionType:
        yield from (value for value in _closure(thing).values() if type(value) is FunctionType)
        if "view_class" in thing.__dict__:  # Flask's as_view
            yield thing.__dict__["view_class"]
    elif type(thing) is _Cached:
        yield thing.__wrapped__
    elif type(thing) is MethodType:
        yield thing.__func__
    elif type(thing) is partial:
        yield thing.func
    elif issubclass(type(thing), type):
        if _is_own_class(thing):
            yield from _methods(thing)
            yield from thing.__bases__
    elif _is_own_class(type(thing)):
        yield type(thing)


def _is_own_class(kind: Any) -> bool:
    return is_own(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")


def _methods(kind: Any) -> Iterator[object]:
    for member in vars(kind).values():
        if isinstance(member, staticmethod | classmethod):
            yield member.__func__
        elif type(member) is property:
            yield from filter(None, (member.fget, member.fset))
        elif type(member) is FunctionType:
            yield member


def _closure(function: FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if _is_filled(cell)}


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - the only way to ask
    except ValueError:
        return False
    return True


def _uses(function: FunctionType) -> Iterator[Use]:
    code, scope = function.__code__, function.__globals__
    local = _closure(function)
    for reading in readings(code, scope.get("__package__") or ""):
        value = _start(reading, scope, local)
        if value is not None:
            value, name, trail = _followed(value, reading.names)
            if reading.stored_as:
                local[reading.stored_as] = value
            yield Use(value, name, trail, function.__qualname__, code.co_filename, reading.line)


def _start(reading: Reading, scope: Mapping[str, Any], local: Mapping[str, Any]) -> Any | None:
    """Return what the first name of a reading stands for, or None."""
    name = reading.names[0]
    if reading.kind == "import":
        return sys.modules.get(name)
    return (scope if reading.kind == "global" else local).get(name)


def _followed(value: Any, names: tuple[str, ...]) -> tuple[Any, str, tuple[str, ...]]:
    """Go from a module to what it holds; return that, its name as written, and what is read."""
    known = 1
    while type(value) is ModuleType and known < len(names) and names[known] in vars(value):
        value = vars(value)[names[known]]
        known += 1
    return value, ".".join(names[:known]), names[known:]
