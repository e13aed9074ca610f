"""The messages of a conversation as they come, for the other windows that show it."""

import time
from collections.abc import Iterator

from modern import sse
from modern.auth.service import AuthService
from modern.conversation.schemas import MessageItem
from modern.conversation.service import ConversationService
from modern.services import provide
from shared_models import Message
from shared_models.db import db
from shared_models.settings import SharedSettings

RETRY_MS = 1000
NAMES = {"streaming": "start", "complete": "done", "failed": "error"}


def watching(
    token: str, conversation_id: int, seq: int | None, settings: SharedSettings
) -> Iterator[bytes]:
    """Events for the messages after a `seq`, or from now on, until it is time to connect again.

    It also ends when the login does. No connection to the database is held between two looks.
    """
    news = _News(conversation_id, seq)
    yield sse.retry(RETRY_MS)
    yield sse.comment("connected")
    began = spoke = time.monotonic()
    while True:
        now = time.monotonic()
        found = _look(token, news)
        if found is None:
            return
        yield from found
        if found:
            spoke = now
        elif now - spoke >= settings.events_heartbeat.total_seconds():
            spoke = now
            yield sse.comment("heartbeat")
        if now - began >= settings.events_longest.total_seconds():
            return
        time.sleep(settings.events_poll.total_seconds())


def _look(token: str, news: "_News") -> list[bytes] | None:
    """What is new, or None for somebody who may not know it any more."""
    try:
        login = provide(AuthService).resolve_session(token)
        return None if login is None else news.look(provide(ConversationService))
    finally:
        db.session.remove()


class _News:
    """Remembers what was told already."""

    def __init__(self, conversation_id: int, seq: int | None) -> None:
        self._conversation_id = conversation_id
        self._seq = seq
        self._begun: set[int] = set()

    def look(self, service: ConversationService) -> list[bytes]:
        """The events for what is new; an unfinished message holds back those after it."""
        found = service.events_since(self._conversation_id, self._seq)
        if self._seq is None:
            newest = found[0] if found else None
            # One that is being written is news once it is done.
            self._seq = newest.seq - (newest.state == "streaming") if newest else 0
            return []
        events: list[bytes] = []
        for message in found:
            if message.state == "streaming":
                return events + self._begin(message)
            self._seq = message.seq
            events.append(self._event(message))
        return events

    def _begin(self, message: Message) -> list[bytes]:
        if message.id in self._begun:
            return []
        self._begun.add(message.id)
        return [self._event(message)]

    def _event(self, message: Message) -> bytes:
        item = MessageItem.of(message).model_dump(mode="json")
        return sse.event(NAMES[message.state], item, str(self._seq))
