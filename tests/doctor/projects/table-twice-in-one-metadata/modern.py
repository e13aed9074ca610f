"""A rewrite that defines the monolith's table again, on the monolith's db."""

from flask import Flask

from legacy import db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
