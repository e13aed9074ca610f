"""A planned session → a pytest file that a person can read, without its secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.parity.har.calls import Calls
from gateway.parity.har.hiding import Hiding
from gateway.parity.har.names import words_of
from gateway.parity.har.replay import beginning_cookies
from gateway.parity.har.secrets import is_secret_cookie, known_secrets
from gateway.parity.har.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.har.session import Session


@dataclass(frozen=True)
class Script:
    """A test, and what its environment has to say: name of the variable → what it was."""

    source: str
    environment: Mapping[str, str | bytes]


def script_of(session: Session, name: str, fixture: str | None = None) -> Script:
    """Write the session as a test called `name`; `fixture` is one that signs in.

    Raises HarError if a secret would stand in it all the same.
    """
    variables = Variables({"parity", "os", "Path", fixture or "parity", f"test_{name}"})
    known = known_secrets(step.entry for step in session.steps)
    hiding = Hiding({**known, **session.secrets}, variables)
    cookies = {} if fixture else beginning_cookies(session.steps)
    planted = list(_cookies(cookies, hiding))
    calls = Calls(session.steps, hiding, variables)
    body = [
        line
        for number in range(len(session.steps))
        for line in (*_title(session, number, hiding), *calls.lines(number))
    ]
    source = "\n".join(
        [
            f'"""A session that a browser recorded on {session.steps[0].entry.started.date()}."""',
            "",
            *_imports(hiding),
            "",
            f"def test_{name}(parity{f', {fixture}' if fixture else ''}):",
            *_opening(hiding, planted),
            *body,
            "",
        ]
    )
    hiding.check(source)
    told: dict[str, str | bytes] = {}
    told.update({environment_name(variable): value for value, variable in hiding.used.items()})
    told.update({environment_name(variable): value for value, variable in hiding.files.items()})
    return Script(source, told)


def environment_name(variable: str) -> str:
    """Give the environment variable that holds a secret."""
    return f"PARITY_{variable.upper()}"


def name_from(file_name: str) -> str:
    """Make the name of a test from that of a file."""
    return "_".join(words_of(re.sub(r"\.har$", "", file_name))) or "session"


def _imports(hiding: Hiding) -> Iterator[str]:
    if hiding.used or hiding.files:
        yield "import os"
    if hiding.files:
        yield "from pathlib import Path"
    if hiding.used or hiding.files:
        yield ""


def _opening(hiding: Hiding, planted: list[str]) -> Iterator[str]:
    if hiding.used:
        yield "    # What was secret is not written here: set it, or use a fixture instead."
    for variable in hiding.used.values():
        yield f'    {variable} = os.environ["{environment_name(variable)}"]'
    if hiding.files:
        yield "    # What is no text is not written here: name the files that hold it."
    for variable in hiding.files.values():
        yield f'    {variable} = Path(os.environ["{environment_name(variable)}"]).read_bytes()'
    yield from planted
    if hiding.used or hiding.files or planted:
        yield ""


def _cookies(cookies: Mapping[str, str], hiding: Hiding) -> Iterator[str]:
    if cookies:
        yield "    # The recording began with these cookies, as of somebody signed in."
    for name, content in cookies.items():
        secret = is_secret_cookie(name, content)
        code = hiding.variable(f"cookie_{name}", content) if secret else hiding.code(content).text
        yield f"    parity.set_cookie({hiding.code(name).text}, {code})"


def _title(session: Session, number: int, hiding: Hiding) -> Iterator[str]:
    """Tell which page of the browser a call is of, where that changes."""
    pages = [step.entry.page for step in session.steps[: number + 1]]
    title = " ".join(session.pages.get(pages[-1], "").split())
    several = len({step.entry.page for step in session.steps}) > 1
    plain = title and not title.startswith("http") and not hiding.shows(title)
    if several and plain and pages[-1] not in pages[:-1]:
        yield from [*([""] if number else []), f"    # {title}"]
