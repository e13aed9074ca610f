"""The declarative base of every model; it knows SQLAlchemy and nothing of Flask."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Named constraints can be altered and dropped by a migration on every database.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all models inherit, and the owner of their one MetaData."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
