"""Names for the variables of a written test, each given once."""

from __future__ import annotations

import builtins
import keyword
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Variables:
    """The names that a test has in use."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = set(reserved)

    def new(self, wanted: str, kind: str) -> str:
        """Give a name that is free and that Python allows, by its kind if the wanted one is not."""
        name = wanted
        if not name.isidentifier() or keyword.iskeyword(name) or hasattr(builtins, name):
            name = f"{name}_{kind}" if f"{name}_{kind}".isidentifier() else f"{kind}_{name}"
            name = name if name.isidentifier() else kind
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}_{number}", number + 1
        self._taken.add(found)
        return found
