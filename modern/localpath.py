"""Where a person may be sent: to paths of this site and nowhere else."""

import unicodedata
from urllib.parse import unquote

HOME = "/chat"
LOGIN = "/auth/login"
SETTINGS = "/settings"
DELETION = "/auth/deletion"


def local_path(value: str | None) -> str | None:
    """The value if it is a path of this site, else None."""
    return value if value and is_local_path(value) else None


def is_local_path(value: str) -> bool:
    """Whether a browser reads `value` as a path on this site, however it is encoded."""
    decoded = unquote(value)
    return (
        "\\" not in value
        and _has_one_leading_slash(value)
        and _has_one_leading_slash(decoded)
        # Browsers drop tabs and line breaks from a URL: "/<tab>/host" would become "//host".
        and not any(unicodedata.category(character) == "Cc" for character in value + decoded)
    )


def _has_one_leading_slash(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))
