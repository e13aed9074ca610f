"""The uploaded files of people, in one folder under random names."""

from collections.abc import Iterable
from pathlib import Path


def remove_stored(folder: Path, names: Iterable[str]) -> None:
    """Remove files; one that is gone already is no reason to stop."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
