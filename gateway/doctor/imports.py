"""Importing the applications, and what keeps two of them from being imported together."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from gateway.backends import BackendError
from gateway.doctor.application import Application, Pair, load_application
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import is_own, own_modules, shown_file
from gateway.table import Backend

NOT_IMPORTED = Check("application.not-imported", "error")
SAME_NAME = Check("application.same-name", "warning")
SAME_OBJECT = Check("application.same-object", "warning")
NOT_FLASK = Check("application.not-flask", "warning")
CHECKS = (NOT_IMPORTED, SAME_NAME, SAME_OBJECT, NOT_FLASK)

# What libraries say of faults that are known here, and what to do about them.
_KNOWN = {
    "instance has already been registered on this Flask app": (
        "Call init_app of one db, once: an application has a single SQLAlchemy object. Remove the"
        " second one, or the second call."
    ),
    "is already defined for this MetaData instance": (
        "Define the table once. If there is one definition only, its file is imported under two"
        " names: import it by one name everywhere."
    ),
    "is not registered with this 'SQLAlchemy' instance": (
        "While it is imported, the application uses a db that its app is not registered with: use"
        " the db that it is registered with, or call db.init_app(app) before."
    ),
}


def import_all(
    backends: Mapping[str, Backend],
) -> tuple[dict[str, Application], tuple[Finding, ...]]:
    """Import the applications; return those that could be, and what was found on the way."""
    imported: dict[str, Application] = {}
    found: list[Finding] = []
    for name, backend in backends.items():
        try:
            imported[name] = load_application(name, backend)
        except BackendError as error:
            found.append(_not_imported(name, str(error)))
        except SystemExit as error:
            found.append(_not_imported(name, f"Backend {name!r}: it exited with {error.code!r}."))
    found += _not_flask(imported)
    found += _same_names(backends, imported)
    return imported, tuple(found)


def same_object(pair: Pair) -> Finding:
    """Tell that two backends are one Flask application."""
    return SAME_OBJECT.finding(
        f"{pair.control.name} and {pair.candidate.name} are the same Flask application, so there"
        " was nothing to compare.",
        *(f"{each.name}: {each.target}" for each in pair),
        fix="Name two applications.",
    )


def _not_imported(name: str, reason: str) -> Finding:
    known = [fix for said, fix in _KNOWN.items() if said in reason]
    usual = f"Start where {name} can be imported, with the environment that it runs in."
    return NOT_IMPORTED.finding(
        f"{reason} What can't be imported can't be looked at.", fix=(known or [usual])[0]
    )


def _not_flask(applications: Mapping[str, Application]) -> Iterator[Finding]:
    for application in applications.values():
        if application.flask is None:
            yield NOT_FLASK.finding(
                f"No Flask application was found behind {application.name}, so nothing was"
                " compared with it.",
                f"{application.target} is a {type(application.wsgi).__qualname__}",
                fix="Name the Flask application itself, or middleware that holds it as 'app' or"
                " 'wsgi_app'. Applications of other frameworks can't be looked at.",
            )


def _same_names(backends: Mapping[str, Backend], imported: Collection[str]) -> Iterator[Finding]:
    """Find modules that a folder on the import path hides from another one there."""
    hidden = tuple(_hidden({backends[name].wsgi for name in backends if name not in imported}))
    if hidden:
        yield SAME_NAME.finding(
            f"{' and '.join(backends)} run in one interpreter, which imports one module of a name:"
            " whoever asks for the other gets the wrong one, or an ImportError.",
            *hidden,
            fix="Rename one of the two, or move it into a package of its own. Two applications"
            " whose packages have the same name can't be served by one process.",
        )


def _hidden(failed: Collection[str]) -> Iterator[str]:
    top = {name: _file(module) for name, module in own_modules().items() if "." not in name}
    wanted = {re.split(r"[.:]", target)[0] for target in failed}
    used = {_folder(file) for file in top.values()}
    for name, file in sorted(top.items()):
        for other in _files_of(name):
            # A folder that neither application took anything from may be anybody's.
            if other != file and (name in wanted or _folder(other) in used):
                yield f"{shown_file(str(file))} hides {shown_file(str(other))}"


def _files_of(name: str) -> Iterator[Path]:
    """Yield every file on the import path that could be imported as a top-level name."""
    for folder in dict.fromkeys(str(Path(entry).resolve()) for entry in sys.path):
        spec = PathFinder.find_spec(name, [folder])
        if spec is not None and is_own(spec.origin or ""):
            yield Path(str(spec.origin)).resolve()


def _file(module: ModuleType) -> Path:
    return Path(str(module.__file__)).resolve()


def _folder(file: Path) -> Path:
    """Return the folder on the import path that a top-level module's file is in."""
    return file.parent.parent if file.name == "__init__.py" else file.parent
