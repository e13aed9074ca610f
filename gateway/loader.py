"""The text of a routing table → RoutingTable, or TableError with every fault and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from hashlib import blake2b
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from gateway import yamltext
from gateway.collector import no_full_collections
from gateway.table import Backend, OverrideSettings, Route, RoutingTable, Settings
from gateway.ties import ties
from gateway.yamllines import read_lines
from gateway.yamltext import Place, Reading


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a table: where, and what to write instead.

    Line and column count from 1; they are 1 where the fault is the whole file. `route` names the
    route that the fault stands in, if it stands in one.
    """

    file: str
    line: int
    column: int
    route: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return the fault as `gateway check --json` prints it."""
        return asdict(self)


_TOLD = 100
"""How many faults stand in the text of an error, and thus in logs."""

_LONGEST_MESSAGE = 1_000

Placing = Callable[[tuple[str | int, ...], str], Fault]
"""Makes a fault from the keys that lead to a value, and a message."""


class TableError(ValueError):
    """A routing table that can't be used; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        told = [str(fault) for fault in self.faults[:_TOLD]]
        if (more := len(self.faults) - len(told)) > 0:
            told.append(f"And {more:,} more faults.")
        super().__init__("\n".join(told))


def load_table(path: str | PathLike[str]) -> RoutingTable:
    """Read a routing table from a file. Raises TableError with every fault that it has."""
    return parse_table(read_bytes(path), fspath(path))


def read_bytes(path: str | PathLike[str]) -> bytes:
    """Return the content of the table's file. Raises TableError where it can't be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        message = (
            f"There is no routing table {fspath(path)!r}. Give its place with --table or"
            " GATEWAY_TABLE, or write one: it needs 'backends' and 'default'."
        )
        raise TableError([_whole_file(fspath(path), message)]) from error
    except OSError as error:
        message = f"The routing table can't be read: {error.strerror or error}."
        raise TableError([_whole_file(fspath(path), message)]) from error


def placing(content: bytes, file: str) -> Placing:
    """Return what makes a fault at the place of one value of a table that can be read."""
    reading = _read(content, file)
    return lambda path, message: _fault(reading, file, path, message)


def revision_of(content: bytes) -> str:
    """Return the revision of a table: a digest of the file's content, 12 hexadecimal digits."""
    return blake2b(content, digest_size=6).hexdigest()


def parse_table(content: bytes, file: str) -> RoutingTable:
    """Read a routing table from bytes; `file` is the name that faults carry."""
    with no_full_collections:
        return _good_table(content) or _judged_table(content, file)


def _good_table(content: bytes) -> RoutingTable | None:
    """Return a table that is without fault and in the common layout, fast; None for any other."""
    data = _data_in_lines(content)
    if data is None:
        return None
    try:
        table = RoutingTable.model_validate(data, context=_context(data))
    except ValidationError:
        return None
    return None if ties(table.routes.values()) else table


def _data_in_lines(content: bytes) -> dict[str, Any] | None:
    if len(content) > yamltext.MAX_BYTES:
        return None
    try:
        return read_lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _judged_table(content: bytes, file: str) -> RoutingTable:
    """Read a table with the place of each value. Raises TableError with every fault."""
    reading = _read(content, file)
    table, faults = _validate(reading, file)
    faults += [_fault(reading, file, f.path, f.message, f.place) for f in reading.flaws]
    if faults or table is None:
        raise TableError(faults)
    return table


def _read(content: bytes, file: str) -> Reading:
    if len(content) > yamltext.MAX_BYTES:
        limit = yamltext.MAX_BYTES // 2**20
        raise TableError([_whole_file(file, f"The file is larger than {limit} MiB.")])
    try:
        reading = yamltext.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message = f"The byte 0x{content[error.start]:02x} is not UTF-8. Save the file as UTF-8."
        raise TableError([Fault(file, line, column, None, message)]) from error
    except yamltext.UnreadableError as error:
        place = error.place
        raise TableError([Fault(file, place.line, place.column, None, str(error))]) from error
    if reading.value is None:
        raise TableError(
            [_whole_file(file, "The file is empty. A table needs 'backends' and 'default'.")]
        )
    if not isinstance(reading.value, dict):
        kind = "a list" if isinstance(reading.value, list) else "a single value"
        message = f"The file holds {kind}. A table is a mapping with 'backends' and 'default'."
        raise TableError([_whole_file(file, message)])
    return reading


