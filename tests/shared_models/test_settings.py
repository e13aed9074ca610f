"""What the environment may say, and what it may not."""

from pathlib import Path

import pytest

from shared_models.settings import (
    DEFAULT_ATTACHMENTS,
    DEFAULT_DATABASE,
    database_url,
    shared_settings,
)


def test_database_defaults_to_a_file_of_the_repository(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert database_url() == f"sqlite:///{DEFAULT_DATABASE}"
    assert DEFAULT_DATABASE.is_absolute()


def test_relative_file_is_made_absolute(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///data/x.db")
    assert database_url() == f"sqlite:///{Path.cwd()}/data/x.db"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////srv/app.db"])
def test_other_sqlite_urls_are_left_alone(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert database_url() == url


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_gets_its_driver_and_keeps_its_password(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://ada:secret@db/app")
    assert database_url() == "postgresql+psycopg://ada:secret@db/app"


def test_nonsense_is_refused_without_repeating_it(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "a secret that got here by mistake")
    with pytest.raises(ValueError, match="DATABASE_URL is not a database URL") as caught:
        database_url()
    assert "secret" not in str(caught.value)


def test_limits_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("FAILED_LOGINS_PER_EMAIL", "3")
    settings = shared_settings()
    assert (settings.failed_logins_per_email, settings.login_attempts_per_address) == (3, 30)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_limit_that_is_no_number_is_refused(monkeypatch, value):
    monkeypatch.setenv("REGISTRATIONS_PER_ADDRESS", value)
    with pytest.raises(ValueError, match="REGISTRATIONS_PER_ADDRESS must be a whole number"):
        shared_settings()


def test_attachments_lie_beside_the_database_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("ATTACHMENT_FOLDER", raising=False)
    assert shared_settings().attachment_folder == DEFAULT_ATTACHMENTS
    monkeypatch.setenv("ATTACHMENT_FOLDER", "files")
    assert shared_settings().attachment_folder == Path.cwd() / "files"
