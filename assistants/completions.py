"""The responder `openai`: asks a language model over the network, by the API that most offer.

It is off until the operator allows a host (see `endpoint.py`) and an administrator makes an
assistant of it: `{"responder": "openai", "base_url": "https://…/v1", "model": "…"}`. What is
written to such an assistant, with the conversation and its text files, leaves this machine.
"""

import json
import logging
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from assistants import config
from assistants.endpoint import Endpoint, endpoint
from assistants.port import Context, Events, ResponderError
from assistants.prompt import messages
from assistants.sse import payloads

SILENCE = 30
"""For how many seconds nothing may come, if the config has no `timeout`."""
WHOLE = 120
"""How many seconds an answer may take, if the config has no `total_timeout`."""
CONNECT = 5
MOST_BYTES = 4_000_000

CUT = "*The answer was cut here, since it became too long for the service.*"

_log = logging.getLogger(__name__)


class Completions:
    """Streams the answer of a chat completion."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environ = environ
        self._monotonic = monotonic

    def reply(self, context: Context) -> Events:
        """The answer as it comes; ResponderError at once, or where it breaks off."""
        service = endpoint(context, self._environ)
        silence = config.number(context, "timeout", SILENCE, 1, 600)
        deadline = self._monotonic() + config.number(context, "total_timeout", WHOLE, 1, 3600)
        with _in_words(service), _asked(service, _request(context), silence) as response:
            chunks = self._in_bounds(response, service, deadline)
            for piece in _storable(_pieces(payloads(chunks), service)):
                yield from context.say(piece)

    def _in_bounds(
        self, response: httpx.Response, service: Endpoint, deadline: float
    ) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MOST_BYTES:
                raise _failure("refused", service, "sent more than an answer may have")
            if self._monotonic() > deadline:
                raise _failure("timeout", service, "took too long")
            yield chunk


def _request(context: Context) -> dict[str, Any]:
    request = {
        "model": config.text(context, "model"),
        "stream": True,
        "messages": messages(context),
    }
    if "temperature" in context.config:
        request["temperature"] = config.number(context, "temperature", 0, 0, 2)
    return request


@contextmanager
def _asked(service: Endpoint, request: dict[str, Any], silence: float) -> Iterator[httpx.Response]:
    """The response to a request, checked; its connection is closed in the end."""
    with (
        httpx.Client(
            timeout=httpx.Timeout(silence, connect=CONNECT),
            # No proxy and no .netrc: only the allowed host gets to see anything.
            trust_env=False,
            # The system's certificates, so that an operator can add the one of a house.
            verify=ssl.create_default_context(),
        ) as client,
        client.stream(
            "POST",
            service.url,
            # Python's own JSON escapes what UTF-8 can't carry; httpx would fail on it.
            content=json.dumps(request).encode(),
            headers={
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                **service.headers,
            },
        ) as response,
    ):
        _check(response, service)
        yield response


def _check(response: httpx.Response, service: Endpoint) -> None:
    status = response.status_code
    if status in {401, 403}:
        raise _failure("misconfigured", service, "did not accept the key")
    if status == 404:
        raise _failure("misconfigured", service, "does not know the model or the address")
    if status == 429:
        raise _failure("refused", service, "is busy, or its quota is used up; try again later")
    if 400 <= status < 500:
        raise _failure("refused", service, f"refused the question with status {status}")
    if status != 200:
        raise _failure("unavailable", service, f"answered with status {status}")
    content_type = response.headers.get("Content-Type", "").partition(";")[0]
    if content_type.strip().lower() != "text/event-stream":
        raise _failure("unavailable", service, "did not answer with a stream of events")


def _pieces(events: Iterator[str], service: Endpoint) -> Iterator[str]:
    """The pieces of the answer's text."""
    has_text = False
    for event in events:
        if event.strip() == "[DONE]":
            break
        text, reason = _read(event, service) if event.strip() else ("", None)
        has_text |= bool(text.strip())
        yield text
        if reason == "length":
            yield f"\n\n{CUT}"
        elif reason == "content_filter":
            raise _failure("refused", service, "withheld the answer")
        if reason:
            break
    else:
        raise _failure("unavailable", service, "broke off")
    if not has_text:
        raise _failure("unavailable", service, "gave an empty answer")


def _read(event: str, service: Endpoint) -> tuple[str, str | None]:
    """The text of an event, and why the answer ends with it, if it does."""
    try:
        data = json.loads(event)
        if "error" in data:
            raise _failure("unavailable", service, "reported a fault of its own")
        # A last event may tell of the usage and hold no choice.
        choice = data["choices"][0] if data["choices"] else {"delta": {}}
        text, reason = choice["delta"].get("content") or "", choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _failure("unavailable", service, "sent what is no answer") from error
    if not isinstance(text, str) or not isinstance(reason, str | None):
        raise _failure("unavailable", service, "sent what is no answer")
    return text, reason


def _storable(pieces: Iterator[str]) -> Iterator[str]:
    """The same text without what no database stores: NUL, and halves of surrogate pairs.

    JSON may carry the two halves of one character in two events.
    """
    held = ""
    for piece in pieces:
        text = held + piece
        held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        yield _whole(text.removesuffix(held))
    yield _whole(held)


def _whole(text: str) -> str:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


@contextmanager
def _in_words(service: Endpoint) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise _failure("timeout", service, "did not answer in time") from error
    except httpx.HTTPError as error:
        raise _failure("unavailable", service, "can't be reached, or broke off") from error


def _failure(code: str, service: Endpoint, what: str) -> ResponderError:
    _log.warning("The assistants' service %s %s (%s).", service.host, what, code)
    return ResponderError(code, f"The service {service.host} {what}.")
