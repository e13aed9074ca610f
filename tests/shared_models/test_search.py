"""Full text on both databases: what is found, how it follows the rows, and that nothing fails."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, text, update

from shared_models import Message, User, schema
from shared_models.search import Phrase, fts5_expression, phrases, tsquery_expression

SQLITE = "SELECT rowid FROM {table}_search WHERE {table}_search MATCH :expression"
POSTGRESQL = (
    "SELECT id FROM {table} WHERE search_words({column}) @@ to_tsquery('simple', :expression)"
)
SIGNS = [
    *('"', "'", "*", "(", ")", "AND", "OR", "NOT", "NEAR(a", "-a", "a:b", "\\", "&|!<->", ":*"),
    *("^", "½", "\0", "\ud800", "\u0301", "\u037a", "word"),
]
ANY_TEXT = st.text(st.characters()) | st.lists(st.sampled_from(SIGNS)).map(" ".join)
# Letters that both databases have known for long.
LETTERS = st.characters(codec="utf-8", max_codepoint=0x24F, categories=["L", "Nd", "P", "Z", "S"])
each_example = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)


def ids(session, table, column, wanted):
    """The rows of a table in which the text is found."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    expression = (fts5_expression if is_sqlite else tsquery_expression)(wanted)
    if expression is None:
        return set()
    statement = (SQLITE if is_sqlite else POSTGRESQL).format(table=table, column=column)
    return set(session.scalars(text(statement), {"expression": expression}))


def is_found(session, message, wanted):
    return message.id in ids(session, "message", "body", wanted)


@pytest.fixture
def told(session, message):
    """Give the message a body."""

    def tell(body):
        message.body = body
        session.flush()
        return message

    return tell


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("The store and the mill", "mill store"),
        ("Bernoulli's numbers", "bernou NUMB"),
        ("Die Straßen von Übersee", "straßen ubersee"),
        ("cafe\u0301 naïf", "café naif"),
        ("Write to ada@example.test, at /srv/data/list.csv", "example csv srv"),
        ("It is <b>bold</b> &amp; -42", "b amp 42"),
        ("Press <enter> now", "enter"),
        ("x86_64 e-mail", "64 mail"),
        ("東京の地図", "東京"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("the analytical engine", '"Analytical engine"'),
        ("the analytical engine", "“analytical engine” the"),
        ("½ a cup", "½"),
        ("hello", 'hello "" -'),
    ],
)
def test_words_are_found(session, told, body, wanted):
    assert is_found(session, told(body), wanted)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("The store and the mill", "store windmill"),
        ("Bernoulli", "ernoulli"),
        ("the analytical steam engine", '"analytical engine"'),
        ("the analytical engines", '"analytical engine"'),
        ("Hello", "OR"),
        ("Hello", "… !"),
    ],
)
def test_other_words_are_not(session, told, body, wanted):
    assert not is_found(session, told(body), wanted)


def test_titles_are_found(session, conversation):
    assert ids(session, "conversation", "title", "notes") == set()
    conversation.title = "Notes on the engine"
    session.flush()
    assert ids(session, "conversation", "title", "note") == {conversation.id}
    conversation.title = None
    session.flush()
    assert ids(session, "conversation", "title", "notes") == set()


def test_changed_text_is_found_and_the_old_is_not(session, told):
    told("granary")
    assert not is_found(session, told("mill"), "granary")
    assert is_found(session, told("mill"), "mill")


def test_bulk_changes_are_followed(session, told):
    message = told("granary")
    session.execute(update(Message).values(body="mill"))
    assert is_found(session, message, "mill")
    session.execute(delete(Message))
    assert ids(session, "message", "body", "mill") == set()


def test_what_cascades_away_is_not_found(session, user, conversation, told):
    told("granary")
    conversation.title = "granary"
    session.flush()
    session.execute(delete(User).where(User.id == user.id))
    assert ids(session, "message", "body", "granary") == set()
    assert ids(session, "conversation", "title", "granary") == set()


def test_what_is_rolled_back_is_not_found(engine, session, told):
    told("granary")
    session.rollback()
    assert ids(session, "message", "body", "granary") == set()


