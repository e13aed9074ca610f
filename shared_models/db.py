"""The one `db` that every application initialises: one engine and one pool a database."""

from gateway.sandbox import SharedSQLAlchemy
from shared_models.base import Base
from shared_models.engine import ENGINE_OPTIONS

__all__ = ["ENGINE_OPTIONS", "db"]

db = SharedSQLAlchemy(model_class=Base, disable_autonaming=True)
