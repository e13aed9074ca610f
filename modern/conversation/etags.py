"""Entity tags: which version of a conversation a program has seen (RFC 9110 §8.8.3, §13.1)."""

from flask import request

from modern.failures import PreconditionRequired, Stale
from shared_models import Conversation


def etag(conversation: Conversation) -> str:
    """The tag without its quotes."""
    return f"{conversation.id}-{conversation.version}"


def seen_version(conversation: Conversation) -> int | None:
    """The version that If-Match asks for, None without the header; Stale if it is an old one."""
    if "If-Match" not in request.headers:
        return None
    if not request.if_match.contains(etag(conversation)):
        raise Stale
    return conversation.version


def required_version(conversation: Conversation) -> int:
    """The version that If-Match asks for; PreconditionRequired without the header."""
    version = seen_version(conversation)
    if version is None:
        raise PreconditionRequired
    return version
