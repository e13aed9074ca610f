"""Flask-WTF's tokens: whether each application takes a form that the other one served."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.keys import as_bytes, fingerprint, key_facts, secret_key
from gateway.doctor.settings import Agreement, Setting, config, disagreements, facts
from gateway.doctor.twin import asking

ONE_SIDE = Check("login.csrf-one-side", "warning")
SECRET = Check("login.csrf-secret", "error")
FIELD = Check("login.csrf-field-name", "error")
REFUSED = Check("login.csrf-refused", "error")
HEADERS = Check("login.csrf-headers", "warning")
TIME_LIMIT = Check("login.csrf-time-limit", "warning")
RULES = Check("login.csrf-rules", "warning")
CHECKS = (ONE_SIDE, SECRET, FIELD, REFUSED, HEADERS, TIME_LIMIT, RULES)

_FIELD = config("WTF_CSRF_FIELD_NAME")
_SENT = "Forms and scripts of a page that the one served are answered with 400 by the other."


def findings(pair: Pair) -> Iterator[Finding]:
    """Find why a token that one application issues is refused by the other."""
    protected = [each for each in pair if _protects(each)]
    if len(protected) == 1:
        yield _one_side(pair, protected[0])
    elif protected and all(secret_key(each.flask) for each in pair):
        yield from _tokens(pair)
        yield from disagreements(pair, AGREEMENTS)


def _protects(application: Application) -> bool:
    flask = application.flask
    return "csrf" in flask.extensions and bool(flask.config.get("WTF_CSRF_ENABLED"))


def _one_side(pair: Pair, protected: Application) -> Finding:
    (other,) = (each for each in pair if each is not protected)
    return ONE_SIDE.finding(
        f"{protected.name} checks CSRF tokens on every form (CSRFProtect) and {other.name} does"
        f" not. A form that {other.name} served without a token is answered with 400 when"
        f" {protected.name} receives it, and what {other.name} receives is not protected.",
        fix=f"Initialise CSRFProtect in {other.name} too, with the same settings.",
    )


def _tokens(pair: Pair) -> Iterator[Finding]:
    directions = ((pair.control, pair.candidate), (pair.candidate, pair.control))
    forms = [said for writer, reader in directions for said in _refused_forms(writer, reader)]
    if forms:
        causes = [*_secrets(pair, forms), *_fields(pair, forms)]
        yield from causes or [
            REFUSED.finding(
                f"Neither keys nor field names differ, yet CSRF tokens are refused. {_SENT}",
                *forms,
                fix="Use Flask-WTF's CSRFProtect as it is, or the same subclass, in both"
                " applications.",
            )
        ]
        return
    headers = [said for writer, reader in directions for said in _refused_headers(writer, reader)]
    if headers:
        yield HEADERS.finding(
            f"The two take CSRF tokens from different headers. {_SENT}",
            *headers,
            fix="Give both applications the same WTF_CSRF_HEADERS.",
        )


def _refused_forms(writer: Application, reader: Application) -> Iterator[str]:
    session, token = _issued(writer)
    field = _FIELD.read(writer.flask)
    if refusal := _refusal(reader, session, data={field: token}):
        yield f"{reader.name} refuses a form of {writer.name}: {refusal}"


def _refused_headers(writer: Application, reader: Application) -> Iterator[str]:
    session, token = _issued(writer)
    for header in writer.flask.config["WTF_CSRF_HEADERS"]:
        if refusal := _refusal(reader, session, headers={header: token}):
            yield f"{reader.name} refuses the header {header} of {writer.name}: {refusal}"


def _issued(application: Application) -> tuple[dict[str, Any], str]:
    """Let an application issue a token; return the session that belongs to it, and the token."""
    flask, csrf = import_module("flask"), import_module("flask_wtf.csrf")
    with asking(application.flask):
        token = csrf.generate_csrf()
        return dict(flask.session), token


def _refusal(reader: Application, session: dict[str, Any], **sent: Any) -> str | None:
    """Send an application a token, as a POST that reaches none of its views."""
    flask, http = import_module("flask"), import_module("werkzeug.exceptions")
    with asking(reader.flask, method="POST", **sent):
        flask.session.update(session)
        try:
            reader.flask.extensions["csrf"].protect()
        except http.HTTPException as error:
            return str(error.description)
    return None


def _secrets(pair: Pair, refused: list[str]) -> Iterator[Finding]:
    ours, theirs = (_secret(each) for each in pair)
    if ours == theirs:
        return
    yield SECRET.finding(
        f"CSRF tokens are signed with different keys. {_SENT} Flask-WTF signs with"
        " WTF_CSRF_SECRET_KEY, or else with SECRET_KEY, and never reads SECRET_KEY_FALLBACKS.",
        *refused,
        *key_facts(pair),
        *(
            f"{each.name}: WTF_CSRF_SECRET_KEY has the fingerprint {fingerprint(_secret(each))}"
            for each in pair
            if each.flask.config.get("WTF_CSRF_SECRET_KEY")
        ),
        fix="Give both applications the same SECRET_KEY and the same WTF_CSRF_SECRET_KEY, or none.",
    )


def _secret(application: Application) -> bytes:
    flask = application.flask
    return as_bytes(flask.config.get("WTF_CSRF_SECRET_KEY") or flask.secret_key)


def _fields(pair: Pair, refused: list[str]) -> Iterator[Finding]:
    ours, theirs = (_FIELD.read(each.flask) for each in pair)
    if ours != theirs:
        yield FIELD.finding(
            f"CSRF tokens have different names in forms and in the session. {_SENT}",
            *refused,
            *facts(pair, _FIELD),
            fix="Give both applications the same WTF_CSRF_FIELD_NAME.",
        )


AGREEMENTS = (
    Agreement(
        TIME_LIMIT,
        (config("WTF_CSRF_TIME_LIMIT", 3600),),
        "A form that was open for longer than the shorter limit is answered with 400 by that"
        " application, though the page came from one that would still take it: what was typed is"
        " lost.",
        "Give both applications the same WTF_CSRF_TIME_LIMIT.",
    ),
    Agreement(
        RULES,
        (
            config("WTF_CSRF_CHECK_DEFAULT", default=True),
            Setting("WTF_CSRF_METHODS", lambda flask: sorted(flask.config["WTF_CSRF_METHODS"])),
            config("WTF_CSRF_SSL_STRICT", default=True),
        ),
        "Requests that the one checks are not checked by the other: a flip opens them to other"
        " sites, or answers with 400 what used to work.",
        "Give both applications the same values.",
    ),
)
