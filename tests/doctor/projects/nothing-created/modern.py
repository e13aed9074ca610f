"""A rewrite that calls create_all() of a db on which no model is defined."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from legacy import User  # noqa: F401 - "so that create_all() sees the models"

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)

with app.app_context():
    db.create_all()
