"""The bridge: the names that will stay, for the models that will move."""

from legacy.models import User, db

__all__ = ["User", "db"]
