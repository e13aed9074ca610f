"""Uploaded files: which kinds are taken, how they are told apart, and where they are kept."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from modern.failures import Fault, Invalid, TooLarge, UnsupportedType

NAME_LENGTH = 255
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
BY_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}
BY_ENDING = {".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv"}


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent: what it is called, what it is, and its bytes."""

    name: str
    content_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return sha256(self.content).hexdigest()


def read_upload(name: str, source: IO[bytes], limit: int) -> Upload:
    """Read a file. Raises Invalid for none or an empty one, TooLarge, or UnsupportedType."""
    if not name:
        raise Invalid([Fault(("file",), "Choose a file.", "file_missing")])
    content = source.read(limit + 1)
    if not content:
        raise Invalid([Fault(("file",), "This file is empty.", "file_empty")])
    if len(content) > limit:
        raise TooLarge(limit)
    plain = plain_name(name)
    return Upload(plain, content_type_of(plain, content), content)


def plain_name(name: str) -> str:
    """The name without folders and control characters, cut to what can be stored."""
    base = re.split(r"[/\\]", name)[-1]
    return CONTROL.sub("", base)[-NAME_LENGTH:] or "file"


def content_type_of(name: str, content: bytes) -> str:
    """What the bytes are, whatever the sender calls them; UnsupportedType for all else."""
    for magic, content_type in BY_MAGIC.items():
        if content.startswith(magic):
            return content_type
    by_ending = BY_ENDING.get(Path(name).suffix.lower())
    if by_ending is None or not _is_text(content):
        raise UnsupportedType
    return by_ending


def store(folder: Path, upload: Upload) -> str:
    """Keep the bytes under a random name, and return that."""
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    (folder / name).write_bytes(upload.content)
    return name


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
