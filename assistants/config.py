"""Numbers from an assistant's config, which administrators write."""

from assistants.port import Context, ResponderError


def number(context: Context, name: str, default: float, low: float, high: float) -> float:
    """A number of the assistant's config; ResponderError if it is none, or out of range."""
    value = context.config.get(name, default)
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise misconfigured(
        context, f"its config has {name}: {value!r}, which must be a number from {low} to {high}."
    )


def text(context: Context, name: str) -> str:
    """A text that the assistant's config must have; ResponderError without it."""
    value = context.config.get(name)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise misconfigured(context, f"its config has {name}: {value!r}, which must be a text.")


def misconfigured(context: Context, why: str) -> ResponderError:
    """The failure of an assistant whose administrator has something to mend."""
    return ResponderError(
        "misconfigured", f"The assistant “{context.assistant_key}” can't answer: {why}"
    )
