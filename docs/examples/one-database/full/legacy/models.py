"""The models, under the name by which the monolith has always known them."""

from shared_models.db import db
from shared_models.user import User

__all__ = ["User", "db"]
