"""Libraries in use whose installed versions are known to fail."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet

from gateway.doctor.finding import Finding
from gateway.doctor.known import BROKEN, CHECKS, KNOWN, Known

__all__ = ["CHECKS", "findings"]


def installed_version(library: str) -> str | None:
    """Return the installed version of a library, or None."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def is_imported(module: str) -> bool:
    """Tell whether a module was imported."""
    return module in sys.modules


def findings(
    failures: str,
    installed: Callable[[str], str | None] = installed_version,
    imported: Callable[[str], bool] = is_imported,
) -> Iterator[Finding]:
    """Find libraries that fail in their installed versions, if the applications use them.

    A library is used if it was imported, or if its error is among the `failures` to import an
    application: a library that can't be imported leaves nothing behind.
    """
    for known in KNOWN:
        if imported(known.module) or (known.error and known.error in failures):
            found = {library: installed(library) for library in known.needed}
            if all(_fits(found[library], versions) for library, versions in known.needed.items()):
                yield _finding(known, found)


def _fits(number: str | None, versions: str) -> bool:
    return number is not None and SpecifierSet(versions).contains(number, prereleases=True)


def _finding(known: Known, found: Mapping[str, str | None]) -> Finding:
    named = " with ".join(f"{library} {number}" for library, number in found.items())
    how = "is known to fail" if known.check is BROKEN else "may bite"
    words = f" with {known.error!r}" if known.error else ""
    return known.check.finding(
        f"{named} {how}{words}. {known.effect}", f"see {known.source}", fix=known.fix
    )
