"""A rewrite that registers a second db with the monolith's application."""

from flask_sqlalchemy import SQLAlchemy

from legacy import app

db = SQLAlchemy(app)
