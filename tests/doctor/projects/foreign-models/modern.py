"""A rewrite with its own db, whose views still use the monolith's models and db."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from legacy import User
from legacy import db as legacy_db

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    app.add_url_rule("/users", view_func=users)
    app.add_url_rule("/users", view_func=add_user, methods=["POST"])
    return app


def users():
    return [user.name for user in User.query]


def add_user():
    legacy_db.session.add(User(name="Ada"))
    legacy_db.session.commit()
    return "", 201