def test_huge_text_can_be_stored(session, told):
    assert is_found(session, told(" ".join(f"word{number}" for number in range(200_000))), "word17")


def test_phrases_are_read():
    assert phrases('a "b c" d-e "" a') == (
        Phrase(("a",)),
        Phrase(("b", "c"), is_prefix=False),
        Phrase(("d",)),
        Phrase(("e",)),
    )


@pytest.mark.parametrize("nothing", ["", " \t", "…", '""', "-- ' *", "\0"])
def test_text_without_a_word_is_nothing_to_look_for(nothing):
    assert fts5_expression(nothing) is None
    assert tsquery_expression(nothing) is None


@pytest.mark.parametrize("expression", [fts5_expression, tsquery_expression])
def test_expressions_are_of_bounded_size(expression):
    many = " ".join(f"w{number}" for number in range(1_000))

    assert len(str(expression(many))) < 500
    assert len(str(expression("x" * 100_000))) < 600


def test_accent_that_stands_alone_changes_nothing(session, told):
    assert is_found(session, told("hello"), "hello \u0301")


@each_example
@given(wanted=ANY_TEXT)
def test_no_text_makes_a_search_fail(session, wanted):
    ids(session, "message", "body", wanted)


@each_example
@given(body=st.text(LETTERS, min_size=1), data=st.data())
def test_every_word_and_its_beginnings_are_found(session, told, body, data):
    message = told(body)
    for phrase in phrases(body):
        (word,) = phrase.words[-1:]
        cut = data.draw(st.integers(1, len(word)))
        assert is_found(session, message, f'"{" ".join(phrase.words)}"')
        assert is_found(session, message, word[:cut])


def migrated(url, revision):
    config = Config(schema.ALEMBIC_INI)
    config.attributes["url"] = url
    (command.upgrade if revision != "0001" else command.downgrade)(config, revision)


def test_texts_that_are_there_already_are_found_after_the_migration(url, engine, session, told):
    told("granary")
    session.commit()
    try:
        migrated(url, "0001")
        assert not any("search" in name for name in inspect(engine).get_table_names())
        migrated(url, "head")
        assert ids(session, "message", "body", "granary")
    finally:
        session.rollback()
        session.execute(delete(User))
        session.commit()


def test_index_of_sqlite_is_whole_after_many_changes(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    schema.upgrade(url)
    with closing(sqlite3.connect(tmp_path / "app.db")) as database:
        database.executescript(CHANGES)
        for table in ("message", "conversation"):
            # It compares the index with the texts (rank 1), and fails where they disagree.
            database.execute(
                f"INSERT INTO {table}_search ({table}_search, rank) VALUES ('integrity-check', 1)"
            )


VALUES = "({}, 1, {}, 'user', 'text', '{}', NULL, 'complete', NULL, 0);"
CHANGES = f"""
PRAGMA recursive_triggers = ON;
INSERT INTO user (id, email, display_name, password_hash, role, status, timezone, monthly_quota,
    quota_used, quota_resets_at, failed_logins, must_change_password, created_at)
VALUES (1, 'a@b.test', 'A', '-', 'user', 'active', 'UTC', 1, 0, 0, 0, 0, 0);
INSERT INTO conversation VALUES (1, 1, 'guide', NULL, 'open', 0, 1, 0, 0, NULL);
INSERT INTO message VALUES {VALUES.format(1, 1, "one two")}
INSERT INTO message VALUES {VALUES.format(2, 2, "two three")}
INSERT INTO message VALUES {VALUES.format(3, 3, "three four")}
UPDATE conversation SET title = 'one';
UPDATE conversation SET title = 'two', version = 2;
UPDATE message SET body = body || ' five', state = 'failed';
UPDATE message SET id = 9 WHERE id = 2;
INSERT OR REPLACE INTO message VALUES {VALUES.format(3, 4, "six")}
DELETE FROM message WHERE id = 1;
"""


def test_index_serves_the_search_on_postgresql(engine, session, told):
    if engine.dialect.name == "sqlite":
        return
    told("granary")
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(
        text("EXPLAIN " + POSTGRESQL.format(table="message", column="body")),
        {"expression": "'granary':*"},
    )
    assert "ix_message_search" in "\n".join(plan)
