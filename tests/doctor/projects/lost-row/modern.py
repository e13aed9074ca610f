"""A rewrite that adds a row to the monolith's session, and commits its own."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)


@app.post("/users")
def add_user():
    import legacy  # noqa: PLC0415 - late imports are how such things go unseen

    legacy.db.session.add(legacy.User(name="Ada"))
    db.session.commit()
    return "", 201
