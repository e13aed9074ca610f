"""The monolith, whose db and models have moved into a module of their own."""

from flask import Flask, request

from legacy.models import User, db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
db.init_app(app)


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
