"""The routing table as frozen data; it knows nothing of files, WSGI or applications.

`RoutingTable.model_validate(data, context={"backends": names})` checks everything that can be
said of one value in its place; the loader gives the faults their lines, the matcher finds the
routes that tie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from gateway.rules import Rule, RuleError, parse_path, parse_prefix

COHORTS = 10_000
"""How many cohorts there are: a weight in percent has two decimals."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WSGI = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\(\))?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_HEADER_VALUE = re.compile(r"([!-~\x80-\xff]([\t -~\x80-\xff]*[!-~\x80-\xff])?)?")
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?(:\d+)?|\[[0-9a-f:.]+\](:\d+)?")


# What editors are told of the short forms (`gateway schema`).
_NAMES: dict[str, Any] = {"propertyNames": {"pattern": f"^{_NAME.pattern}$"}}
_CALLABLE = {"type": "string", "pattern": f"^{_WSGI.pattern}$"}
_ONE_PLACE: dict[str, Any] = {"oneOf": [{"required": ["path"]}, {"required": ["prefix"]}]}
_TO: dict[str, Any] = {
    "description": "Who answers: a backend, or a split in percent.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 100},
            "minProperties": 1,
        },
    ],
}
_METHODS: dict[str, Any] = {
    "description": "The methods that match; left out: all.",
    "type": ["array", "null"],
    "items": {"type": "string", "pattern": "^[^a-z]+$", "examples": list(METHODS)},
    "minItems": 1,
}
_SALT: dict[str, Any] = {"type": ["string", "integer"], "default": ""}


def fault(sentence: str) -> PydanticCustomError:
    """A fault whose message is a finished sentence."""
    # Pydantic formats the template with the context, so the sentence travels inside that.
    return PydanticCustomError("table", "{sentence}", {"sentence": sentence})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _name(kind: str, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise fault(
            f"{value!r} can't be the name of a {kind}. Names start with a letter or a digit and"
            " go on with letters, digits, '_', '-' and '.'."
        )
    return value


class Backend(_Frozen):
    """An application that can answer: `module:attribute`, or `module:factory()`."""

    wsgi: str

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [_CALLABLE, handler(core_schema)]}

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"wsgi": value} if isinstance(value, str) else value

    @field_validator("wsgi")
    @classmethod
    def _names_a_callable(cls, value: str) -> str:
        if not _WSGI.fullmatch(value):
            raise fault(
                f"{value!r} does not name an application. Write 'module:attribute', or"
                " 'module:factory()' for what a function makes."
            )
        return value


class Split(_Frozen):
    """Who answers a route: the cohorts out of 10,000 that each backend gets, in file order."""

    shares: dict[str, int]

    @cached_property
    def only(self) -> str | None:
        """The backend that answers every request of the route, if there is just one."""
        serving = [name for name, share in self.shares.items() if share]
        return serving[0] if len(serving) == 1 else None


def _cohorts(backend: str, percent: Any) -> int:
    share = _share(percent)
    if share is None:
        raise fault(
            f"The weight of {backend!r} is {percent!r}. Weights are percentages from 0 to 100 with"
            " at most two decimals."
        )
    return share


def _share(percent: Any) -> int | None:
    if type(percent) not in {int, float} or not 0 <= percent <= 100:
        return None
    share = percent * 100 if type(percent) is int else Decimal(str(percent)) * 100
    return int(share) if share == int(share) else None


# What many routes say is made once, so that the garbage collector has less to walk over.
@lru_cache
def _shared_split(*shares: tuple[str, int]) -> Split:
    return Split(shares=dict(shares))


@lru_cache
def _shared_methods(*methods: str) -> frozenset[str]:
    return frozenset(methods)


def _split(value: Any, info: ValidationInfo) -> Split:
    split = _shared_split((value, COHORTS)) if isinstance(value, str) else _split_of_weights(value)
    for name in split.shares:
        _known_backend(name, info)
    return split


def _split_of_weights(value: Any) -> Split:
    if not isinstance(value, Mapping) or not value:
        raise fault(
            f"{value!r} does not say who answers. Write a backend's name, or a split in percent"
            " such as {legacy: 90, modern: 10}."
        )
    shares = {str(name): _cohorts(str(name), percent) for name, percent in value.items()}
    if sum(shares.values()) != COHORTS:
        total = Decimal(sum(shares.values())) / 100
        raise fault(f"The weights add up to {total.normalize():f}. Change them to add up to 100.")
    return _shared_split(*shares.items())


def _known_backend(name: str, info: ValidationInfo) -> None:
    known = (info.context or {}).get("backends")
    if known is not None and name not in known:
        raise fault(f"There is no backend {name!r}. The table names {_listing(known)}.")


