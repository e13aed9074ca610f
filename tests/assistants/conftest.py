"""Questions, and what came of them."""

from datetime import UTC, datetime

from assistants import AttachedFile, Context, Delta, PastMessage, Table, by_words, responder_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def context(text, *, key="guide", config=None, past=(), files=(), chunk=None):
    return Context(
        text=text,
        chunk=chunk or by_words(),
        clock=lambda: NOW,
        assistant_key=key,
        config=config or {},
        past=tuple(PastMessage(sender, body) for sender, body in past),
        files=tuple(files),
    )


def file(name, content, content_type="text/plain"):
    data = content.encode() if isinstance(content, str) else content
    return AttachedFile(name, content_type, lambda: data)


def events(text, **parts):
    asked = context(text, **parts)
    return list(responder_of(asked.assistant_key, asked.config).reply(asked))


def answer(text, **parts):
    return body(events(text, **parts))


def body(said):
    return "".join(event.text for event in said if isinstance(event, Delta))


def tables(said):
    return [event for event in said if isinstance(event, Table)]
