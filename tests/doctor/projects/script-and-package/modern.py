"""A rewrite that imports the monolith as the package that it is."""

from flask import Flask
from monolith.app import User, db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)


@app.get("/users")
def users():
    return [user.name for user in db.session.scalars(db.select(User))]