def _validate(reading: Reading, file: str) -> tuple[RoutingTable | None, list[Fault]]:
    data = reading.value
    context = _context(data)
    try:
        table = RoutingTable.model_validate(data, context=context)
    except ValidationError as error:
        faults = [_described(reading, file, d) for d in error.errors(include_url=False)]
        routes = _sound_routes(data.get("routes"), context)
        return None, faults + list(_tie_faults(routes, reading, file))
    return table, list(_tie_faults(table.routes.values(), reading, file))


def _context(data: dict[str, Any]) -> dict[str, Any]:
    backends = data.get("backends")
    return {"backends": list(backends) if isinstance(backends, dict) else None}


def _sound_routes(routes: Any, context: dict[str, Any]) -> Iterator[Route]:
    """Yield the routes that have no fault of their own, so that their ties are told as well."""
    for name, route in routes.items() if isinstance(routes, dict) else ():
        with suppress(ValidationError, PydanticCustomError):  # the second for a name that is none
            yield Route.model_validate(route, context=context).named(name)


def _in_route(loc: tuple[str | int, ...]) -> bool:
    return len(loc) > 1 and loc[0] == "routes"


def _tie_faults(routes: Iterable[Route], reading: Reading, file: str) -> Iterator[Fault]:
    for tie in ties(routes):
        line = reading.place(("routes", tie.other)).line
        message = f"Route {tie.route!r} ties with route {tie.other!r} on line {line}: {tie.reason}"
        yield _fault(reading, file, ("routes", tie.route), message)


_MODELS: dict[int, dict[str, type[BaseModel]]] = {
    1: {"settings": Settings},
    2: {"backends": Backend, "routes": Route, "settings": OverrideSettings},
}


def _keys_at(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a mapping at this path may have."""
    model = _MODELS.get(len(path), {}).get(str(path[0])) if path else RoutingTable
    return list(model.model_fields) if model else []


def _described(reading: Reading, file: str, detail: Any) -> Fault:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    return _fault(reading, file, path, _sentence(path, detail))


def _sentence(path: tuple[str | int, ...], detail: Any) -> str:
    key, value, kind = path[-1] if path else "", detail["input"], detail["type"]
    where = f"Route {path[1]!r}: " if _in_route(path) else ""
    if kind == "table":
        return f"{where}{detail['msg']}"
    if kind == "extra_forbidden":
        known = _keys_at(path[:-1])
        near = get_close_matches(str(key), known, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."
        return f"{where}The key {key!r} is not known here. {advice}"
    if kind == "missing":
        return f"{where or 'The table: '}the key {key!r} is missing. {_EXAMPLES.get(str(key), '')}"
    if kind == "too_short":
        return f"{where}{key!r} is empty. {_EXAMPLES.get(str(key), 'Give at least one entry.')}"
    expected = _EXPECTED.get(kind, detail["msg"].lower())
    return f"{where}{key!r} is {value!r}. Write {expected}."


_EXAMPLES = {
    "backends": "Write, for example, 'backends: {legacy: legacy.app:app}'.",
    "default": "Write the name of the backend that answers what no route names.",
    "to": "Write who answers: 'to: legacy'.",
    "wsgi": "Write 'wsgi: module:attribute'.",
}
_EXPECTED = {
    "string_type": "text (put it in quotes if it looks like a number)",
    "bool_type": "true or false",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping with the keys of this entry",
    "frozen_set_type": "a list",
    "list_type": "a list",
}


def _fault(
    reading: Reading,
    file: str,
    path: tuple[str | int, ...],
    message: str,
    place: Place | None = None,
) -> Fault:
    place = place or reading.place(path)
    route = str(path[1]) if _in_route(path) else None
    if len(message) > _LONGEST_MESSAGE:  # somebody's value is
        half = _LONGEST_MESSAGE // 2
        message = f"{message[:half]} […] {message[-half:]}"
    return Fault(file, place.line, place.column, route, message)


def _whole_file(file: str, message: str) -> Fault:
    return Fault(file, 1, 1, None, message)
