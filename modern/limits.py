"""How often an address, an e-mail or a user may try something."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from modern.clock import Clock
from modern.rates import Limit, RateLimiter
from shared_models import User
from shared_models.settings import SharedSettings


@dataclass(frozen=True)
class Limiter:
    """Counts what is tried, whatever is sent along; RateLimited is raised beyond a limit."""

    session: Session
    clock: Clock
    settings: SharedSettings

    def spend_login(self, address: str | None) -> None:
        """Count a submitted login form."""
        settings = self.settings
        self._spend(
            f"login-address:{address}",
            settings.login_attempts_per_address,
            settings.login_attempts_window,
        )

    def spend_registration(self, address: str | None) -> None:
        """Count a submitted registration form."""
        settings = self.settings
        self._spend(
            f"register-address:{address}",
            settings.registrations_per_address,
            settings.registrations_window,
        )

    def spend_contact(self, address: str | None) -> None:
        """Count a submitted contact form."""
        settings = self.settings
        self._spend(
            f"contact-address:{address}", settings.contacts_per_address, settings.contacts_window
        )

    def spend_password(self, user: User) -> None:
        """Count an attempt of somebody signed in to prove that they know their password."""
        self._limiter.spend(password_attempts(user, self.settings))

    def spend_send(self, user: User) -> None:
        """Count a message."""
        settings = self.settings
        self._spend(f"send-user:{user.id}", settings.sends_per_window, settings.sends_window)

    def spend_upload(self, user: User) -> None:
        """Count an uploaded file."""
        settings = self.settings
        self._spend(f"upload-user:{user.id}", settings.uploads_per_window, settings.uploads_window)

    def spend_feedback(self, user: User) -> None:
        """Count a rating."""
        settings = self.settings
        self._spend(
            f"feedback-user:{user.id}", settings.feedback_per_window, settings.feedback_window
        )

    @property
    def _limiter(self) -> RateLimiter:
        return RateLimiter(self.session, self.clock)

    def _spend(self, key: str, hits: int, window: timedelta) -> None:
        self._limiter.spend(Limit(key, hits, window))


def failed_logins(email: str, settings: SharedSettings) -> Limit:
    """The limit on wrong passwords for one e-mail, whether or not it has an account."""
    # The table of counters must not become a list of addresses that somebody tried.
    digest = sha256(email.encode()).hexdigest()[:32]
    return Limit(
        f"login-email:{digest}", settings.failed_logins_per_email, settings.failed_logins_window
    )


def password_attempts(user: User, settings: SharedSettings) -> Limit:
    """The limit on wrong passwords of somebody who is signed in."""
    return Limit(
        f"password-user:{user.id}", settings.password_attempts, settings.password_attempts_window
    )
