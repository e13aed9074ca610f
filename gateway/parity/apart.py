"""Control and candidate must be two applications, since one never differs from itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.backends import load_attribute
from gateway.inventory import find_flask
from gateway.parity.harness import ParityError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.parity.run import Named
    from gateway.table import Backend


def check_apart(control: Named, candidate: Named, backends: Mapping[str, Backend]) -> None:
    """Refuse one application on both sides. Raises ParityError.

    It may stand behind middleware, or be made twice by one function.
    """
    if control.name == candidate.name:
        raise ParityError(
            f"Control and candidate are both {control.name!r}, so nothing can differ. Compare two"
            f" of {', '.join(backends)}."
        )
    sides = f"Control {control.name!r} and candidate {candidate.name!r}"
    flask = find_flask(control.app)
    if flask is not None and flask is find_flask(candidate.app):
        raise ParityError(
            f"{sides} are the same object, {flask!r}, so nothing can differ. Compare two"
            " applications."
        )
    maker, other = (_maker(side.name, backends[side.name]) for side in (control, candidate))
    if maker is not None and maker == other:
        raise ParityError(
            f"{sides} are the same application, as {backends[control.name].wsgi!r} makes both, so"
            " nothing can differ. Compare two applications; if it is meant, give one of them a"
            " function of its own."
        )


def _maker(name: str, backend: Backend) -> Any:
    """Give the function that makes a backend's application, if one does."""
    if not backend.wsgi.endswith("()"):
        return None
    return load_attribute(f"Backend {name!r}", backend.wsgi.removesuffix("()"))
