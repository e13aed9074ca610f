"""Which responder answers for an assistant."""

from collections.abc import Mapping
from typing import Any

from assistants.completions import Completions
from assistants.docs import Docs
from assistants.guide import Guide
from assistants.port import Responder, ResponderError
from assistants.tables.responder import TableResponder

RESPONDERS: dict[str, Responder] = {
    "guide": Guide(),
    "docs": Docs(),
    "table": TableResponder(),
    "openai": Completions(),
}


def responder_of(assistant_key: str, config: Mapping[str, Any]) -> Responder:
    """The responder that the assistant's config names, or else the one of its own key.

    ResponderError (`misconfigured`) if there is no such responder.
    """
    name = config.get("responder", assistant_key)
    if isinstance(name, str) and name in RESPONDERS:
        return RESPONDERS[name]
    raise ResponderError(
        "misconfigured",
        f"The assistant “{assistant_key}” can't answer: its responder {name!r} is unknown. "
        f"Its config must name one of {', '.join(RESPONDERS)}.",
    )
