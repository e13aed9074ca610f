"""The limits on attempts to sign in and to register."""

from hashlib import sha256

from sqlalchemy.orm import Session

from modern.clock import Clock
from modern.rates import Limit, RateLimiter
from shared_models.settings import SharedSettings


class AddressLimiter:
    """Limits what one network address may try, whatever it sends."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.limiter = RateLimiter(session, clock)
        self.settings = settings

    def spend_login(self, address: str | None) -> None:
        """Count a submitted login form; RateLimited if there were too many."""
        self.limiter.spend(
            Limit(
                f"login-address:{address}",
                self.settings.login_attempts_per_address,
                self.settings.login_attempts_window,
            )
        )

    def spend_registration(self, address: str | None) -> None:
        """Count a submitted registration form; RateLimited if there were too many."""
        self.limiter.spend(
            Limit(
                f"register-address:{address}",
                self.settings.registrations_per_address,
                self.settings.registrations_window,
            )
        )


def failed_logins(email: str, settings: SharedSettings) -> Limit:
    """The limit on wrong passwords for one e-mail, whether or not it has an account."""
    # The table of counters must not become a list of addresses that somebody tried.
    digest = sha256(email.encode()).hexdigest()[:32]
    return Limit(
        f"login-email:{digest}", settings.failed_logins_per_email, settings.failed_logins_window
    )
