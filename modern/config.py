"""What the application is told by its environment, checked once and then trusted."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, cast, get_args

from shared_models.db import ENGINE_OPTIONS
from shared_models.settings import (
    DEVELOPMENT_SECRET_KEY,
    SharedSettings,
    database_url,
    shared_settings,
)

Environment = Literal["development", "testing", "staging", "production"]

PUBLIC: frozenset[Environment] = frozenset({"staging", "production"})
SHORTEST_SECRET_KEY = 32


class ConfigError(ValueError):
    """The environment asks for something that the application refuses to run with."""


@dataclass(frozen=True)
class Config:
    """The settings of one application object."""

    environment: Environment = "development"
    secret_key: str = field(default=DEVELOPMENT_SECRET_KEY, repr=False)
    database_url: str = field(default_factory=database_url)
    shared: SharedSettings = field(default_factory=shared_settings)

    def __post_init__(self) -> None:
        if self.environment not in get_args(Environment):
            raise ConfigError(
                f"APP_ENV is {self.environment!r}. Use one of {', '.join(get_args(Environment))}."
            )
        if self.is_public:
            _refuse_weak_key(self.secret_key, self.environment)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read APP_ENV and SECRET_KEY; what both applications share reads its own names."""
        environ = os.environ if environ is None else environ
        environment = cast("Environment", environ.get("APP_ENV") or "development")
        fallback = "" if environment in PUBLIC else DEVELOPMENT_SECRET_KEY
        return cls(environment, environ.get("SECRET_KEY") or fallback)

    @property
    def is_public(self) -> bool:
        """Whether strangers reach this application, so that it must insist on HTTPS."""
        return self.environment in PUBLIC

    def for_flask(self) -> dict[str, object]:
        """The same settings under the names that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "TESTING": self.environment == "testing",
            "MAX_CONTENT_LENGTH": self.shared.max_content_length,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": dict(ENGINE_OPTIONS),
            "WTF_CSRF_TIME_LIMIT": None,
            **self._cookies(),
        }

    def _cookies(self) -> dict[str, object]:
        # Both applications read one cookie: a value that differs here signs people out at a flip.
        return {
            "SESSION_COOKIE_NAME": "session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_public,
            "REMEMBER_COOKIE_HTTPONLY": True,
            "REMEMBER_COOKIE_SAMESITE": "Lax",
            "REMEMBER_COOKIE_SECURE": self.is_public,
            "REMEMBER_COOKIE_DURATION": self.shared.remembered_session_lifetime,
        }


def _refuse_weak_key(key: str, environment: Environment) -> None:
    if not key:
        fault = "SECRET_KEY is missing"
    elif key == DEVELOPMENT_SECRET_KEY:
        fault = "SECRET_KEY is the one for development, which everybody knows"
    elif len(key) < SHORTEST_SECRET_KEY:
        fault = f"SECRET_KEY has {len(key)} characters"
    else:
        return
    raise ConfigError(
        f"{fault}. With APP_ENV={environment}, set it to at least {SHORTEST_SECRET_KEY} random "
        'characters, such as those of: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    )
