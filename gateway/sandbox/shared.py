"""The Flask-SQLAlchemy extension whose engines are shared by all applications."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import has_app_context
from flask_sqlalchemy import SQLAlchemy

from gateway.sandbox.engines import adopted, is_in_memory, with_scoped_pool
from gateway.sandbox.pool import pool_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from sqlalchemy.orm import Session


class SharedSQLAlchemy(SQLAlchemy):
    """One Engine and one pool for every application with the same bind key and URL.

    URLs are compared after Flask-SQLAlchemy has resolved relative SQLite paths. A memory
    database counts as one URL, so applications on ``sqlite://`` see the same rows. Two
    applications that ask for the same database with different engine options are refused.

    An engine is shared among *living* applications only: once the last one is garbage,
    the next starts afresh, with options of its own and, for ``sqlite://``, an empty
    database. So a test suite may make an application a test.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._options: WeakKeyDictionary[sa.Engine, dict[str, Any]] = WeakKeyDictionary()
        super().__init__(*args, **kwargs)

    def engines_of(self, app: Flask) -> Mapping[str | None, sa.Engine]:
        """Give the engines of `app` by bind key; empty if it is not registered here."""
        return dict(self._app_engines.get(app, {}))

    def living_engines(self) -> tuple[sa.Engine, ...]:
        """Give every engine of every living application, each once."""
        engines = [e for found in self._app_engines.values() for e in found.values()]
        return tuple(dict.fromkeys(engines))

    def open_session(self) -> Session | None:
        """Give the session of the current application context, if it has one."""
        if not has_app_context() or not self.session.registry.has():
            return None
        return self.session()

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> sa.Engine:
        """Share the engine that another application has for this bind and URL, or make it."""
        if self._may_be_left_over(bind_key, options):
            gc.collect()
        sharer = self._sharer(bind_key, options)
        if sharer is None:
            return self._make_scoped_engine(bind_key, options, app)
        other, engine = sharer
        if differing := _differing(self._options[engine], options):
            raise RuntimeError(_refusal(other, app, engine, bind_key, differing))
        return engine

    def _sharer(
        self, bind_key: str | None, options: dict[str, Any]
    ) -> tuple[Flask, sa.Engine] | None:
        """Find a living application with this bind and URL, and its engine."""
        url = sa.make_url(options["url"])
        for app, engines in list(self._app_engines.items()):
            engine = engines.get(bind_key)
            if engine is not None and pool_of(engine).origin.url == url:
                return app, engine
        return None

    def _may_be_left_over(self, bind_key: str | None, options: dict[str, Any]) -> bool:
        """Tell whether it matters that the sharer is alive and not merely uncollected.

        Flask applications are reference cycles: without a collection, an application that
        nobody holds could still lend its memory database, or refuse the next one's options.
        """
        sharer = self._sharer(bind_key, options)
        if sharer is None:
            return False
        memory = is_in_memory(sa.make_url(options["url"]))
        return memory or bool(_differing(self._options[sharer[1]], options))

    def _make_scoped_engine(
        self, bind_key: str | None, options: dict[str, Any], app: Flask
    ) -> sa.Engine:
        scoped_options = with_scoped_pool(sa.make_url(options["url"]), options)
        engine = super()._make_engine(bind_key, scoped_options, app)
        self._options[engine] = dict(options)
        return adopted(engine, options, bind_key)


def _differing(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    names = sorted((ours.keys() | theirs.keys()) - {"url"})
    pairs = [(name, ours.get(name, "not set"), theirs.get(name, "not set")) for name in names]
    return [f"{name} is {a!r} and {b!r}" for name, a, b in pairs if a != b]


def _refusal(
    other: Flask, app: Flask, engine: sa.Engine, bind_key: str | None, differing: list[str]
) -> str:
    return (
        f"Applications {other.name!r} and {app.name!r} ask for the same database"
        f" ({pool_of(engine).origin}, bind {bind_key!r}) with different engine options:"
        f" {'; '.join(differing)}. They share one engine, so give both the same"
        " SQLALCHEMY_ENGINE_OPTIONS and SQLALCHEMY_ECHO."
    )
