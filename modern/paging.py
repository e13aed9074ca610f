"""A part of a list, as a service hands it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Slice(Generic[ItemT]):
    """Some items of a list that has `total` of them."""

    items: Sequence[ItemT]
    total: int
