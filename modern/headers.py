"""The headers that every response carries: security, caching and the request's id."""

import re
from uuid import uuid4

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT_SECURITY = "max-age=31536000"
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str:
    """The id of this request: the one that a proxy gave it if that is sane, else a new one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if SANE_REQUEST_ID.fullmatch(given) else uuid4().hex
    return str(g.request_id)


def init_app(app: Flask, *, https_only: bool) -> None:
    """Have `app` put the headers on every response, errors included."""
    fixed = dict(SECURITY_HEADERS)
    if https_only:
        fixed["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(fixed)
        response.headers["X-Request-ID"] = request_id()
        # Nearly everything depends on who is signed in; static files come with their own rule.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
