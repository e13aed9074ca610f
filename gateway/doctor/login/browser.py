"""A browser between two applications: whether the cookie that one sets reaches the other."""

from __future__ import annotations

from email.message import Message
from http.cookiejar import CookieJar
from importlib import import_module
from typing import Any
from urllib.request import Request

from gateway.doctor.application import Application
from gateway.doctor.twin import asking

_PROBE = {"_user_id": "probe"}


def arrives(writer: Application, reader: Application) -> bool:
    """Tell whether the session that one application saves is what the other one opens."""
    jar = CookieJar()
    path = reader.flask.session_interface.get_cookie_path(reader.flask)
    asked = Request(f"https://{_host(writer.flask)}{path}")
    jar.extract_cookies(_Answer(_set_cookies(writer)), asked)  # type: ignore[arg-type]
    jar.add_cookie_header(asked)
    return _opened(reader, asked.full_url, asked.get_header("Cookie") or "") == _PROBE


def _host(flask: Any) -> str:
    """Return a host for which the application may set cookies."""
    domain = flask.session_interface.get_cookie_domain(flask) or flask.config["SERVER_NAME"]
    return str(domain or "app.example.com").partition(":")[0].lstrip(".")


def _set_cookies(application: Application) -> list[str]:
    """Let an application save a session; return the headers that it would send."""
    interface, response = application.flask.session_interface, application.flask.response_class()
    session = interface.session_class(_PROBE)
    session.modified = True
    with asking(application.flask):
        interface.save_session(application.flask, session, response)
    return list(response.headers.getlist("Set-Cookie"))


def _opened(application: Application, url: str, cookie: str) -> dict[str, Any]:
    """Let an application open the session of a request with a cookie."""
    interface, flask = application.flask.session_interface, import_module("flask")
    with asking(application.flask, base_url=url, headers={"Cookie": cookie}):
        opened = interface.open_session(application.flask, flask.request)
    return dict(opened or {})


class _Answer:
    """What a CookieJar asks of a response."""

    def __init__(self, set_cookies: list[str]) -> None:
        self.headers = Message()
        for header in set_cookies:
            self.headers["Set-Cookie"] = header

    def info(self) -> Message:
        return self.headers
