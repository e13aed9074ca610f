"""What all models inherit; it knows nothing of Flask."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The owner of the one MetaData."""
