"""A rewrite that asks its own session for the monolith's model."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from legacy import User

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


@app.get("/users")
def users():
    return [user.name for user in db.session.scalars(db.select(User))]
