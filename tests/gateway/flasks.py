"""Flask applications whose routes can be seen."""

from flask import Flask

modern = Flask(__name__)


@modern.get("/chat")
def chat():
    return "modern"


@modern.route("/items/<int:item_id>", methods=["GET", "POST"])
def item(item_id):
    return str(item_id)


everything = Flask("everything")


@everything.route("/<name>", methods=["GET", "POST"])
def anything(name):
    return name
