"""The landing page."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from modern.identity import viewer
from modern.localpath import HOME

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def landing() -> ResponseReturnValue:
    """Welcome strangers; send people who are signed in to their conversations."""
    return redirect(HOME) if viewer() else render_template("landing.html")
