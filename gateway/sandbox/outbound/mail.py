"""A mail server that takes every message and delivers none, in the place of smtplib's."""

from __future__ import annotations

import email.utils
import smtplib
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.watch import Watch

_FEATURES = b"mail.invalid\n8BITMIME\nSMTPUTF8\nSIZE\nSTARTTLS\nAUTH PLAIN LOGIN"
_REPLIES = {
    "ehlo": (250, _FEATURES),
    "helo": (250, b"mail.invalid"),
    "data": (354, b"Go ahead"),
    "auth": (235, b"Authenticated"),
    "quit": (221, b"Bye"),
}


def install_stand_ins() -> None:
    """Answer for mail servers."""
    for owner in (smtplib.SMTP, smtplib.SMTP_SSL):
        for name, stand_in in _STAND_INS.items():
            if name in vars(owner):
                gate(owner, name, stand_in)


class _Envelope:
    """The conversation on one connection so far."""

    def __init__(self) -> None:
        self.command = ""
        self.addresses: list[str] = []
        self.message = b""


def _envelope(smtp: Any) -> _Envelope:
    return vars(smtp).setdefault("_gateway_envelope", _Envelope())  # type: ignore[no-any-return]


def _connect(_watch: Watch, _original: Any, smtp: Any, *_arguments: Any, **_named: Any) -> Any:
    _envelope(smtp)
    return 220, b"mail.invalid"


def _putcmd(_watch: Watch, _original: Any, smtp: Any, cmd: str, args: str = "") -> None:
    envelope = _envelope(smtp)
    envelope.command = cmd.lower()
    if envelope.command in {"mail", "rset"}:
        envelope.addresses.clear()
    elif envelope.command == "rcpt":
        envelope.addresses.append(email.utils.parseaddr(args.partition(":")[2])[1])


def _send(_watch: Watch, _original: Any, smtp: Any, message: Any) -> None:
    """Take the message, which follows the reply to DATA."""
    data = message.encode("ascii") if isinstance(message, str) else bytes(message)
    _envelope(smtp).message = data.removesuffix(b".\r\n")


def _getreply(watch: Watch, _original: Any, smtp: Any) -> tuple[int, bytes]:
    envelope = _envelope(smtp)
    if envelope.message:
        watch.record("mail", ", ".join(sorted(envelope.addresses)), envelope.message)
        envelope.message = b""
        return 250, b"OK"
    return _REPLIES.get(envelope.command, (250, b"OK"))


def _starttls(_watch: Watch, _original: Any, smtp: Any, *_arguments: Any, **_named: Any) -> Any:
    smtp.ehlo_resp = smtp.helo_resp = None
    return 220, b"Ready"


def _close(_watch: Watch, _original: Any, smtp: Any) -> None:
    vars(smtp).pop("_gateway_envelope", None)


_STAND_INS: dict[str, Callable[..., Any]] = {
    "connect": _connect,
    "putcmd": _putcmd,
    "send": _send,
    "getreply": _getreply,
    "starttls": _starttls,
    "close": _close,
}
