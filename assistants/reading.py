"""From the bytes of an attached file to text."""

import codecs

from assistants.port import AttachedFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableError(Exception):
    """A file has no text to read; the message ends a sentence that begins with its name."""


def read_text(file: AttachedFile, most: int | None = None) -> str:
    """The text of a file of up to `most` characters, whatever wrote it; or UnreadableError."""
    try:
        data = file.read()
    except OSError as error:
        raise UnreadableError("can't be opened any more") from error
    text = _decoded(data)
    if "\0" in text:
        raise UnreadableError("is no text")
    if most is not None and len(text) > most:
        raise UnreadableError("is too long to be read here")
    return text


def _decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Nearly every byte means something in it, so it comes last.
        return data.decode("cp1252", "replace")
