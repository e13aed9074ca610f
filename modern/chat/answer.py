"""An answer as a stream: begun, written piece by piece, and brought to one end or another.

`start`, what the responder says, `done`; or `error` in its place. Whatever happens, the message
does not stay `streaming`: a responder that fails and a reader who goes away both end it.
"""

import logging
from collections.abc import Iterator
from typing import Any

from assistants import by_words
from modern import sse
from modern.chat.schemas import StreamEvent
from modern.chat.service import AssistantService
from modern.chat.turn import Draft, Earlier, Turn, started

log = logging.getLogger("modern.chat")

FAILED = {"code": "responder_failed", "message": "The answer could not be finished."}


class Numbered:
    """Numbers the events of one answer: `<seq>.0`, `<seq>.1`, …"""

    def __init__(self, seq: int) -> None:
        self._seq = seq
        self._next = 0

    def event(self, name: str, data: dict[str, Any]) -> bytes:
        """The next event, ready to be sent."""
        said = StreamEvent.model_validate(
            {"id": f"{self._seq}.{self._next}", "event": name, "data": data}
        )
        self._next += 1
        return sse.event(said.event, said.data, said.id)


def live(service: AssistantService, turn: Turn) -> Iterator[bytes]:
    """Write the answer to a turn, and keep it."""
    numbered, draft = Numbered(turn.seq), Draft()
    try:
        yield numbered.event("start", turn.started)
        for said in service.stream_reply(turn, service.build_context(turn)):
            draft.add(said)
            yield numbered.event(said.event, said.data)
        outcome = service.complete_turn(turn, draft)
    except GeneratorExit:  # the reader went away
        service.fail_turn(turn, draft)
        raise
    except Exception:
        # The boundary of a stream that has begun: there is no status left to answer with.
        log.exception("Message %d was not answered to its end", turn.message_id)
        service.fail_turn(turn, draft)
        yield numbered.event("error", FAILED)
    else:
        yield numbered.event("done", outcome.data)


def again(earlier: Earlier) -> Iterator[bytes]:
    """Tell of an answer that was written before; its text may be cut elsewhere than then."""
    answer = earlier.answer
    numbered = Numbered(answer.seq)
    yield numbered.event("start", started(earlier.question, answer))
    for piece in by_words()(answer.body):
        yield numbered.event("delta", {"text": piece})
    if answer.data is not None:
        yield numbered.event("table", answer.data)
    if earlier.outcome is not None:
        yield numbered.event("done", earlier.outcome.data)
    else:
        yield numbered.event("error", FAILED)
