"""A part of a list, as a service hands it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


def offset(page: int, per_page: int) -> int:
    """How many items the pages before this one hold."""
    return (page - 1) * per_page


@dataclass(frozen=True)
class Slice(Generic[ItemT]):
    """Some items of a list that has `total` of them."""

    items: Sequence[ItemT]
    total: int
