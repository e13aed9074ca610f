import pytest

from modern.config import Config, ConfigError
from shared_models.settings import DEVELOPMENT_SECRET_KEY

STRONG = "x" * 32


@pytest.mark.parametrize("environment", ["development", "testing"])
def test_at_home_the_secret_key_may_be_missing(environment):
    config = Config.from_environment({"APP_ENV": environment})

    assert config.secret_key == DEVELOPMENT_SECRET_KEY


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "SECRET_KEY is missing."),
        ("x" * 31, "SECRET_KEY has 31 characters."),
        (DEVELOPMENT_SECRET_KEY, "SECRET_KEY is the one for development"),
    ],
)
def test_in_public_a_weak_secret_key_is_refused(environment, key, fault):
    with pytest.raises(ConfigError, match=fault) as refused:
        Config.from_environment({"APP_ENV": environment, "SECRET_KEY": key})

    assert f"APP_ENV={environment}" in str(refused.value)


def test_an_unknown_environment_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'prod'\. Use one of development, testing, staging"):
        Config.from_environment({"APP_ENV": "prod"})


def test_the_secret_key_is_not_shown():
    assert STRONG not in repr(Config("production", STRONG))


@pytest.mark.parametrize(("environment", "secure"), [("testing", False), ("production", True)])
def test_cookies_are_secure_in_public(environment, secure):
    settings = Config(environment, STRONG).for_flask()

    assert settings["SESSION_COOKIE_SECURE"] is secure
    assert settings["REMEMBER_COOKIE_SECURE"] is secure
