"""Flask-Login's managers: where people are sent to sign in, and what makes them anonymous."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Application, Pair, has_endpoint
from gateway.doctor.finding import Check, Finding
from gateway.doctor.settings import Agreement, config, disagreements
from gateway.doctor.sources import lines_with, place_of
from gateway.doctor.twin import asking
from gateway.inventory import Inventory

ONE_SIDE = Check("login.manager-one-side", "warning")
NO_LOADER = Check("login.no-user-loader", "error")
LOGIN_VIEW = Check("login.login-view", "error")
NO_PAGE = Check("login.login-page-missing", "warning")
PAGES = Check("login.login-pages", "note")
BARE = Check("login.bare-refusal", "warning")
DISABLED = Check("login.login-disabled", "error")
NEXT = Check("login.next", "note")
CHECKS = (ONE_SIDE, NO_LOADER, LOGIN_VIEW, NO_PAGE, PAGES, BARE, DISABLED, NEXT)


def manager_of(application: Application) -> Any:
    """Return the LoginManager that an application was initialised with, or None."""
    return getattr(application.flask, "login_manager", None)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what is wrong with the applications' LoginManagers."""
    managed = [each for each in pair if manager_of(each) is not None]
    for application in managed:
        yield from _alone(application)
    if len(managed) == 1:
        yield _one_side(pair, managed[0])
    elif managed:
        yield from _pages(pair)
        yield from _bare(pair)
        yield from disagreements(pair, AGREEMENTS)


def _alone(application: Application) -> Iterator[Finding]:
    manager = manager_of(application)
    if manager.user_callback is None and manager.request_callback is None:
        yield NO_LOADER.finding(
            f"{application.name} has a LoginManager without a user_loader. Every page of"
            f" {application.name} that asks who is signed in ends in a 500.",
            *lines_with(application, "LoginManager", "login_manager")[:3],
            fix=f"Set a user_loader where {application.name}'s LoginManager is made, and import"
            " the module that does.",
        )
    for name, view in _views(manager):
        if (why := _unbuildable(application, view)) is not None:
            yield LOGIN_VIEW.finding(
                f"{name} of {application.name} is {view!r}, of which no URL can be built: whoever"
                " must sign in gets a 500 instead of the login page.",
                why,
                *lines_with(application, "login_view", "refresh_view")[:3],
                fix=f"Set {name} to the path of the login page, such as '/login'. A path holds"
                " wherever the page is served.",
            )


def _views(manager: Any) -> Iterator[tuple[str, str]]:
    """Yield the views that people are sent to, unless a callback sends them elsewhere."""
    if manager.unauthorized_callback is None:
        yield from (
            (name, view)
            for name, view in [
                ("login_view", manager.login_view),
                *(
                    (f"blueprint_login_views[{blueprint!r}]", view)
                    for blueprint, view in manager.blueprint_login_views.items()
                ),
            ]
            if view
        )
    if manager.needs_refresh_callback is None and manager.refresh_view:
        yield "refresh_view", manager.refresh_view


def _is_url(view: str) -> bool:
    return view.startswith(("https://", "http://", "/"))  # as Flask-Login's expand_login_view


def _unbuildable(application: Application, view: str) -> str | None:
    """Say why no URL of a view can be built, if the application has none of that name."""
    if _is_url(view) or has_endpoint(application, view):
        return None  # what its rule needs beside may come from the request
    _, error = _built(application, view)
    return None if error is None else f"{type(error).__name__}: {error}"


def _built(application: Application, view: str) -> tuple[str | None, Exception | None]:
    with asking(application.flask):
        try:
            return str(application.flask.url_for(view)), None
        except Exception as error:  # noqa: BLE001 - whatever url_for raises would be a 500
            return None, error


def _one_side(pair: Pair, managed: Application) -> Finding:
    (other,) = (each for each in pair if each is not managed)
    return ONE_SIDE.finding(
        f"{managed.name} uses Flask-Login and {other.name} does not. A login on the one is a login"
        f" on the other only if {other.name} reads and writes what Flask-Login keeps in the session"
        " ('_user_id', '_fresh', '_id') and its remember cookie.",
        fix=f"Use Flask-Login in {other.name} too, or test signing in and out across both.",
    )


def _pages(pair: Pair) -> Iterator[Finding]:
    pages = {each: _page(each) for each in pair}
    known = [page for page in pages.values() if page]
    for application, page in pages.items():
        if page and page.startswith("/") and not any(_serves(each, page) for each in pair):
            yield NO_PAGE.finding(
                f"{application.name} sends people to {page} to sign in, which neither application"
                " serves: they end at a 404, unless something in front of both answers there.",
                *lines_with(application, "login_view")[:3],
                fix="Set login_view to a path that one of them serves.",
            )
    if len(set(known)) == 2:
        yield PAGES.finding(
            "The applications send people to different pages to sign in: "
            + " and ".join(f"{each.name} to {page}" for each, page in pages.items())
            + ". Both stay in use until every route has moved.",
            fix="Set login_view to one path in both.",
        )


def _page(application: Application) -> str | None:
    manager = manager_of(application)
    view = None if manager.unauthorized_callback else manager.login_view
    return view if not view or _is_url(view) else _built(application, view)[0]


def _serves(application: Application, page: str) -> bool:
    return bool(Inventory(application.flask).methods_at(page.partition("?")[0]))


def _bare(pair: Pair) -> Iterator[Finding]:
    """Find an application whose guarded views have nowhere to send people, unlike the other's."""
    lost = [each for each in pair if _sends_nowhere(each)]
    if len(lost) != 1:
        return
    guarded = [view for view in lost[0].flask.view_functions.values() if _guarded(view)]
    if guarded:
        yield BARE.finding(
            f"{lost[0].name} has no login_view and no unauthorized_handler: whoever must sign in"
            " gets a bare 401, where the other application sends them to a login page.",
            *(f"{place_of(view)} is guarded by login_required" for view in guarded[:3]),
            fix=f"Set login_view or an unauthorized_handler in {lost[0].name}.",
        )


def _sends_nowhere(application: Application) -> bool:
    manager = manager_of(application)
    return not (
        manager.unauthorized_callback or manager.login_view or manager.blueprint_login_views
    )


def _guarded(view: Any) -> bool:
    """Tell whether Flask-Login's login_required is among the decorators of a view."""
    while view is not None:
        if getattr(view, "__globals__", {}).get("__name__") == "flask_login.utils":
            return True
        view = getattr(view, "__wrapped__", None)
    return False


AGREEMENTS = (
    Agreement(
        DISABLED,
        (config("LOGIN_DISABLED", default=False),),
        "The one lets everybody in without a login: a flip opens pages that were guarded.",
        "Remove LOGIN_DISABLED, which is for tests.",
    ),
    Agreement(
        NEXT,
        (config("USE_SESSION_FOR_NEXT", default=False),),
        "The page to return to after signing in is in the session for the one and in the address"
        " for the other: where both have a part in a login, people land on the home page.",
        "Give both applications the same USE_SESSION_FOR_NEXT.",
    ),
)
