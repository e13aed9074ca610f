"""An application on the db that both share."""

from flask import Flask
from shared import User, db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)


@app.get("/users")
def users():
    return str(db.session.query(User).count())
