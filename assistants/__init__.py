"""Who answers in a conversation: responders, shared by legacy and modern.

`port.py` is the contract between a turn and a responder, `registry.py` finds the responder of an
assistant, and each responder is a module: `guide.py` answers from the help texts that
`handbook.py` reads, `docs.py` quotes the user's own texts, `tables/` calculates with a CSV file,
and `completions.py`, off by default, asks a language model. They know no application, no database
and no Flask; what they may know comes with the Context, so that an answer is the same, event for
event, whoever asks for it.
"""

from assistants.chunking import by_words, paced
from assistants.port import (
    AttachedFile,
    Column,
    Context,
    Delta,
    Events,
    PastMessage,
    Responder,
    ResponderError,
    StreamEvent,
    Table,
)
from assistants.registry import RESPONDERS, responder_of

__all__ = [
    "RESPONDERS",
    "AttachedFile",
    "Column",
    "Context",
    "Delta",
    "Events",
    "PastMessage",
    "Responder",
    "ResponderError",
    "StreamEvent",
    "Table",
    "by_words",
    "paced",
    "responder_of",
]
