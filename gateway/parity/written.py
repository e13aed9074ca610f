"""Reports as files: a page, or data, by the end of the file's name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.parity.page import render

if TYPE_CHECKING:
    from gateway.parity.outcome import Outcome


def write_reports(outcome: Outcome, files: Iterable[Path]) -> tuple[str, ...]:
    """Write an outcome to each of the files; gives a sentence for each that can't be written."""
    return tuple(fault for file in files if (fault := _fault_of_writing(outcome, file)))


def _fault_of_writing(outcome: Outcome, file: Path) -> str | None:
    html = file.suffix == ".html"
    text = render(outcome) if html else json.dumps(outcome.as_json(), indent=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Half of a surrogate pair, which JSON can hold, has no UTF-8.
        file.write_text(text + "\n", "utf-8", errors="backslashreplace")
    except OSError as error:
        return f"The report {file} can't be written: {error.strerror or error}."
    return None