def _listing(names: Any) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _methods(value: Any) -> frozenset[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        raise fault(f"methods is {value!r}. Write a list, such as [{value.upper()}].")
    if not isinstance(value, list | frozenset):
        raise fault(f"methods is {value!r}. Write a list.")
    if not value:
        raise fault("methods is empty. Leave the line out to match every method.")
    for method in value:
        if not isinstance(method, str) or not _TOKEN.fullmatch(method):
            raise fault(f"{method!r} is not a method. Known ones are {', '.join(METHODS)}.")
        if method.upper() != method:
            raise fault(f"The method {method!r} is written {method.upper()!r}.")
    return _shared_methods(*value)


class Route(_Frozen):
    """Which requests, and who answers them. `path` or `prefix`, never both."""

    model_config = ConfigDict(json_schema_extra=_ONE_PLACE)

    path: str | None = None
    prefix: str | None = None
    methods: Annotated[
        frozenset[str] | None, PlainValidator(_methods), WithJsonSchema(_METHODS)
    ] = None
    host: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    query: dict[str, str] = Field(default_factory=dict)
    to: Annotated[Split, PlainValidator(_split), WithJsonSchema(_TO)]
    sticky: str = "cookie"

    @cached_property
    def name(self) -> str:
        """The key under which the table holds this route."""
        return ""

    @cached_property
    def rule(self) -> Rule:
        """The path or prefix, parsed."""
        return self._parse()

    def named(self, name: str) -> Self:
        """Give the route the name that it has in a table; returns the route."""
        # Beside the fields: a private attribute would cost every route a dictionary of its own.
        self.__dict__["name"] = _name("route", name)
        return self

    @field_validator("path")
    @classmethod
    def _is_a_rule(cls, value: str | None) -> str | None:
        return _parsed(parse_path, value)

    @field_validator("prefix")
    @classmethod
    def _is_a_prefix(cls, value: str | None) -> str | None:
        return _parsed(parse_prefix, value)

    @field_validator("host")
    @classmethod
    def _is_a_host(cls, value: str | None) -> str | None:
        if value is None or _HOST.fullmatch(value.lower()):
            return value and value.lower()
        raise fault(
            f"{value!r} is not a host. Write a name such as 'www.example.org', or"
            " '*.example.org' for every name below it."
        )

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: dict[str, str]) -> dict[str, str]:
        spellings: dict[str, str] = {}
        for name, text in value.items():
            if not _TOKEN.fullmatch(name):
                raise fault(f"{name!r} can't be the name of a header.")
            if not _HEADER_VALUE.fullmatch(text):
                raise fault(
                    f"The header {name!r} can never be {text!r}: a value is Latin-1, without blanks"
                    " around it and without control characters."
                )
            first = spellings.setdefault(name.upper().replace("-", "_"), name)
            if first != name:
                raise fault(f"{first!r} and {name!r} are one header. Ask for it once.")
        return value

    @field_validator("sticky")
    @classmethod
    def _is_a_subject(cls, value: str) -> str:
        kind, _, header = value.partition(":")
        if value in {"cookie", "address"} or (kind == "header" and _TOKEN.fullmatch(header)):
            return value
        raise fault(f"{value!r} is no subject of a split. Write cookie, address or header:NAME.")

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if (self.path is None) == (self.prefix is None):
            raise fault("A route has either a path or a prefix: write one of the two.")
        # Now, while the parser remembers it from the check; and where `rule` would keep it, since
        # a cached_property takes a lock.
        self.__dict__["rule"] = self._parse()
        return self

    def _parse(self) -> Rule:
        return parse_prefix(self.prefix or "/") if self.path is None else parse_path(self.path)


def _parsed(parse: Any, value: str | None) -> str | None:
    if value is not None:
        try:
            parse(value)
        except RuleError as error:
            raise fault(str(error)) from error
    return value


class OverrideSettings(_Frozen):
    """Where a tester's signed wish to see one backend may stand."""

    cookie: str | None = None
    header: str | None = None

    @field_validator("cookie", "header")
    @classmethod
    def _is_a_token(cls, value: str | None) -> str | None:
        if value is not None and not _TOKEN.fullmatch(value):
            raise fault(f"{value!r} can't be the name of a cookie or a header.")
        return value


class Settings(_Frozen):
    """What holds for the whole table."""

    salt: Annotated[str, WithJsonSchema(_SALT)] = ""
    override: OverrideSettings = OverrideSettings()
    headers: bool = True

    @model_validator(mode="before")
    @classmethod
    def _number_as_salt(cls, value: Any) -> Any:
        # salt: 2026 is a number to YAML and a word to whoever wrote it.
        if isinstance(value, dict) and type(value.get("salt")) is int:
            return {**value, "salt": str(value["salt"])}
        return value


class RoutingTable(_Frozen):
    """The validated content of `routing_table.yaml`."""

    backends: dict[str, Backend] = Field(min_length=1, json_schema_extra=_NAMES)
    default: str
    database: str | None = None
    routes: dict[str, Route] = Field(default_factory=dict, json_schema_extra=_NAMES)
    settings: Settings = Settings()

    @field_validator("backends")
    @classmethod
    def _backend_names(cls, value: dict[str, Backend]) -> dict[str, Backend]:
        for name in value:
            _name("backend", name)
        return value

    @field_validator("default")
    @classmethod
    def _default_is_known(cls, value: str, info: ValidationInfo) -> str:
        _known_backend(value, info)
        return value

    @field_validator("database")
    @classmethod
    def _database_is_an_attribute(cls, value: str | None) -> str | None:
        if value is not None and (not _WSGI.fullmatch(value) or value.endswith(")")):
            raise fault(f"{value!r} does not name a database object. Write 'module:attribute'.")
        return value

    @field_validator("routes")
    @classmethod
    def _name_routes(cls, value: dict[str, Route]) -> dict[str, Route]:
        for name, route in value.items():
            route.named(name)
        return value


Reason = Literal["route", "split", "override", "default"]
