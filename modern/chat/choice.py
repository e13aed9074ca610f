"""An assistant together with what one user thinks of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared_models import Assistant


@dataclass(frozen=True)
class Choice:
    """An assistant, and whether the user has enrolled with it."""

    assistant: Assistant
    enrolled: bool


def enabled(choices: Iterable[Choice]) -> list[Assistant]:
    """Those that a new conversation may be with: the ones somebody enrolled with come first."""
    ready = [choice for choice in choices if choice.assistant.enabled]
    ready.sort(key=lambda choice: not choice.enrolled)
    return [choice.assistant for choice in ready]
