"""What a sandbox raises."""

from __future__ import annotations


class SandboxError(RuntimeError):
    """A sandbox can't be made, or is used in a way that it does not support."""


class EscapeError(SandboxError):
    """Something inside a sandbox would have left it, and was stopped before it happened."""


class ResidueError(SandboxError):
    """A sandbox left something behind, or can't prove that it did not.

    Whatever was learnt in it is invalid.
    """
