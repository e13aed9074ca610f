"""The monolith, in one module as it grew."""

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///legacy.db"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)


@app.cli.command("create-tables")
def create_tables():
    db.create_all()


@app.get("/users")
def users():
    return [user.name for user in db.session.scalars(db.select(User))]


@app.post("/users")
def add_user():
    db.session.add(User(name=request.form["name"]))
    db.session.commit()
    return "", 201
