"""Faults that only a cookie shows: its flags, or what it carries."""

from __future__ import annotations

from legacy.app import app as legacy
from shared_models.sample import SAMPLE_PASSWORD
from tests.parity.mutants.exchanges import Scene
from tests.parity.mutants.mutant import Mutant

CHANNEL = "cookie"

CONFIG = "modern/config.py"
IDENTITY = "modern/identity.py"
HEADERS = "modern/headers.py"
AUTH = "modern/auth/routes.py"
SET_ID = '        response.headers["X-Request-ID"] = request_id()\n'


def login_page(scene: Scene) -> None:
    scene.stranger.get("/auth/login")


def login(scene: Scene) -> None:
    scene.log_in()


def remembered_login(scene: Scene) -> None:
    scene.log_in(remember="1")


def remembered_login_and_out(scene: Scene) -> None:
    scene.log_in(remember="1")
    token = scene.stranger.get("/auth/current-user").json["csrf_token"]
    scene.stranger.post("/auth/logout", data={"csrf_token": token})


def login_into_a_planted_session(scene: Scene) -> None:
    token = scene.stranger.get("/auth/login").form("csrf_token")
    for client in scene.stranger._browser.clients:
        [cookie] = [cookie for cookie, _ in client.jar._kept.values()]
        serializer = legacy.session_interface.get_signing_serializer(legacy)
        planted = {**serializer.loads(cookie.value), "planted": "by somebody else"}
        client.jar.store([type(cookie)("session", serializer.dumps(planted), "/")], 0)
    form = {"email": "ada@example.test", "password": SAMPLE_PASSWORD}
    scene.stranger.post("/auth/login", data={"csrf_token": token, **form})


def sign_out(scene: Scene) -> None:
    scene.ada.post("/auth/logout")


def sign_out_of_a_page(scene: Scene) -> None:
    token = scene.ada.get("/help").form("csrf_token")
    scene.ada.browser.post("/auth/logout", data={"csrf_token": token})


MUTANTS = [
    Mutant("scripts read the session", CONFIG, '"SESSION_COOKIE_HTTPONLY": True',
        '"SESSION_COOKIE_HTTPONLY": False', login_page),
    Mutant("the session is not sent from links", CONFIG, '"SESSION_COOKIE_SAMESITE": "Lax"',
        '"SESSION_COOKIE_SAMESITE": "Strict"', login_page),
    Mutant("the session says nothing of other sites", CONFIG,
        '"SESSION_COOKIE_SAMESITE": "Lax"', '"SESSION_COOKIE_SAMESITE": None', login_page),
    Mutant("the session needs HTTPS", CONFIG, '"SESSION_COOKIE_SECURE": self.is_public',
        '"SESSION_COOKIE_SECURE": True', login_page),
    Mutant("the session has another name", CONFIG, '"SESSION_COOKIE_NAME": "session"',
        '"SESSION_COOKIE_NAME": "sid"', login_page),
    Mutant("the session has a path", CONFIG, '"SESSION_COOKIE_NAME": "session"',
        '"SESSION_COOKIE_NAME": "session", "SESSION_COOKIE_PATH": "/auth"', login_page),
    Mutant("the session has a domain", CONFIG, '"SESSION_COOKIE_NAME": "session"',
        '"SESSION_COOKIE_NAME": "session", "SESSION_COOKIE_DOMAIN": "localhost"', login_page),
    Mutant("the session is partitioned", CONFIG, '"SESSION_COOKIE_NAME": "session"',
        '"SESSION_COOKIE_NAME": "session", "SESSION_COOKIE_PARTITIONED": True', login_page),
    Mutant("the session outlives the browser", IDENTITY, "    g.viewer = SignedIn(token, login)\n"
        "    login_user(", "    g.viewer = SignedIn(token, login)\n    session.permanent = True\n"
        "    login_user(", login),
    Mutant("scripts read the remembered login", CONFIG, '"REMEMBER_COOKIE_HTTPONLY": True',
        '"REMEMBER_COOKIE_HTTPONLY": False', remembered_login),
    Mutant("the remembered login says nothing of other sites", CONFIG,
        '"REMEMBER_COOKIE_SAMESITE": "Lax"', '"REMEMBER_COOKIE_SAMESITE": None', remembered_login),
    Mutant("the remembered login is forgotten early", CONFIG,
        '"REMEMBER_COOKIE_DURATION": self.shared.remembered_session_lifetime',
        '"REMEMBER_COOKIE_DURATION": self.shared.session_lifetime', remembered_login),
    Mutant("a login is not remembered", IDENTITY, "login_user(g.viewer, remember=remember)",
        "login_user(g.viewer)", remembered_login),
    Mutant("every login is remembered", IDENTITY, "login_user(g.viewer, remember=remember)",
        "login_user(g.viewer, remember=True)", login),
    Mutant("signing out leaves the remembered login", IDENTITY,
        "    session.clear()\n    logout_user()", "    session.clear()",
        remembered_login_and_out),
    Mutant("signing out leaves the session", IDENTITY,
        "    session.clear()\n    logout_user()", "    logout_user()", sign_out_of_a_page),
    Mutant("a planted session lives on", IDENTITY, "    session.clear()  # whatever",
        "    # whatever", login_into_a_planted_session),
    Mutant("a login is not fresh", IDENTITY, "login_user(g.viewer, remember=remember)",
        "login_user(g.viewer, remember=remember, fresh=False)", login),
    Mutant("a message is of another class", AUTH, 'flash("You are signed out.")',
        'flash("You are signed out.", "success")', sign_out),
    Mutant("a message says something else", AUTH, 'flash("You are signed out.")',
        'flash("See you soon, then.")', sign_out),
    Mutant("a message is missing", AUTH, '    flash("You are signed out.")\n', "", sign_out),
    Mutant("a visit is marked", HEADERS, SET_ID,
        SET_ID + '        response.set_cookie("seen", "1")\n', login_page),
]  # fmt: skip
