"""From a file to what can be replayed or written: read, select, plan, and say what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.parity.har.archive import read_archive
from gateway.parity.har.plan import plan
from gateway.parity.har.secrets import known_secrets
from gateway.parity.har.selection import select
from gateway.parity.har.template import template_of, with_uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gateway.parity.har.archive import Archive, Entry
    from gateway.parity.har.plan import Step


@dataclass(frozen=True)
class Session:
    """A recorded session of one application, ready to be sent again.

    `secrets` are all that the recording holds, left out exchanges included: value → name.
    """

    origin: str
    steps: tuple[Step, ...]
    left_out: Mapping[str, int]
    pages: Mapping[str, str]
    notes: tuple[str, ...]
    file: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)


def read_session(
    file: str | Path,
    *,
    origin: str | None = None,
    assets: bool = False,
    streams: bool = False,
    uploads: Mapping[str, Path | str] | None = None,
) -> Session:
    """Read a HAR file; `uploads` are what uploads sent, by the name of the field.

    Raises HarError for what can't be replayed.
    """
    archive = read_archive(file)
    selection = select(archive, origin=origin, assets=assets, streams=streams)
    entries = [completed(entry, uploads or {}) for entry in selection.entries]
    steps = tuple(plan(entries))
    notes = tuple(_notes(archive, entries))
    if uploads and entries == list(selection.entries):
        notes += (f"No upload lacks its content, so --upload {', '.join(uploads)} is not used.",)
    return Session(
        selection.origin,
        steps,
        selection.left_out,
        archive.pages,
        notes,
        Path(file).name,
        known_secrets(archive.entries),
    )


def _notes(archive: Archive, entries: Iterable[Entry]) -> Iterator[str]:
    if all(not entry.response.body for entry in archive.entries):
        yield (
            "The recording has no response bodies, so ids that they gave are sent as recorded, and"
            " CSRF tokens are looked for on each side's latest page. Export with content to do"
            " better."
        )
    for entry in entries:
        for fault in entry.faults:
            yield (
                f"{entry.request.method} {entry.request.target}: {fault}. Give them with --upload"
                " FIELD=@FILE, and the fields beside them with --upload FIELD=VALUE."
            )


def completed(entry: Entry, uploads: Mapping[str, Path | str]) -> Entry:
    """Put fields and files into an upload whose content the recording leaves out."""
    if not entry.faults or not uploads:
        return entry
    template = template_of(entry.request)
    files = [given for given in uploads.values() if isinstance(given, Path)]
    if template.boundary:
        body = with_uploads(template, uploads)
    elif len(files) == 1:  # a body that is nothing but the file
        body = files[0].read_bytes()
    else:
        return entry
    return replace(entry, request=replace(entry.request, body=body), faults=())
