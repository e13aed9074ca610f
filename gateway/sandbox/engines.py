"""Engines whose connections follow the active scope; without Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gateway.sandbox.pool import Origin, pool_of, scoped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.pool import Pool


def create_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
    """Make an Engine as `sqlalchemy.create_engine` does, which a sandbox can take hold of."""
    parsed = sa.make_url(url)
    return adopted(sa.create_engine(parsed, **with_scoped_pool(parsed, options)), options)


def with_scoped_pool(url: sa.URL, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of an engine with a pool class that follows the active scope."""
    if options.get("pool") is not None:
        raise RuntimeError(
            f"The engine for {url.render_as_string(hide_password=True)} is given a ready-made"
            " pool, which can't follow a scope. Give 'poolclass' and its settings instead."
        )
    base: type[Pool] = options.get("poolclass") or url.get_dialect()().get_dialect_pool_class(url)
    return {**options, "poolclass": scoped(base)}


def adopted(
    engine: sa.Engine, options: Mapping[str, Any], bind_key: str | None = None
) -> sa.Engine:
    """Tell a new engine's pool where its connections lead to."""
    pool_of(engine).origin = Origin(engine.url, bind_key, dict(options.get("connect_args", {})))
    return engine


def is_in_memory(url: sa.URL) -> bool:
    """Tell whether a URL names a private SQLite database in memory."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}
