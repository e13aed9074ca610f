"""A rewrite that made another db."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
