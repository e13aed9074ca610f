"""The sample data, and the command that writes it."""

import sqlite3

from click.testing import CliRunner
from sqlalchemy import func, select
from werkzeug.security import check_password_hash

from shared_models import AuditEvent, ContactMessage, Conversation, Feedback, Message, User
from shared_models.__main__ import main
from shared_models.liveliness import NEWCOMER, load_liveliness
from shared_models.sample import SAMPLE_PASSWORD, load_sample
from tests.shared_models.conftest import NOW


def counts(session):
    return [session.scalar(select(func.count(model.id))) for model in (User, Conversation, Message)]


def test_sample_is_loaded_once(session):
    load_sample(session, NOW)
    first = counts(session)
    load_sample(session, NOW)
    assert counts(session) == first == [3, 7, 23]


def test_missing_person_is_added_again(session):
    load_sample(session, NOW)
    bob = session.scalars(select(User).where(User.display_name == "Bob Martin")).one()
    session.delete(bob)
    session.flush()
    load_sample(session, NOW)
    assert counts(session) == [3, 7, 23]


def test_sample_people_can_sign_in(session):
    load_sample(session, NOW)
    ada = session.scalars(select(User).where(User.email == "ada@example.test")).one()
    assert (ada.role, ada.status) == ("admin", "active")
    assert check_password_hash(ada.password_hash, SAMPLE_PASSWORD)


def test_sample_shows_a_pinned_and_an_archived_conversation(session):
    load_sample(session, NOW)
    shown = select(Conversation.status, Conversation.pinned, func.count()).group_by(
        Conversation.status, Conversation.pinned
    )
    assert {tuple(row) for row in session.execute(shown)} == {
        ("open", False, 5),
        ("open", True, 1),
        ("archived", False, 1),
    }


def test_sample_lies_in_the_past(session):
    load_sample(session, NOW)
    assert session.scalar(select(func.max(Message.created_at))) < NOW


def test_liveliness_is_added_once(session):
    load_sample(session, NOW)
    tables = (Feedback, AuditEvent, ContactMessage)
    for _ in range(2):
        load_liveliness(session, NOW)
        session.flush()
        found = [session.scalar(select(func.count(table.id))) for table in tables]
        assert (counts(session), found) == ([4, 8, 25], [4, 2, 1])


def test_liveliness_shows_a_table_and_somebody_to_approve(session):
    load_sample(session, NOW)
    load_liveliness(session, NOW)
    (table,) = session.scalars(select(Message).where(Message.kind == "table"))
    assert [row[0] for row in table.data["rows"]] == ["April", "March", "May"]
    assert session.scalars(select(User.email).where(User.status == "pending")).all() == [NEWCOMER]
    assert session.scalar(select(func.max(Message.created_at))) < NOW


def test_lively_people_have_used_what_they_asked_this_month(session):
    load_sample(session, NOW)
    load_liveliness(session, NOW)
    asked = session.scalars(select(Message.created_at).where(Message.sender == "user"))
    this_month = [at for at in asked if (at.year, at.month) == (NOW.year, NOW.month)]

    used = dict(session.execute(select(User.display_name, User.quota_used)).all())
    assert sum(used.values()) == len(this_month)
    assert used["Ada Lovelace"] > used["Erin Wells"] == 0


def run(monkeypatch, url, *arguments):
    monkeypatch.setenv("DATABASE_URL", url)
    return CliRunner().invoke(main, arguments)


def test_sample_command_prints_the_sign_in(monkeypatch, tmp_path):
    result = run(monkeypatch, f"sqlite:///{tmp_path}/new/app.db", "sample")
    assert result.exit_code == 0
    assert "ada@example.test" in result.stdout
    assert SAMPLE_PASSWORD in result.stdout
    with sqlite3.connect(tmp_path / "new/app.db") as database:
        assert database.execute("SELECT count(*) FROM user").fetchone() == (4,)
    database.close()


def test_upgrade_command_tells_the_revision(monkeypatch, tmp_path):
    result = run(monkeypatch, f"sqlite:///{tmp_path}/app.db", "upgrade")
    assert result.stdout == "The database is at revision 0002.\n"


def test_command_says_in_one_line_what_is_wrong(monkeypatch, tmp_path):
    (tmp_path / "app.db").write_text("This is no database, it only has its name." * 20)
    for url in (f"sqlite:///{tmp_path}/app.db", "no URL"):
        result = run(monkeypatch, url, "sample")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
