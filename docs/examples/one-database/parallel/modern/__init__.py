"""The rewrite, with a db, models and a database of its own."""

from flask import Flask, request

from modern.models import User, db


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///modern.db"
    db.init_app(app)
    app.cli.command("create-tables")(db.create_all)
    app.add_url_rule("/users", view_func=users)
    app.add_url_rule("/users", view_func=add_user, methods=["POST"])
    return app


def users():
    return [user.name for user in db.session.scalars(db.select(User))]


def add_user():
    db.session.add(User(name=request.form["name"]))
    db.session.commit()
    return "", 201
