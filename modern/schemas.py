"""The schemas, and the types of fields, that every feature uses."""

import re
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic_core import PydanticCustomError

ItemT = TypeVar("ItemT")

LARGEST_ID = 2**63 - 1
# NUL is refused by PostgreSQL, a lone surrogate by every UTF-8 encoder.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(value: str) -> str:
    if UNSTORABLE.search(value):
        raise PydanticCustomError("unstorable", "This text has characters that can't be stored.")
    return value


def _digits(value: object) -> object:
    # int() takes " 1", "+1" and "1_000" too; a query string should have one spelling.
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticCustomError("digits", "Write a whole number in digits.")
    return value


Storable = Annotated[str, AfterValidator(_storable)]
Number = Annotated[int, BeforeValidator(_digits)]
RowId = Annotated[Number, Field(ge=1, le=LARGEST_ID)]
PageNumber = Annotated[Number, Field(ge=1, le=10_000)]
PageSize = Annotated[Number, Field(ge=1, le=100)]


class Query(BaseModel):
    """The base of what a query string says; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Body(BaseModel):
    """The base of what a JSON body says; unknown fields and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PageQuery(Query):
    """Which page of a list is wanted."""

    page: PageNumber = 1
    per_page: PageSize = 20


EVERYTHING = PageQuery(per_page=100)
"""The page for lists that are never long."""


class Sparse(BaseModel):
    """The base of answers that leave out the members that nobody set."""

    @model_serializer(mode="wrap")
    def _leave_out_unset(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {k: v for k, v in handler(self).items() if k in self.model_fields_set}


class Page(Sparse, Generic[ItemT]):
    """One page of a list, either numbered or continued by a cursor."""

    items: list[ItemT]
    next_cursor: str | None = None
    page: int | None = None
    per_page: int | None = None
    total: int | None = None


class Ack(Sparse):
    """Something was done, and there is nothing else to show for it."""

    success: bool
    message: str
    id: int | None = None
    count: int | None = None


class FieldError(BaseModel):
    """One field that is not right, as a Problem tells it."""

    model_config = ConfigDict(from_attributes=True)

    loc: tuple[str | int, ...]
    msg: str
    type: str


class Problem(BaseModel):
    """An error as RFC 9457 writes it, with the members `code`, `request_id` and `errors`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = []
