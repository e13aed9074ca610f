"""Make a service for the request at hand, from the parts that this application runs with."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from modern.clock import Clock, utc_now
from modern.config import Config
from shared_models.db import db
from shared_models.settings import SharedSettings

ServiceT = TypeVar("ServiceT")

EXTENSION = "modern"


def init_app(app: Flask, config: Config) -> None:
    """Remember the configuration that services are made with."""
    app.extensions[EXTENSION] = config


def shared() -> SharedSettings:
    """What both applications agree on."""
    return cast("Config", current_app.extensions[EXTENSION]).shared


def provide(service: Callable[[Session, Clock, SharedSettings], ServiceT]) -> ServiceT:
    """An instance of the service that works on the request's own database session."""
    return service(db.session(), utc_now, shared())
