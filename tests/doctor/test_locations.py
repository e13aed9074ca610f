"""Two URLs lead to one database exactly if they have the same location."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from gateway.doctor.db.locations import is_private_memory, location, shown, sqlite_file

SAME = [
    ("sqlite:////data/app.db", "sqlite:////data/./x/../app.db"),
    ("sqlite:////data/app.db", "sqlite:///file:/data/app.db?uri=true"),
    ("sqlite:////data/app.db", "sqlite:///file:/data/app.db?mode=ro&uri=true"),
    ("sqlite:////data/a b.db", "sqlite:///file:/data/a%2520b.db?uri=true"),
    ("postgresql://localhost/app", "postgresql+psycopg://u:p@127.0.0.1:5432/app"),
    ("postgresql://DB.example.org/app", "postgresql+psycopg2://db.example.org/app?sslmode=require"),
    ("postgresql:///app?host=/run/pg", "postgresql+psycopg:///app?host=/run/pg"),
    ("mysql+pymysql://h/app", "mysql+mysqldb://h:3306/app?charset=utf8mb4"),
]
OTHER = [
    ("sqlite:////data/app.db", "sqlite:////data/other.db"),
    ("sqlite:///file:x?mode=memory&cache=shared&uri=true",
     "sqlite:///file:y?mode=memory&cache=shared&uri=true"),
    ("postgresql://h/app", "postgresql://h/other"),
    ("postgresql://h/app", "postgresql://g/app"),
    ("postgresql://h/app", "postgresql://h:5433/app"),
    ("postgresql:///app?host=/run/pg", "postgresql:///app?host=/run/other"),
    ("postgresql://h/app", "mysql+pymysql://h/app"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_database_are_one_location(one, other):
    assert location(make_url(one)) == location(make_url(other))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_databases_are_other_locations(one, other):
    assert location(make_url(one)) != location(make_url(other))


def test_a_link_to_a_file_is_that_file(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "app.db")
    one, other = (make_url(f"sqlite:///{tmp_path}/{name}.db") for name in ("link", "app"))

    assert location(one) == location(other)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("sqlite://", True),
        ("sqlite:///:memory:", True),
        ("sqlite:///file::memory:?uri=true", True),
        ("sqlite:///file:x?mode=memory&uri=true", True),
        ("sqlite:///file::memory:?cache=shared&uri=true", False),
        ("sqlite:////data/memory.db", False),
        ("postgresql://h/memory", False),
    ],
)
def test_a_database_in_memory_belongs_to_its_engine_unless_it_is_shared(url, private):
    assert is_private_memory(make_url(url)) is private


paths = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1
).filter(lambda name: name not in {".", ".."} and not name.startswith("file:"))


@given(paths, paths)
def test_files_have_one_location_exactly_if_they_are_one_file(one, other):
    urls = [make_url("sqlite://").set(database=f"/data/{name}") for name in (one, other)]

    assert (location(urls[0]) == location(urls[1])) is (one == other)
    assert str(sqlite_file(urls[0])) == f"/data/{one}"


def test_a_password_is_not_shown():
    assert shown(make_url("postgresql://u:secret@h/app")) == "postgresql://u:***@h/app"
