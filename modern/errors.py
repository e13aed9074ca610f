"""Every error's answer: a page for people, a Problem (RFC 9457) for programs."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from flask import Flask, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from modern import failures
from modern.failures import Failure, Fault
from modern.headers import request_id
from modern.identity import known_viewer, viewer
from modern.localpath import HOME, LOGIN
from modern.responses import answer
from modern.schemas import FieldError, Problem

JSON_PREFIXES = (
    "/conversations",
    "/auth/current-user",
    "/auth/sessions",
    "/auth/update-password",
    "/chat/messages",
    "/assistants",
    "/attachments",
    "/feedback",
    "/health",
    "/admin/stats",
    "/admin/export.csv",
    "/admin/cleanup",
)
JSON_ACTIONS = re.compile(r"/admin/users/\d+(/|$)")

STATUS: dict[type[Failure], int] = {
    failures.Unauthenticated: 401,
    failures.LoginRefused: 401,
    failures.Forbidden: 403,
    failures.WrongPassword: 403,
    failures.NotFound: 404,
    failures.Conflict: 409,
    failures.Stale: 412,
    failures.TooLarge: 413,
    failures.UnsupportedType: 415,
    failures.Invalid: 422,
    failures.PreconditionRequired: 428,
    failures.RateLimited: 429,
}

HTTP_ERRORS = {
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This address does not answer {method}."),
    413: ("too_large", "The request is too large."),
    416: ("range_not_satisfiable", "The file has no such part."),
    500: ("internal", "Something went wrong on our side."),
}
CSRF_DETAIL = "The form has expired or was sent from another site. Reload the page and try again."


@dataclass(frozen=True)
class Refusal:
    """An error that is about to be answered."""

    status: int
    code: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def phrase(self) -> str:
        """What HTTP calls the status."""
        return HTTP_STATUS_CODES.get(self.status, "Error")


def init_app(app: Flask) -> None:
    """Answer all errors of `app` from here."""
    app.register_error_handler(Failure, on_failure)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)


def on_failure(failure: Failure) -> ResponseReturnValue:
    """Answer what a service refused."""
    if isinstance(failure, failures.Unauthenticated) and not wants_json():
        return redirect(login_address())
    status = next(STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS)
    faults = failure.faults if isinstance(failure, failures.Invalid) else ()
    headers = {}
    if isinstance(failure, failures.RateLimited):
        headers["Retry-After"] = str(failure.retry_after)
    return respond(Refusal(status, failure.code, failure.detail, faults, headers))


def on_csrf_error(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form or call without a good token; why it is not good helps only an attacker."""
    return respond(Refusal(400, "csrf", CSRF_DETAIL))


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask or Werkzeug refused; an unexpected exception arrives here as a 500."""
    status = error.code or 500
    phrase = HTTP_STATUS_CODES.get(status, "Error")
    unlisted = (phrase.lower().replace(" ", "_"), error.description or phrase)
    code, detail = HTTP_ERRORS.get(status, unlisted)
    headers = {
        k: v for k, v in error.get_headers() if k in {"Allow", "Content-Range", "Retry-After"}
    }
    return respond(Refusal(status, code, detail.replace("{method}", request.method), (), headers))


def respond(refusal: Refusal) -> Response:
    """The refusal in the form that this address speaks."""
    return _problem(refusal) if wants_json() else _page(refusal)


def wants_json() -> bool:
    """Whether the address belongs to programs; it need not exist."""
    path = request.path
    below = any(path == prefix or path.startswith(f"{prefix}/") for prefix in JSON_PREFIXES)
    return below or JSON_ACTIONS.match(path) is not None


def login_address() -> str:
    """The login page that leads back to what was asked for, if that can be asked for again."""
    back = HOME
    if request.method in {"GET", "HEAD"}:
        query = request.query_string.decode("utf-8", "replace")
        back = f"{request.path}?{query}" if query else request.path
    return f"{LOGIN}?next={quote(back, safe='/')}"


def _problem(refusal: Refusal) -> Response:
    problem = Problem(
        title=refusal.phrase,
        status=refusal.status,
        detail=refusal.detail,
        code=refusal.code,
        request_id=request_id(),
        errors=[FieldError.model_validate(fault) for fault in refusal.faults],
    )
    return answer(problem, refusal.status, refusal.headers, "application/problem+json")


def _page(refusal: Refusal) -> Response:
    # After a crash the database may be what is broken: greet only whom we know already.
    who = known_viewer if refusal.status >= 500 else viewer
    page = render_template("error.html", refusal=refusal, viewer=who)
    return make_response(page, refusal.status, refusal.headers)
