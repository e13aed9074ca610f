"""A session compared: the state it starts from, and who is signed in."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.backends import BackendError, load_attribute
from gateway.parity.har.replay import beginning_cookies, replay
from gateway.parity.run import comparing
from gateway.refusal import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from gateway.parity.har.course import Course
    from gateway.parity.har.session import Session
    from gateway.parity.run import Run
    from gateway.sandbox import State


@dataclass(frozen=True)
class Preparation:
    """What is there before the session begins; `state` and `login` are `module:function`."""

    state: str | None = None
    login: str | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None


def compare_session(run: Run, session: Session, preparation: Preparation) -> Course:
    """Send a session to both sides of a run, which counts what is compared."""
    login = _function("--login", preparation.login) if preparation.login else None
    start = preparation.at or session.steps[0].entry.started
    with (
        _state(run, preparation.state) as state,
        comparing(run, state, start=start, base_url=session.origin) as parity,
    ):
        cookies = preparation.cookies
        if login is None:
            cookies = {**beginning_cookies(session.steps), **cookies}
        for name, value in cookies.items():
            parity.set_cookie(name, value)
        if login is not None:
            with _told(f"--login {preparation.login!r} failed"):
                login(parity)
        course = replay(parity, session.steps)
        course.notes[:0] = list(_about_cookies(session, preparation))
        run.count(parity, session.file)
    return course


def _about_cookies(session: Session, preparation: Preparation) -> Iterator[str]:
    begun = [name for name in beginning_cookies(session.steps) if name not in preparation.cookies]
    if begun and preparation.login is None:
        yield (
            f"The recording begins with cookies of its own ({', '.join(begun)}). Both sides are"
            " sent them as they are; if they are not accepted any more, sign in with --login."
        )


@contextmanager
def _state(run: Run, target: str | None) -> Iterator[State | None]:
    if run.database is None:
        if target:
            raise RefusalError(
                "--state prepares a database, but the table names none. Add 'database:' to it."
            )
        yield None
        return
    prepare: Callable[[Any], AbstractContextManager[Any]]
    prepare = _function("--state", target) if target else type(run.database).copy
    with ExitStack() as stack:
        with _told(f"--state {target!r} failed" if target else "The database can't be copied"):
            state = stack.enter_context(_as_context(prepare(run.database), target))
        yield state


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell a failure of the user's own code or database in a sentence."""
    from gateway.sandbox.clone import CloneError  # noqa: PLC0415  # only with a database

    try:
        yield
    except RefusalError:
        raise
    except CloneError as error:
        raise RefusalError(" ".join(str(error).split())) from error
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise RefusalError(f"{what}: {type(error).__name__}: {reason}") from error


def _as_context(prepared: Any, target: str | None) -> AbstractContextManager[Any]:
    """Accept a context manager, or a generator as a pytest fixture is one."""
    if hasattr(prepared, "__enter__"):
        return prepared  # type: ignore[no-any-return]
    if hasattr(prepared, "__next__"):
        return contextmanager(lambda: prepared)()
    raise RefusalError(
        f"--state {target!r} gave a {type(prepared).__name__}. Let it yield a state, as the fixture"
        " parity_state does."
    )


def _function(option: str, target: str) -> Callable[[Any], Any]:
    try:
        found = load_attribute(option, target)
    except BackendError as error:
        raise RefusalError(
            f"{option} {target!r} can't be imported: {error.__cause__ or error}"
        ) from error
    # What pytest makes of a fixture keeps the function itself.
    found = getattr(found, "__wrapped__", found)
    if not callable(found):
        raise RefusalError(f"{option} {target!r} is no function. Name one as module:function.")
    return found  # type: ignore[no-any-return]
