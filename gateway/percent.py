"""A split in percent, as tables, histories and people say it."""

from __future__ import annotations

from gateway.table import COHORTS, Split

Said = str | dict[str, int | float]
"""Who answers, as the table says it: a backend's name, or weights in percent."""


def percent(share: int) -> int | float:
    """Return a share of the cohorts in percent; it has two decimals at most."""
    whole, rest = divmod(share, COHORTS // 100)
    return share * 100 / COHORTS if rest else whole


def said(split: Split) -> Said:
    """Return a split as the table says it."""
    if len(split.shares) == 1:
        return next(iter(split.shares))
    return {name: percent(share) for name, share in split.shares.items()}


def shown(to: Said) -> str:
    """Return who answers, for a person to read."""
    if isinstance(to, str):
        return to
    return ", ".join(f"{name} {weight:g}%" for name, weight in to.items())
