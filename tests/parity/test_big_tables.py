"""A table that is too large to be read whole is watched by triggers, and finds the same faults."""

from __future__ import annotations

import pytest

from gateway.effects.recorder import LARGE

NOTES = LARGE + 1
WATCHED = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_temp_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture(params=["file", "memory", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request, tmp_path):
    """The URL of a database of each kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/app.db"


def write(parity):
    """Use everything that writes, and something that must not."""
    made = parity.post("/notes", json={"title": "new"})
    parity.put(f"/notes/{made.json['id']}", json={"title": "again"})
    parity.get("/notes/2")
    parity.delete("/notes/1")


def found(parity):
    """Kind and table of every difference."""
    return {(d.kind, d.place.partition("[")[0]) for call in parity.calls for d in call.differences}


def test_large_table_is_watched_and_small_one_read(comparing, url):
    parity = comparing(url=url, notes=NOTES)
    parity.get("/notes/1")
    state = parity.sides[0]._state
    engine = state.clones[0].engine
    with state.scope(), engine.connect() as connection:
        found = connection.exec_driver_sql(WATCHED[engine.dialect.name]).scalars().all()
    assert found == ["note"]


def test_equal_applications_are_silent(comparing, url):
    parity = comparing(url=url, notes=NOTES)
    write(parity)
    assert parity.check() is None


FAULTS = {"column not set": "note", "write on get": "note", "extra row": "tag"}


@pytest.mark.parametrize(("fault", "table"), FAULTS.items())
def test_row_fault_is_found(comparing, url, fault, table):
    parity = comparing(fault, url=url, notes=NOTES)
    write(parity)
    assert found(parity) == {("rows", table)}
