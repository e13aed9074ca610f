"""A part of a list, as a service hands it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

ItemT = TypeVar("ItemT")


def offset(page: int, per_page: int) -> int:
    """How many items the pages before this one hold."""
    return (page - 1) * per_page


def page_query(asked: Mapping[str, str], page: int | None) -> str:
    """The query string that leads to another page of what was asked for, or to no page of it."""
    kept = {name: asked[name] for name in ("q", "status", "sort", "per_page") if asked.get(name)}
    return urlencode(kept if page is None else {**kept, "page": page})


@dataclass(frozen=True)
class Slice(Generic[ItemT]):
    """Some items of a list that has `total` of them."""

    items: Sequence[ItemT]
    total: int
