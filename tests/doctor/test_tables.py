"""Tables that are defined twice, references that lead nowhere, models that don't configure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doctor.writing import OWN_DB, app, shared

USER = """
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        {column}
"""


@pytest.fixture
def defined(found):
    """What is found where each application defines the table, each with a column of its own."""

    def defined(legacy, modern):
        sources = [app(USER.format(column=column), OWN_DB) for column in (legacy, modern)]
        return found(legacy=sources[0], modern=sources[1])

    return defined


NAME = "name = db.Column(db.String(80))"


def test_a_table_that_is_defined_twice_alike_is_a_warning(defined):
    seen = defined(NAME, NAME)

    assert "db.columns-disagree" not in seen
    assert seen["db.table-twice"].severity == "warning"
    assert seen["db.table-twice"].evidence == ("user: legacy.User and modern.User",)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("name = db.Column(db.String(120))", "VARCHAR(120) NULL"),
        ("name = db.Column(db.Text)", "TEXT NULL"),
        ("name = db.Column(db.String(80), nullable=False)", "VARCHAR(80) NOT NULL"),
        ("name = db.Column('name', db.String(80), primary_key=True)", "VARCHAR(80) NOT NULL PRIM"),
        (
            "name = db.Column(db.String(80), db.ForeignKey('user.id'))",
            "VARCHAR(80) NULL REFERENCES user.id",
        ),
    ],
)
def test_columns_that_disagree_are_an_error(defined, column, told):
    (evidence,) = defined(NAME, column)["db.columns-disagree"].evidence

    assert evidence.startswith(f"user.name: VARCHAR(80) NULL in legacy.User, {told}")
    assert evidence.endswith(" in modern.User")


def test_a_column_that_the_other_side_can_do_without_is_told_in_the_warning(defined):
    seen = defined(NAME, "pass")

    assert "db.columns-disagree" not in seen
    assert seen["db.table-twice"].evidence == (
        "user: legacy.User and modern.User; only legacy.User has name",
    )


def test_a_column_that_the_other_side_can_not_do_without_is_an_error(defined):
    seen = defined("pass", "name = db.Column(db.String(80), nullable=False)")

    assert seen["db.columns-disagree"].evidence == (
        "user.name: missing in legacy.User, VARCHAR(80) NOT NULL in modern.User",
    )


def test_a_column_with_a_default_of_the_database_can_be_done_without(defined):
    seen = defined("pass", "name = db.Column(db.String(80), nullable=False, server_default='')")

    assert "db.columns-disagree" not in seen


def test_the_name_in_the_database_counts(defined):
    called = "called = db.Column('name', db.String(80), key='called')"

    assert defined(NAME, called)["db.table-twice"].evidence == (
        "user: legacy.User and modern.User",
    )


def test_a_table_on_a_plain_base_is_compared_too(found):
    plain = """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            ...

        class User(Base):
            __tablename__ = "user"
            id: Mapped[str] = mapped_column(primary_key=True)
            name: Mapped[str]
    """
    seen = found(shared=shared(), plain=plain, legacy=app(), modern=app("import plain"))

    assert set(seen) == {"db.columns-disagree", "db.table-twice"}
    assert seen["db.columns-disagree"].evidence[0].startswith("user.id: ")


def test_a_table_without_a_model_is_named_by_the_module_that_holds_it(found):
    plain = """
        from sqlalchemy import Column, MetaData, String, Table
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            ...

        class Pet(Base):
            __tablename__ = "pet"
            id: Mapped[int] = mapped_column(primary_key=True)

        people = Table("user", Base.metadata, Column("id", String, primary_key=True))
    """
    seen = found(shared=shared(), plain=plain, legacy=app(), modern=app("import plain"))

    assert seen["db.table-twice"].evidence == ("user: shared.User and plain.people",)


def test_one_name_in_two_binds_is_two_tables(found):
    stats = """
        class Archived(db.Model):
            __tablename__ = "user"
            __bind_key__ = "archive"
            id = db.Column(db.String, primary_key=True)
    """
    config: Any = {"SQLALCHEMY_BINDS": {"archive": "sqlite://"}}

    assert found(shared=shared(stats), legacy=app(**config), modern=app(**config)) == {}


def test_a_type_of_one_database_only_is_compared(defined):
    jsonb = "from sqlalchemy.dialects.postgresql import JSONB; name = db.Column(JSONB)"

    assert "db.columns-disagree" not in defined(jsonb, jsonb)
    assert "JSON" in defined(NAME, jsonb)["db.columns-disagree"].evidence[0]


def test_a_foreign_key_within_a_metadata_is_sound(found):
    order = """
        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            user_id = db.Column(db.ForeignKey("user.id"))
            user = db.relationship("User")
    """

    assert found(shared=shared(order), legacy=app(), modern=app()) == {}


def test_an_error_in_a_relationship_of_any_kind_is_told(found):
    order = """
        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            user_id = db.Column(db.ForeignKey("user.id"))
            user = db.relationship(lambda: 1 / 0)
    """
    seen = found(shared=shared(order), legacy=app(), modern=app())

    assert list(seen) == ["db.mappers"]
    assert "ZeroDivisionError" in seen["db.mappers"].evidence[0]


def test_a_failure_is_told_alike_in_every_pair(diagnose):
    found = diagnose("relationship-across", next="modern:app")

    assert len([each for each in found if each.check == "db.mappers"]) == 1
