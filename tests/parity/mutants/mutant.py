"""A fault seeded into `modern/`, and how the application is loaded with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType

    from tests.parity.mutants.exchanges import Scene

ROOT = Path(__file__).parents[3]
TEMPLATES = "modern/templates/"
APPLICATIONS: dict[str, Callable[[], Flask]] = {
    "modern": lambda: import_module("modern").create_app(),
    "legacy": lambda: import_module("legacy.app").app,
}


class DriftedError(Exception):
    """A mutant does not apply to the source as it is now."""


@dataclass(frozen=True)
class Mutant:
    """In `file`, `new` stands where the source has `old`; `shown_by` is what shows the fault."""

    name: str
    file: str
    old: str
    new: str
    shown_by: Callable[[Scene], object]
    channels: tuple[str, ...] = ()

    def source(self) -> str:
        """Give the mutated source. Raises DriftedError unless `old` is there just once."""
        text = (ROOT / self.file).read_text()
        if (found := text.count(self.old)) != 1:
            raise DriftedError(
                f"The mutant {self.name!r} does not apply: {self.file} has {found} places that"
                f" read {self.old!r}, and it needs one. The source has changed since the mutant"
                " was written. Write it anew in tests/parity/mutants/, so that it makes the same"
                " fault in the present source."
            )
        return text.replace(self.old, self.new)


@cache
def _compiled(path: str, source: str | None = None) -> CodeType:
    """Compile a module once for all mutants; `source` stands for what the file has."""
    return compile(source or Path(path).read_text(), path, "exec", dont_inherit=True)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, mutant: Mutant) -> None:
        super().__init__(name, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        is_mutated = self.path == str(ROOT / self._mutant.file)
        return _compiled(self.path, self._mutant.source() if is_mutated else None)


class _Finder:
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._package = mutant.file.partition("/")[0]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: object = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != self._package:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec and spec.origin:
            spec.loader = _Loader(name, spec.origin, self._mutant)
        return spec


@contextmanager
def seeded(mutant: Mutant) -> Iterator[Flask]:
    """Give the application with the fault; whoever imported it keeps the one they have."""
    mutant.source()
    finder = _Finder(mutant)
    package = mutant.file.partition("/")[0]
    kept = _take_away(package)
    sys.meta_path.insert(0, finder)
    try:
        app = APPLICATIONS[package]()
        if mutant.file.startswith(TEMPLATES):
            changed = DictLoader({mutant.file.removeprefix(TEMPLATES): mutant.source()})
            app.jinja_loader = ChoiceLoader([changed, app.jinja_loader])  # type: ignore[list-item]
        yield app
    finally:
        sys.meta_path.remove(finder)
        _take_away(package)
        sys.modules.update(kept)


def _take_away(package: str) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] == package]
    return {name: sys.modules.pop(name) for name in names}
