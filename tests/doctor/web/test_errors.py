"""Whether an error is a page on one side and JSON on the other."""

from __future__ import annotations

import pytest

APP = """
    from flask import Blueprint, Flask, jsonify, render_template, render_template_string, request
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/items", "items", lambda: "")
"""
JSON = {
    "jsonify": "return jsonify(error=str(error)), 404",
    "a dict": "return {'error': str(error)}, 404",
    "a content type": "return '{}', 404, {'Content-Type': 'application/problem+json'}",
    "a function": "return problem(error)",
}
HTML = {
    "a template": "return render_template('error.html'), 404",
    "text": "return '<h1>Not found</h1>', 404",
    "a function": "return page(error)",
}
HANDLER = """
@app.errorhandler({what})
def on_error(error):
    {answer}
def problem(error):
    return {{"error": str(error)}}, 404
def page(error):
    return render_template("error.html"), 404
"""


def handler(answer, what=404):
    return HANDLER.format(what=what, answer=answer)


@pytest.mark.parametrize("answer", JSON.values(), ids=JSON)
def test_json_instead_of_flasks_own_pages_is_found(compare, answer):
    found = compare(APP, modern=handler(answer))

    assert list(found) == ["web.error-formats"]
    (fact,) = found["web.error-formats"].evidence
    assert fact == (
        "404 at /items, URLs that nobody serves: HTML by Flask itself in legacy,"
        " JSON by modern.py:7 in modern"
    )


@pytest.mark.parametrize("answer", HTML.values(), ids=HTML)
def test_pages_on_both_sides_are_sound(compare, answer):
    assert compare(APP, modern=handler(answer)) == {}


def test_json_on_both_sides_is_sound(compare):
    found = compare(APP, legacy=handler(JSON["a dict"]), modern=handler(JSON["jsonify"], "404"))

    assert found == {}


def test_a_handler_that_gives_both_differs_from_neither(compare):
    both = "return page(error) if 'html' in str(request.accept_mimetypes) else problem(error)"

    assert compare(APP, legacy=handler(both), modern=handler(JSON["a dict"])) == {}


def test_a_handler_that_tells_nothing_is_not_compared(compare):
    assert compare(APP, modern=handler("return error")) == {}


def test_a_handler_of_a_class_counts_for_every_status(compare):
    everything = "from werkzeug.exceptions import HTTPException" + handler(
        JSON["a dict"], "HTTPException"
    )
    found = compare(APP, modern=everything)

    assert (
        found["web.error-formats"]
        .evidence[0]
        .startswith("400, 401, 403, 404, 405, 413, 429, 500 at /items")
    )


def test_a_handler_of_a_blueprint_counts_for_its_urls(compare):
    blueprint = """
shop = Blueprint("shop", __name__)
shop.add_url_rule("/cart", "cart", lambda: "")
{}
app.register_blueprint(shop)
"""
    own = "shop.register_error_handler(404, lambda error: {'error': 'not found'})"
    found = compare(APP, legacy=blueprint.format(""), modern=blueprint.format(own))

    assert found["web.error-formats"].evidence[0].startswith("404 at /cart: HTML by Flask itself")
