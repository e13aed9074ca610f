"""The people whom an application knows: the models that sign in, read and never written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.doctor.application import Application
from gateway.doctor.db.databases import databases_of
from gateway.doctor.db.extension import full_name, is_of_version_2, registered
from gateway.doctor.db.locations import is_private_memory
from gateway.doctor.db.reading import reading, reading_engine
from gateway.doctor.login.manager import manager_of
from gateway.doctor.twin import twin


class UntriedError(Exception):
    """Why something was not tried; the message is a full sentence."""


def models_of(application: Application) -> list[Any]:
    """Return the models of the db that an application is registered with, by name."""
    instance = registered(application)
    registry = getattr(getattr(instance, "Model", None), "registry", None)
    return sorted((mapper.class_ for mapper in registry.mappers), key=full_name) if registry else []


def user_models(application: Application) -> list[Any]:
    """Return the models that Flask-Login could sign in."""
    identifier = manager_of(application).id_attribute
    return [
        model
        for model in models_of(application)
        if callable(getattr(model, identifier, None)) and hasattr(model, "is_authenticated")
    ]


Identity = tuple[str, object]
"""The table and the key of a user; no table for what is not a row of one."""


def identity_of(user: Any) -> Identity:
    """Return who a user is, whatever object stands for them."""
    state = sys.modules["sqlalchemy"].inspect(user, raiseerr=False)
    identity = getattr(state, "identity", None)
    return ("", None) if identity is None else (state.mapper.local_table.name, tuple(identity))


def somebody(application: Application, model: Any) -> tuple[Any, Identity]:
    """Return what a session would hold of a model's first row, and who that is.

    Raises UntriedError.
    """
    sqlalchemy = sys.modules["sqlalchemy"]
    first = sqlalchemy.select(model).order_by(*sqlalchemy.inspect(model).primary_key).limit(1)
    with reading_users(application, model) as session:
        user = session.execute(first).scalars().first()
        if user is None:
            raise UntriedError(f"{full_name(model)} has no rows.")
        user_id = getattr(user, manager_of(application).id_attribute)()
        return user_id, identity_of(user)


@contextmanager
def reading_users(application: Application, model: Any) -> Iterator[Any]:
    """Open a session that reads the database of a model. Raises UntriedError."""
    database = databases_of(application).get(model.__table__.metadata.info.get("bind_key"))
    if database is None or is_private_memory(database.url):
        raise UntriedError(f"The database of {application.name} is in its memory only.")
    orm, errors = sys.modules["sqlalchemy.orm"], sys.modules["sqlalchemy.exc"]
    try:
        with reading(database) as connection, orm.Session(connection) as session:
            yield session
    except (errors.SQLAlchemyError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UntriedError(
            f"The database of {application.name} could not be read: {type(error).__name__}:"
            f" {reason}"
        ) from error


@contextmanager
def only_reading(application: Application) -> Iterator[None]:
    """Enter a request in which an application's db reads, and can't write. Raises UntriedError.

    It is a request to the application's twin, which alone is given such engines: no hook of the
    application runs, and nothing of it is changed.
    """
    instance = registered(application)
    if instance is None or is_of_version_2(application):
        raise UntriedError(f"{application.name} has no db of Flask-SQLAlchemy 3.")
    copied = twin(application.flask)
    databases = databases_of(application)
    engines = {bind: reading_engine(database) for bind, database in databases.items()}
    instance._app_engines[copied] = engines  # noqa: SLF001 - where Flask-SQLAlchemy looks
    try:
        with copied.test_request_context(base_url="http://localhost"):
            try:
                yield
            finally:
                instance.session.remove()
    finally:
        del instance._app_engines[copied]  # noqa: SLF001
