"""Faults that only the target of a redirect shows."""

from __future__ import annotations

from shared_models.sample import SAMPLE_PASSWORD
from tests.parity.mutants.exchanges import LETTER, NEWCOMER, PROFILE, Scene, submit
from tests.parity.mutants.mutant import Mutant

CHANNEL = "redirect"

PATHS = "modern/localpath.py"
ERRORS = "modern/errors.py"
AUTH = "modern/auth/routes.py"
PAGES = "modern/pages/routes.py"


def stranger_at_the_workspace(scene: Scene) -> None:
    scene.stranger.get("/chat?conversation=1&x=a%20b")


def login(scene: Scene) -> None:
    scene.log_in()


def login_with_a_target(scene: Scene) -> None:
    scene.log_in(next="/chat?conversation=1")


def login_with_a_foreign_target(scene: Scene) -> None:
    scene.log_in(next="//evil.test")


def login_with_a_masked_target(scene: Scene) -> None:
    scene.log_in(next="/%2fevil.test")


def login_page_of_the_signed_in(scene: Scene) -> None:
    scene.ada.get("/auth/login", query={"next": "/settings"})


def landing_of_the_signed_in(scene: Scene) -> None:
    scene.ada.get("/")


def sign_out(scene: Scene) -> None:
    scene.ada.post("/auth/logout")


def registration(scene: Scene) -> None:
    scene.submit(scene.stranger, "/auth/register", **NEWCOMER)


def settings(scene: Scene) -> None:
    submit(scene.bob, "/settings", **PROFILE)


def letter(scene: Scene) -> None:
    scene.submit(scene.stranger, "/contact", **LETTER)


def leaving(scene: Scene) -> None:
    submit(scene.bob, "/auth/deletion", action="request", password=SAMPLE_PASSWORD)


def staying(scene: Scene) -> None:
    submit(scene.bob, "/auth/deletion", action="cancel")


def new_account(scene: Scene) -> None:
    form = {"email": "x@example.test", "display_name": "X", "role": "user"}
    submit(scene.ada, "/admin/users/create", **form)


SIGNED_OUT = 'flash("You are signed out.")\n    return redirect(LOGIN)'

MUTANTS = [
    Mutant("the login moved", PATHS, 'LOGIN = "/auth/login"', 'LOGIN = "/login"',
        stranger_at_the_workspace),
    Mutant("the way back is lost", ERRORS, """return f"{LOGIN}?next={quote(back, safe='/')}\"""",
        "return LOGIN", stranger_at_the_workspace),
    Mutant("the way back has no query", ERRORS,
        'back = f"{request.path}?{query}" if query else request.path', "back = request.path",
        stranger_at_the_workspace),
    Mutant("the way back has another name", ERRORS, "?next={", "?back={",
        stranger_at_the_workspace),
    Mutant("the login leads to the landing page", PATHS, 'HOME = "/chat"', 'HOME = "/"', login),
    Mutant("the login leads to another host", AUTH, "else form.next or HOME)",
        'else form.next or "https://example.test" + HOME)', login),
    Mutant("the login forgets its target", AUTH, "else form.next or HOME)", "else HOME)",
        login_with_a_target),
    Mutant("the login adds a fragment", AUTH, "else form.next or HOME)",
        'else (form.next or HOME) + "#top")', login_with_a_target),
    Mutant("an open redirect", PATHS, "value if value and is_local_path(value) else None",
        "value or None", login_with_a_foreign_target),
    Mutant("an open redirect behind an escape", PATHS, "and _has_one_leading_slash(decoded)", "",
        login_with_a_masked_target),
    Mutant("the signed in lose their target", AUTH, "redirect(back or HOME)", "redirect(HOME)",
        login_page_of_the_signed_in),
    Mutant("the landing page leads to the list", PAGES, "redirect(HOME) if viewer()",
        'redirect("/conversations") if viewer()', landing_of_the_signed_in),
    Mutant("signing out leads home", AUTH, SIGNED_OUT, SIGNED_OUT.replace("LOGIN", "HOME"),
        sign_out),
    Mutant("registering leads home", AUTH, 'Sign in to begin.")\n        return redirect(LOGIN)',
        'Sign in to begin.")\n        return redirect(HOME)', registration),
    Mutant("saving leads home", PAGES, "return redirect(SETTINGS)", "return redirect(HOME)",
        settings),
    Mutant("a letter leads to its thanks", PAGES, 'redirect("/contact")', 'redirect("/thanks")',
        letter),
    Mutant("leaving leads to the settings", AUTH, "redirect(DELETION)", "redirect(SETTINGS)",
        leaving),
    Mutant("staying leads home", AUTH, 'stays.")\n    return redirect(SETTINGS)',
        'stays.")\n    return redirect(HOME)', staying),
    Mutant("a new account leads to the figures", "modern/admin/routes.py",
        'redirect("/admin/users")', 'redirect("/admin/")', new_account),
]  # fmt: skip
