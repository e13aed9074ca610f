"""Where an application's migrations are, and what their newest revisions are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from pathlib import Path

from gateway.doctor.application import Application
from gateway.doctor.db.extension import registered
from gateway.doctor.objects import places_of


@dataclass(frozen=True, slots=True)
class Scripts:
    """The revisions in a folder of migrations, and those of them that nothing follows."""

    revisions: frozenset[str]
    heads: frozenset[str]


def folder_of(application: Application) -> Path | None:
    """Return the folder that has an application's `env.py` and `versions`, or None.

    Flask-Migrate says where it is. Otherwise it is looked for near the db, near the application,
    and in the working directory: as an alembic.ini says, or under one of its usual names.
    """
    migrate = application.flask.extensions.get("migrate")
    named = [Path(migrate.directory)] if hasattr(migrate, "directory") else []
    for folder in (*named, *(found for near in _near(application) for found in _in(near))):
        if (folder / "env.py").is_file():
            return folder.resolve()
    return None


def _near(application: Application) -> Iterator[Path]:
    for place in places_of(registered(application)):
        file = getattr(sys.modules[place.rpartition(".")[0]], "__file__", None)
        if file:
            yield Path(file).parent
    root = Path(application.flask.root_path)
    yield from (root, root.parent, Path.cwd())


def _in(folder: Path) -> Iterator[Path]:
    yield folder / (_script_location(folder) or "migrations")
    yield from (folder / "migrations", folder / "alembic")


def _script_location(folder: Path) -> str | None:
    """Return what an alembic.ini says; without Alembic, which need not be installed here."""
    parser = ConfigParser({"here": str(folder)})
    try:
        parser.read(folder / "alembic.ini")
        return parser.get("alembic", "script_location", fallback=None)
    except ConfigParserError:
        return None


def read_scripts(folder: Path) -> Scripts:
    """Let Alembic load the migrations of a folder. Raises whatever they raise."""
    from alembic.config import Config  # noqa: PLC0415 - only where there are migrations
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    inis = [place / "alembic.ini" for place in (folder, folder.parent)]
    config = Config(next((ini for ini in inis if ini.is_file()), None))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    before = list(sys.path)
    try:
        directory = ScriptDirectory.from_config(config)
        revisions = frozenset(script.revision for script in directory.walk_revisions())
        return Scripts(revisions, frozenset(directory.get_heads()))
    finally:
        sys.path[:] = before  # Alembic puts there what its configuration asks for
