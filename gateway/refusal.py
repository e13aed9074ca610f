"""What a user asked for and can't have."""

from __future__ import annotations


class RefusalError(RuntimeError):
    """Something that is not done, and why; the message is a full sentence."""
