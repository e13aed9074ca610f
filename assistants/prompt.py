"""What a language model is told: its task, the files, the conversation so far, the question."""

from collections.abc import Iterator

from assistants.port import AttachedFile, Context, PastMessage
from assistants.reading import UnreadableError, read_text

PROMPT = "You answer in a conversation workspace. Use simple Markdown. Today is {today}."
"""What it is told first, if the config has no `prompt`."""
MOST_HISTORY = 24_000
"""How many characters of earlier messages are sent; the newest come first."""
MOST_FILES = 48_000
"""How many characters of files are sent; the newest come first."""

Message = dict[str, str]


def messages(context: Context) -> list[Message]:
    """The messages of a chat completion."""
    prompt = context.config.get("prompt")
    told = prompt if isinstance(prompt, str) else PROMPT
    told = told.replace("{today}", context.clock().date().isoformat())
    parts = [told, *_files(context.files)]
    return [
        {"role": "system", "content": "\n\n".join(parts)},
        *_history(context),
        {"role": "user", "content": context.text},
    ]


def _files(files: tuple[AttachedFile, ...]) -> list[str]:
    found: list[str] = []
    left = MOST_FILES
    for file in reversed(files):
        if not file.content_type.startswith("text/") or left <= 0:
            continue
        try:
            text = read_text(file)[:left]
        except UnreadableError:
            continue
        left -= len(text)
        found.append(f"The attached file “{file.name}”:\n\n{text}")
    return found[::-1]


def _history(context: Context) -> list[Message]:
    told = [message for message in context.past if message.sender != "system"]
    return [{"role": m.sender, "content": m.body} for m in _newest(told)][::-1]


def _newest(told: list[PastMessage]) -> Iterator[PastMessage]:
    left = MOST_HISTORY
    for message in reversed(told):
        left -= len(message.body)
        if left < 0:
            return
        yield message
