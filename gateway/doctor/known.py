"""Versions of libraries that are known to fail, alone or beside each other; each with its source.

`error` is how a library says so, whole or in part. Where there is none it fails silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.doctor.finding import Check

BROKEN = Check("versions.broken", "error")
RISKY = Check("versions.risky", "warning")
CHECKS = (BROKEN, RISKY)


@dataclass(frozen=True, slots=True)
class Known:
    """A library, imported as `module`, whose versions fail beside those of others."""

    check: Check
    library: str
    module: str
    versions: str
    effect: str
    fix: str
    source: str
    error: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def needed(self) -> Mapping[str, str]:
        """The versions of every library that has a part in it."""
        return {self.library: self.versions, **self.beside}


KNOWN = (
    Known(
        BROKEN,
        "Flask",
        "flask",
        "<2.2.4",
        "Flask can't be imported.",
        "Update to Flask>=3.1,<3.2.",
        # https://github.com/pallets/flask/issues/5652 has 2.2.4 import, and fail later.
        "https://github.com/pallets/werkzeug/issues/2789",
        "cannot import name 'url_quote' from 'werkzeug.urls'",
        {"Werkzeug": ">=3"},
    ),
    Known(
        RISKY,
        "Flask",
        "flask",
        ">=2.2.4,<3",
        "app.test_client() fails, and with it every test that uses it.",
        "Update to Flask>=3.1,<3.2.",
        "https://github.com/pallets/flask/issues/5652",
        "module 'werkzeug' has no attribute '__version__'",
        {"Werkzeug": ">=3.1"},
    ),
    Known(
        RISKY,
        "Flask",
        "flask",
        "==3.1.0",
        "Where SECRET_KEY_FALLBACKS is set, it signs sessions with the oldest key instead of"
        " SECRET_KEY: whoever knows the key that was retired can still forge sessions.",
        "Update to Flask 3.1.1 or later.",
        "https://github.com/pallets/flask/security/advisories/GHSA-4grg-w6v8-c28g",
    ),
    Known(
        RISKY,
        "Flask",
        "flask",
        ">=3.2.dev0",
        "It merges the request's context with the application's, and redirect() answers 303 instead"
        " of 302. The gateway's isolation of streams and its sandbox were tested with 3.1 only.",
        "Pin Flask>=3.1,<3.2.",
        # It says: RequestContext has merged with AppContext; redirect returns a 303 by default.
        "https://github.com/pallets/flask/blob/main/CHANGES.rst",
    ),
    Known(
        BROKEN,
        "Flask-SQLAlchemy",
        "flask_sqlalchemy",
        "<3.0.2",
        "No SQLAlchemy object can be made.",
        "Update to Flask-SQLAlchemy>=3.1.",
        "https://github.com/pallets-eco/flask-sqlalchemy/issues/1122",
        "module 'sqlalchemy' has no attribute '__all__'",
        {"SQLAlchemy": ">=2"},
    ),
    Known(
        BROKEN,
        "Flask-SQLAlchemy",
        "flask_sqlalchemy",
        "<3",
        "Flask-SQLAlchemy can't be imported.",
        "Update to Flask-SQLAlchemy>=3.1.",
        "https://github.com/pallets-eco/flask-sqlalchemy/issues/1068",
        "cannot import name '_app_ctx_stack' from 'flask'",
        {"Flask": ">=3"},
    ),
    Known(
        RISKY,
        "Flask-SQLAlchemy",
        "flask_sqlalchemy",
        "<3.1",
        "It takes no declarative base of SQLAlchemy 2 (model_class), so models can't be free of"
        " Flask, and the gateway's SharedSQLAlchemy does not work with it.",
        "Update to Flask-SQLAlchemy>=3.1.",
        # 3.1.0: "Add support for the SQLAlchemy 2.x API via model_class parameter."
        "https://github.com/pallets-eco/flask-sqlalchemy/blob/main/CHANGES.rst",
    ),
    Known(
        RISKY,
        "SQLAlchemy",
        "sqlalchemy",
        "<2.0.36",
        "The gateway's sandbox and shared engine were not tested with it.",
        "Pin SQLAlchemy>=2.0.36,<2.2.",
        "the requirements of strangler-gateway[sqlalchemy]",
    ),
    Known(
        RISKY,
        "SQLAlchemy",
        "sqlalchemy",
        ">=2.2.dev0",
        "The gateway's sandbox and shared engine were not tested with it.",
        "Pin SQLAlchemy>=2.0.36,<2.2.",
        "the requirements of strangler-gateway[sqlalchemy]",
    ),
    Known(
        BROKEN,
        "Flask-Login",
        "flask_login",
        "<0.6.3",
        "Flask-Login can't be imported.",
        "Update to Flask-Login>=0.6.3.",
        "https://github.com/maxcountryman/flask-login/issues/773",
        "cannot import name 'url_decode' from 'werkzeug.urls'",
        {"Werkzeug": ">=3"},
    ),
    Known(
        BROKEN,
        "Flask-WTF",
        "flask_wtf",
        "<1.1.2",
        "Flask-WTF can't be imported.",
        "Update to Flask-WTF>=1.2.",
        # 1.1.2: "Fixed Flask 2.3 deprecations of werkzeug.urls.url_encode and flask.Markup"
        "https://github.com/pallets-eco/flask-wtf/releases/tag/v1.1.2",
        "cannot import name 'Markup' from 'flask'",
        {"Flask": ">=3"},
    ),
    Known(
        BROKEN,
        "Flask-Session",
        "flask_session",
        "<0.5",
        "Every request ends in a 500.",
        "Update to Flask-Session>=0.8.",
        "https://github.com/pallets-eco/flask-session/issues/157",
        "'Flask' object has no attribute 'session_cookie_name'",
        {"Flask": ">=2.3"},
    ),
    Known(
        BROKEN,
        "Flask-Security",
        "flask_security",
        "<4",
        "Flask-Security can't be imported.",
        "Update to Flask-Security>=5.4, which was Flask-Security-Too.",
        "https://github.com/pallets-eco/flask-security-3.0/issues/880",
        "cannot import name '_request_ctx_stack' from 'flask'",
        {"Flask": ">=3"},
    ),
    Known(
        BROKEN,
        "passlib",
        "passlib",
        "<=1.7.4",
        "No password can be checked or hashed by bcrypt: nobody who has such a hash can sign in.",
        "Pin bcrypt<5, or use bcrypt itself instead of passlib.",
        "https://github.com/pyca/bcrypt/issues/1079",
        "password cannot be longer than 72 bytes",
        {"bcrypt": ">=5"},
    ),
    Known(
        RISKY,
        "Flask-JWT-Extended",
        "flask_jwt_extended",
        ">=0",
        "Tokens whose identity is no text, such as a number, are refused: everybody who has one is"
        " signed out.",
        "Give create_access_token text, and pin PyJWT<2.10 until the old tokens have expired.",
        "https://github.com/vimalloc/flask-jwt-extended/issues/556",
        "Subject must be a string",
        {"PyJWT": ">=2.10"},
    ),
)
