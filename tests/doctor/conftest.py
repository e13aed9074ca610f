"""Projects to be looked at: those in `projects/`, and those that a test writes."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.doctor import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path
    from subprocess import CompletedProcess

    from gateway.doctor import Finding


@pytest.fixture(scope="session")
def interpreters() -> Iterator[ProcessPoolExecutor]:
    with fresh.interpreters() as pool:
        yield pool


@pytest.fixture
def diagnose(interpreters) -> Callable[..., tuple[Finding, ...]]:
    """What the doctor finds in a project: a folder, or the name of one in `projects/`.

    Targets are given as names, such as `modern="modern:create_app()"`.
    """

    def diagnose(project: str | Path, **targets: str) -> tuple[Finding, ...]:
        pair = {"legacy": "legacy:app", "modern": "modern:app", **targets}
        return interpreters.submit(fresh.diagnose, fresh.PROJECTS / project, pair).result(60)

    return diagnose


@pytest.fixture
def project(tmp_path) -> Callable[..., Path]:
    """Write a project's modules, named by keyword, into a folder."""

    def project(**modules: str) -> Path:
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(dedent(source))
        return tmp_path

    return project


@pytest.fixture
def found(diagnose, project) -> Callable[..., dict[str, Finding]]:
    """What is found in modules that are written for it, by check."""

    def found(**modules: str) -> dict[str, Finding]:
        return {finding.check: finding for finding in diagnose(project(**modules))}

    return found


@pytest.fixture
def compare(found) -> Callable[..., dict[str, Finding]]:
    """What the doctor finds, by check, in two applications of the same source.

    Each `app` is made by the first argument, and then changed by what is given for it.
    """

    def compare(both: str, *, legacy: str = "", modern: str = "") -> dict[str, Finding]:
        sources = {"legacy": legacy, "modern": modern}
        return found(**{name: f"{dedent(both)}\n{dedent(own)}" for name, own in sources.items()})

    return compare


@pytest.fixture
def doctor(interpreters) -> Callable[..., CompletedProcess[str]]:
    """`gateway doctor` with some arguments, started in a folder."""

    def doctor(folder: Path, *arguments: str) -> CompletedProcess[str]:
        return interpreters.submit(fresh.command, folder, ["doctor", *arguments]).result(60)

    return doctor
