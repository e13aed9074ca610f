"""Who is signed in: the seam between Flask-Login and the table of logins.

The session cookie and the remember cookie carry a random token, and the token names a row of
`login_session`. Both applications read that row, so a login, a logout or a disabled account
counts in the other one with its next request.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request, session
from flask_login import COOKIE_NAME, current_user, decode_cookie, login_user, logout_user

from modern.auth.service import AuthService, Visit
from modern.extensions import login_manager
from modern.failures import Unauthenticated
from modern.services import provide, shared
from modern.times import long_date
from shared_models import LoginSession, User

P = ParamSpec("P")
R = TypeVar("R")


class SignedIn:
    """A user through one login, as Flask-Login wants to see it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, login: LoginSession) -> None:
        self.token = token
        self.login = login
        # Copies: the 500 page must not need the database to greet somebody.
        self.display_name = login.user.display_name
        self.administers = login.user.role == "admin"
        self.deletion_day = deletion_day(login.user)

    @property
    def user(self) -> User:
        """The person."""
        return self.login.user

    def get_id(self) -> str:
        """What the cookies carry: the token, never the user's number."""
        return self.token


def deletion_day(user: User) -> str | None:
    """The day on which an account goes, as its owner's calendar has it; None if it stays."""
    if user.deletion_requested_at is None:
        return None
    return long_date(user.deletion_requested_at + shared().deletion_grace, user.timezone)


def visit() -> Visit:
    """Where the present request comes from, as the table of logins records it."""
    return Visit(request.remote_addr, request.user_agent.string)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(token: str) -> SignedIn | None:
    """The signed-in user behind a cookie's token, if that login is still good."""
    login = provide(AuthService).resolve_session(token)
    if login is None:
        return None
    g.viewer = SignedIn(token, login)
    return known_viewer()


def sign_in(token: str, login: LoginSession, *, remember: bool) -> None:
    """Hand the login's token to the browser."""
    session.clear()  # whatever was planted or left there must not live on in the login
    g.viewer = SignedIn(token, login)
    login_user(g.viewer, remember=remember)
    if not remember and COOKIE_NAME in request.cookies:
        session["_remember"] = "clear"  # what Flask-Login's own logout_user does


def forget_remembered() -> None:
    """End the login that an older remember cookie carries, and take the cookie back.

    Whoever signs in without "remember" must not be remembered as who was here before.
    """
    cookie = request.cookies.get(COOKIE_NAME)
    if cookie is None:
        return
    login = provide(AuthService).resolve_session(decode_cookie(cookie) or "")
    if login is not None:
        provide(AuthService).close_session(login)


def sign_out() -> None:
    """Take the token back from the browser, out of the session and the remember cookie."""
    session.clear()
    logout_user()


def viewer() -> SignedIn | None:
    """Who is looking, or None for somebody who is not signed in."""
    return known_viewer() if current_user.is_authenticated else None


def known_viewer() -> SignedIn | None:
    """Who is looking, as far as that is known already without asking the database."""
    return cast("SignedIn | None", g.get("viewer"))


def signed_in() -> SignedIn:
    """Who is looking; Unauthenticated is raised for somebody who is not signed in."""
    found = viewer()
    if found is None:
        raise Unauthenticated
    return found


def login_required(view: Callable[P, R]) -> Callable[P, R]:
    """Let only signed-in people through to the view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        signed_in()
        return view(*args, **kwargs)

    return guarded
