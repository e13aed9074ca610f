"""The migrations write the schema that the models describe, whole or not at all."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect, text

from shared_models import Base, schema
from shared_models.search import is_of_models


def test_migrated_database_is_what_the_models_describe(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_of_models}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_are_what_the_models_describe(engine):
    # Alembic does not compare these.
    for table in Base.metadata.sorted_tables:
        described = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {check["name"] for check in inspect(engine).get_check_constraints(table.name)}
        assert found == described, table.name


def test_check_constraints_say_what_the_models_say(tmp_path):
    # On SQLite alone: PostgreSQL rewrites the expressions.
    url = f"sqlite:///{tmp_path}/app.db"
    schema.upgrade(url)
    engine = create_engine(url)
    for table in Base.metadata.sorted_tables:
        described = {str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {c["sqltext"] for c in inspect(engine).get_check_constraints(table.name)}
        assert found == described, table.name
    engine.dispose()


def test_cascades_are_what_the_models_describe(engine):
    for table in Base.metadata.sorted_tables:
        described = {(key.parent.name, key.ondelete) for key in table.foreign_keys}
        found = {
            (key["constrained_columns"][0], key["options"].get("ondelete"))
            for key in inspect(engine).get_foreign_keys(table.name)
        }
        assert found == described, table.name


def test_first_migration_brings_the_assistants(engine):
    with engine.connect() as connection:
        keys = connection.scalars(text("SELECT key FROM assistant WHERE enabled ORDER BY key"))
        assert keys.all() == ["docs", "guide", "table"]


def test_upgrade_of_the_newest_schema_changes_nothing(url, engine):
    schema.upgrade(url)
    assert schema.current_revision(url) == "0002"


def test_upgrade_makes_the_folder_of_a_sqlite_file(tmp_path):
    schema.upgrade(f"sqlite:///{tmp_path}/some/folder/app.db")
    assert (tmp_path / "some/folder/app.db").is_file()


def test_database_without_migrations_has_no_revision(tmp_path):
    assert schema.current_revision(f"sqlite:///{tmp_path}/app.db") is None


def test_failed_migration_leaves_nothing_behind(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    engine = create_engine(url)
    with engine.begin() as connection:
        # The last table of the migration is in its way.
        connection.execute(text("CREATE TABLE rate_bucket (stranger INTEGER)"))
    with pytest.raises(schema.SchemaError, match="rate_bucket already exists"):
        schema.upgrade(url)
    assert inspect(engine).get_table_names() == ["rate_bucket"]
    engine.dispose()


def test_processes_that_upgrade_at_once_all_succeed(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    code = f"from shared_models.schema import upgrade; upgrade({url!r})"
    with ThreadPoolExecutor() as pool:
        started = pool.map(
            lambda _: subprocess.run([sys.executable, "-c", code], check=False), range(3)
        )
        assert [process.returncode for process in started] == [0, 0, 0]


def test_downgrade_leaves_an_empty_database(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    schema.upgrade(url)
    config = Config(schema.ALEMBIC_INI)
    config.attributes["url"] = url
    command.downgrade(config, "base")
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////proc/none/app.db", "can't be opened or migrated: .*No such file"),
        ("sqlite:////dev/null", "The database sqlite:////dev/null can't be opened or migrated"),
        ("sqlite:////tmp", "unable to open database file"),
        ("postgresql+psycopg://ada:secret@127.0.0.1:1/app", "ada:\\*\\*\\*@127.0.0.1:1/app can't"),
        ("nonsense+nodriver://host/name", "no driver for the database nonsense"),
    ],
)
def test_database_that_cannot_be_opened_is_one_sentence(url, says):
    with pytest.raises(schema.SchemaError, match=says) as caught:
        schema.upgrade(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_database_of_newer_code_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    schema.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(schema.SchemaError, match="a revision that this code does not know"):
        schema.upgrade(url)
