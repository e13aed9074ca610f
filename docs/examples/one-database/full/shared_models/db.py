"""The one db: one engine and one pool for both applications."""

from gateway.sandbox import SharedSQLAlchemy
from shared_models.base import Base

db = SharedSQLAlchemy(model_class=Base)
