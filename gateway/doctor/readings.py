"""The names that compiled code reads: `db.session.add`, `from legacy.app import db`."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import resolve_name
from types import CodeType
from typing import Literal

# Instructions between a name and its attributes that do nothing to them; the last ones stand in
# `import a.b as c`.
_SILENT = {"CACHE", "EXTENDED_ARG", "NOP", "PUSH_NULL", "SWAP", "POP_TOP"}
_ATTRIBUTE = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A name, and the attributes that are read one from the other.

    `kind` says where the first name is looked up: it is a global, a local (or one of a function
    around), or an imported module. `stored_as` is the local name that an import is given.
    """

    kind: Literal["global", "local", "import"]
    names: tuple[str, ...]
    line: int
    stored_as: str | None = None


def readings(code: CodeType, package: str) -> Iterator[Reading]:
    """Yield what a piece of code reads, and each piece of code within it."""
    current: Reading | None = None
    module = ""
    constants: tuple[object, object] = (None, None)
    for step in dis.get_instructions(code):
        if step.opname in _SILENT:
            continue
        if current and step.opname in _ATTRIBUTE:
            current = replace(current, names=(*current.names, step.argval))
            continue
        if current:
            stored = current.kind == "import" and step.opname.startswith("STORE_")
            yield replace(current, stored_as=step.argval) if stored else current
        if step.opname == "IMPORT_NAME":
            module = _imported(step.argval, *constants, package)
        constants = (constants[1], step.argval)
        current = _begun(step, module)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from readings(inner, package)


def _begun(step: dis.Instruction, module: str) -> Reading | None:
    line = (step.positions.lineno if step.positions else None) or 0
    match step.opname:
        case "LOAD_GLOBAL" | "LOAD_NAME":
            return Reading("global", (step.argval,), line)
        case "IMPORT_NAME":
            return Reading("import", (module,), line)
        case "IMPORT_FROM":
            return Reading("import", (module, step.argval), line)
        case name if "_FAST" in name or "DEREF" in name:
            # Newer Pythons load two locals at once; the attributes are the second one's.
            local = step.argval[-1] if isinstance(step.argval, tuple) else step.argval
            return Reading("local", (local,), line) if name.startswith("LOAD_") else None
    return None


def _imported(name: str, level: object, names: object, package: str) -> str:
    """Return the module that an import statement takes hold of."""
    if isinstance(level, int) and level:
        try:
            return resolve_name("." * level + name, package)
        except ImportError:  # above the top, in code that never runs
            return ""
    # `import a.b` gives `a`, and `from a.b import c` asks `a.b`.
    return name if names else name.partition(".")[0]
