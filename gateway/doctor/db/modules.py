"""Files that Python imported under two names, and so has two of everything in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from gateway.doctor.db.living import Living
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import own_modules, shown_file

MODELS_TWICE = Check("db.models-imported-twice", "error")
FILE_TWICE = Check("db.file-imported-twice", "warning")
CHECKS = (MODELS_TWICE, FILE_TWICE)


def findings(living: Living) -> Iterator[Finding]:
    """Find files of the applications that were imported under two names."""
    by_file: dict[str, dict[str, ModuleType]] = {}
    for name, module in sorted(own_modules().items()):
        by_file.setdefault(str(Path(str(module.__file__)).resolve()), {})[name] = module
    for file, names in by_file.items():
        if len({id(module) for module in names.values()}) > 1:
            yield _finding(shown_file(file), names, living)


def _finding(file: str, names: dict[str, ModuleType], living: Living) -> Finding:
    said = f"{file} was imported under {len(names)} names: {' and '.join(names)}."
    fix = (
        "Import it by one name everywhere: keep its package's folder out of sys.path, and start"
        " scripts with python -m."
    )
    held = [f"{name}.{key}" for key in _doubled(tuple(names.values()), living) for name in names]
    if held:
        return MODELS_TWICE.finding(
            f"{said} Each copy has a db, models or an application of its own, which know nothing"
            " of the other copy's: what is added through the one is lost or fails in the other.",
            *held,
            fix=fix,
        )
    return FILE_TWICE.finding(
        f"{said} Each copy has its own classes and its own state: isinstance, except and caches"
        " work within one copy only.",
        fix=fix,
    )


def _doubled(copies: tuple[ModuleType, ...], living: Living) -> Iterator[str]:
    """Yield the names that stand for another db, model or application in each copy."""
    first, second = (vars(module) for module in copies[:2])
    flask = sys.modules["flask"].Flask
    for name, thing in first.items():
        is_other = thing is not second.get(name)
        if is_other and (issubclass(type(thing), flask) or living.owners_of(thing)):
            yield name
