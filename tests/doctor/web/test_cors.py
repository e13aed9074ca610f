"""What pages of other origins may do, as Flask-CORS is told."""

from __future__ import annotations

import pytest

APP = """
    from flask import Blueprint, Flask
    from flask_cors import CORS, cross_origin
    app = Flask(__name__, static_folder=None)
    def view(**_):
        return "answered"
    app.add_url_rule("/api/items/<int:item>", "item", view, methods=["GET", "POST"])
    app.add_url_rule("/page", "page", view)
"""
SHOP = "origins='https://shop.example'"


def test_no_cors_at_all_is_sound(compare):
    assert compare(APP) == {}


def test_cors_of_the_control_alone_is_an_error(compare):
    found = compare(APP, legacy=f"CORS(app, {SHOP})")

    assert [(each.check, each.severity) for each in found.values()] == [("web.cors", "error")]
    assert (
        found["web.cors"]
        .evidence[0]
        .startswith("/api/items/<int:item>: only legacy allows https://shop.example GET; ")
    )


def test_cors_of_the_candidate_alone_is_a_warning(compare):
    found = compare(APP, modern=f"CORS(app, {SHOP})")

    assert [(each.check, each.severity) for each in found.values()] == [
        ("web.cors-wider", "warning")
    ]


@pytest.mark.parametrize(
    ("legacy", "modern", "said"),
    [
        (f"CORS(app, {SHOP}, supports_credentials=True)", f"CORS(app, {SHOP})", "with cookies"),
        (f"CORS(app, {SHOP})", f"CORS(app, {SHOP}, methods=['GET'])", "https://shop.example POST"),
        (
            f"CORS(app, {SHOP})",
            f"CORS(app, {SHOP}, allow_headers=['Content-Type'])",
            "the header X-CSRFToken",
        ),
        ("CORS(app)", f"CORS(app, {SHOP})", "every origin to read"),
        ("CORS(app)", "CORS(app, resources=r'/page')", "/api/items/<int:item>: only legacy"),
    ],
)
def test_what_only_the_control_allows_is_told(compare, legacy, modern, said):
    found = compare(APP, legacy=legacy, modern=modern)

    assert list(found) == ["web.cors"]
    assert said in found["web.cors"].evidence[0]


def test_equal_options_said_in_different_ways_are_sound(compare):
    found = compare(
        APP,
        legacy=f"CORS(app, {SHOP})",
        modern="app.config['CORS_ORIGINS'] = ['https://shop.example']\nCORS(app)",
    )

    assert found == {}


def test_a_decorated_view_counts(compare):
    decorated = f"app.view_functions['page'] = cross_origin({SHOP})(view)"
    found = compare(APP, legacy=decorated)

    assert list(found) == ["web.cors"]
    assert found["web.cors"].evidence[0].startswith("/page: only legacy allows")


def test_a_blueprint_has_options_of_its_own(compare):
    blueprint = """
shop = Blueprint("shop", __name__, url_prefix="/shop")
shop.add_url_rule("/cart", "cart", view)
{}
app.register_blueprint(shop)
    """
    found = compare(
        APP, legacy=blueprint.format(f"CORS(shop, {SHOP})"), modern=blueprint.format("")
    )

    assert [fact.partition(":")[0] for fact in found["web.cors"].evidence] == ["/shop/cart"]


BY_HAND = """
@app.after_request
def allow(response):
    response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
    return response
"""


def test_headers_written_by_hand_on_one_side_are_found(compare):
    found = compare(APP, legacy=BY_HAND)

    assert list(found) == ["web.cors-by-hand"]
    assert found["web.cors-by-hand"].evidence == ("legacy: legacy.py:11",)


@pytest.mark.parametrize("modern", [BY_HAND, "CORS(app)"])
def test_headers_written_by_hand_are_not_compared(compare, modern):
    assert compare(APP, legacy=BY_HAND, modern=modern) == {}
