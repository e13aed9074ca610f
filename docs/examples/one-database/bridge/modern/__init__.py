"""The rewrite, on the monolith's db and models."""

from flask import Flask, request

from shared_models import User, db


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
    db.init_app(app)
    app.add_url_rule("/users", view_func=users)
    app.add_url_rule("/users", view_func=add_user, methods=["POST"])
    return app


def users():
    return [user.name for user in db.session.scalars(db.select(User))]


def add_user():
    db.session.add(User(name=request.form["name"]))
    db.session.commit()
    return "", 201
