"""What both applications import."""

from gateway.sandbox import SharedSQLAlchemy

db = SharedSQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
