"""What a bench needs and may not find: packages that are no dependency of ours, and programs."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any


class MissingError(RuntimeError):
    """Something is not installed; the message says what, and how to get it."""


def module(name: str, package: str) -> Any:
    """Import a module of an optional package. Raises MissingError."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingError(
            f"The package {package!r} is not installed: `pip install {package}`."
        ) from error


def program(*names: str, advice: str) -> str:
    """Return the place of the first of these programs that is installed. Raises MissingError.

    Looks on PATH and beside this Python, where wheels put theirs.
    """
    places = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    for name in names:
        found = shutil.which(name, path=places)
        if found is not None:
            return found
    raise MissingError(f"The program {names[0]!r} is not installed: {advice}.")
