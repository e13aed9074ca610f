"""Both applications behind the gateway on one database, and browsers that a flip moves along."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from gateway.dispatcher import make_gateway
from gateway.snapshot import Holder, make_snapshot
from shared_models.sample import SAMPLE_PASSWORD

WAYS = {
    "legacy": ("legacy", "legacy"),
    "modern": ("modern", "modern"),
    "legacy, then modern": ("legacy", "modern"),
    "modern, then legacy": ("modern", "legacy"),
}
"""Who answers before a flip, and who after it."""

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
served: dict[str, Flask] = {}
"""What the two backends of the table below are at present."""


def legacy(environ: Any, start_response: Any) -> Any:
    """The backend `legacy` of the table."""
    return served["legacy"](environ, start_response)


def modern(environ: Any, start_response: Any) -> Any:
    """The backend `modern` of the table."""
    return served["modern"](environ, start_response)


def table(answering: str) -> bytes:
    """Send everybody to one application, but for whom `signed_in_at_each` sends elsewhere."""
    backends = "\n".join(f"  {name}: '{__name__}:{name}'" for name in ("legacy", "modern"))
    routes = "\n".join(
        f"  {name}: {{prefix: /, headers: {{X-Side: {name}}}, to: {name}}}"
        for name in ("legacy", "modern")
    )
    return f"backends:\n{backends}\ndefault: {answering}\nroutes:\n{routes}\n".encode()


@dataclass
class Mixture:
    """The gateway over both applications, and their database seen from outside."""

    apps: Mapping[str, Flask]
    engine: Engine
    way: tuple[str, str]
    holder: Holder = field(init=False)
    gateway: Callable[..., Any] = field(init=False)

    def __post_init__(self) -> None:
        served.update(self.apps)
        self.answering, self.next = self.way
        self.holder = Holder(make_snapshot(table(self.answering), "table.yaml"))
        self.gateway = make_gateway(self.holder)

    def flip(self) -> None:
        """Let the other application of this way answer from now on."""
        self.answering, self.next = self.next, self.answering
        self.holder.current = make_snapshot(table(self.answering), "table.yaml")

    def session(self) -> Session:
        return Session(self.engine)

    def browser(self, **environ: str) -> Browser:
        """A browser that nobody has used before."""
        return Browser(self, Client(_from_here(self.gateway, environ)))

    def signed_in(self, name: str, **environ: str) -> Browser:
        """A browser with a login of a person's that both applications know."""
        browser = self.browser(**environ)
        browser.set_session({"_user_id": f"token of {name}"})
        return browser

    def signed_in_at_each(self, name: str, count: int) -> list[Browser]:
        """Browsers of a person's that the gateway sends to either application by turns."""
        sides = [("legacy", "modern")[number % 2] for number in range(count)]
        browsers = [self.signed_in(name, HTTP_X_SIDE=side) for side in sides]
        asked = [browser.get("/health").headers["X-Gateway-Backend"] for browser in browsers]
        assert asked == sides
        return browsers


def _from_here(gateway: Callable[..., Any], more: dict[str, str]) -> Callable[..., Any]:
    """The gateway as a server on this machine calls it: with the address of the browser."""

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        return gateway({"REMOTE_ADDR": "127.0.0.1", **environ, **more}, start_response)

    return called


@dataclass(frozen=True)
class Browser:
    """What a person's browser does, whoever answers; it keeps its cookies."""

    mixture: Mixture
    client: Client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **options)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send what a script sends, with the token of this session."""
        headers = {"X-CSRFToken": self.csrf(), **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, buffered=True, **options)

    def submit(self, path: str, *, headers: Any = None, **fields: Any) -> TestResponse:
        """Send a form."""
        form = {"csrf_token": self.csrf(), **fields}
        return self.client.post(path, data=form, headers=headers)

    def login(self, name: str, password: str = SAMPLE_PASSWORD, **more: Any) -> TestResponse:
        return self.submit("/auth/login", email=f"{name}@example.test", password=password, **more)

    def csrf(self) -> str:
        me = self.get("/auth/current-user")
        if me.status_code == 200:
            return str(me.get_json()["csrf_token"])
        found = TOKEN.search(self.get("/auth/login").text)
        assert found
        return found[1]

    def is_signed_in(self) -> bool:
        """Whether it is; who is not has to be refused as this application refuses."""
        answer = self.get("/auth/current-user")
        if answer.status_code == 200:
            return True
        refusal = {"legacy": 302, "modern": 401}  # AD-04
        assert answer.status_code == refusal[self.mixture.answering]
        return False

    def cookies(self) -> dict[str, str]:
        found = {name: self.client.get_cookie(name) for name in ("session", "remember_token")}
        return {name: cookie.value for name, cookie in found.items() if cookie}

    def set_session(self, content: dict[str, Any]) -> None:
        """Plant a session cookie, signed as both applications sign it."""
        app = self.mixture.apps["modern"]
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self.client.set_cookie("session", serializer.dumps(content))
