"""Source text of small applications, for the projects that tests write."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.doctor import Finding

OWN_DB = "db = SQLAlchemy()"

_IMPORTS = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from gateway.sandbox import SharedSQLAlchemy
"""
_SHARED = """
db = SharedSQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
"""


def app(body: str = "", db: str = "from shared import User, db", **config: object) -> str:
    """Write an application; `body` comes after `db.init_app(app)`, at the module's level."""
    settings = {"SQLALCHEMY_DATABASE_URI": "sqlite://", **config}
    made = f"app = Flask(__name__)\napp.config.update({settings!r})\ndb.init_app(app)\n"
    return f"{_IMPORTS}\n{dedent(db)}\n{made}\n{dedent(body)}"


def shared(body: str = "") -> str:
    """Write the module with the one db and its model, and something after them."""
    return f"{_IMPORTS}\n{_SHARED}\n{dedent(body)}"


def places(finding: Finding) -> list[str]:
    """Return the places in a finding's evidence, without the numbers of their lines."""
    return [re.sub(r":\d+:", ":", place) for place in finding.evidence]
