"""An assistant together with what one user thinks of it."""

from dataclasses import dataclass

from shared_models import Assistant


@dataclass(frozen=True)
class Choice:
    """An assistant, and whether the user has enrolled with it."""

    assistant: Assistant
    enrolled: bool
