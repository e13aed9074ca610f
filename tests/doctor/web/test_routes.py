"""URLs that both applications serve, and do not serve alike."""

from __future__ import annotations

import pytest

APP = """
    from flask import Flask
    from werkzeug.routing import BaseConverter
    app = Flask(__name__, static_folder=None)
    def view(**_):
        return "answered"
"""
RULE = "app.add_url_rule({!r}, 'view', view, methods={!r})"


def rules(*texts, methods=("GET",), **options):
    return "\n".join(
        f"app.add_url_rule({text!r}, 'view{number}', view, methods={methods!r}, **{options!r})"
        for number, text in enumerate(texts)
    )


def test_a_method_that_only_the_control_answers_is_found(compare):
    found = compare(
        APP,
        legacy=rules("/items/<int:item>", methods=("GET", "DELETE", "PATCH")),
        modern=rules("/items/<int:item_id>", methods=("GET", "PUT")),
    )

    assert list(found) == ["web.methods"]
    assert found["web.methods"].evidence == ("/items/<int:item>: DELETE, PATCH",)


def test_more_methods_of_the_candidate_are_sound(compare):
    assert compare(APP, legacy=rules("/x"), modern=rules("/x", methods=("GET", "POST"))) == {}


def test_methods_may_be_spread_over_views(compare):
    spread = f"{rules('/x')}\napp.add_url_rule('/x', 'post', view, methods=['POST'])"

    assert compare(APP, legacy=rules("/x", methods=("GET", "POST")), modern=spread) == {}


def test_urls_that_one_of_them_serves_are_nobodys_business(compare):
    assert compare(APP, legacy=rules("/old", "/x"), modern=rules("/new", "/x")) == {}


@pytest.mark.parametrize(
    ("legacy", "modern", "check"),
    [
        (rules("/x/"), rules("/x"), "web.slashes"),
        (rules("/x", "/x/"), rules("/x"), "web.slashes"),
        (rules("/x", strict_slashes=False), rules("/x"), "web.slashes"),
        (rules("/x"), rules("/x/"), "web.slash-redirects"),
        (rules("/x", "/x/"), rules("/x/"), "web.slash-redirects"),
        (rules("/x", strict_slashes=False), rules("/x/"), "web.slash-redirects"),
    ],
)
def test_spellings_that_a_flip_loses_are_found(compare, legacy, modern, check):
    assert list(compare(APP, legacy=legacy, modern=modern)) == [check]


@pytest.mark.parametrize(
    ("legacy", "modern"),
    [
        (rules("/x/"), rules("/x/")),
        (rules("/x"), rules("/x", "/x/")),
        (rules("/"), rules("/")),
    ],
)
def test_spellings_that_a_flip_keeps_are_sound(compare, legacy, modern):
    assert compare(APP, legacy=legacy, modern=modern) == {}


def test_variables_of_other_types_are_noted(compare):
    found = compare(
        APP,
        legacy=rules("/<name>", "/p/<string:a>/<int:b>"),
        modern=rules("/<int:number>", "/p/<a>/<int:c>"),
    )

    assert list(found) == ["web.variables"]
    assert found["web.variables"].evidence == ("/<name> in legacy, /<int:number> in modern",)


CONVERTER = """
class Slug(BaseConverter):
    regex = {!r}
app.url_map.converters["slug"] = Slug
"""


def test_one_name_for_two_converters_is_found(compare):
    found = compare(APP, legacy=CONVERTER.format("[a-z]+"), modern=CONVERTER.format("[a-z-]+"))

    assert list(found) == ["web.converters"]
    assert found["web.converters"].evidence == (
        "slug is legacy.Slug, which matches [a-z]+ in legacy",
        "slug is modern.Slug, which matches [a-z-]+ in modern",
    )


def test_a_converter_of_both_is_sound(compare):
    numbers = """
    from werkzeug.routing import IntegerConverter
    app.url_map.converters["number"] = IntegerConverter
    """
    assert compare(APP + numbers) == {}


@pytest.mark.parametrize(
    ("modern", "said"),
    [
        (rules("/x", provide_automatic_options=False), "405 in modern"),
        (rules("/x", methods=("GET", "OPTIONS")), "by a view at modern.py:5 in modern"),
    ],
)
def test_options_answered_in_another_way_are_found(compare, modern, said):
    found = compare(APP, legacy=rules("/x"), modern=modern)

    assert list(found) == ["web.options"]
    assert found["web.options"].evidence == (f"/x: by Flask in legacy, {said}",)


def test_options_answered_by_views_of_both_are_sound(compare):
    own = rules("/x", methods=("GET", "OPTIONS"))

    assert compare(APP, legacy=own, modern=own) == {}


def test_long_evidence_is_cut(compare):
    texts = [f"/x{number}/" for number in range(14)]
    found = compare(APP, legacy=rules(*texts), modern=rules(*(text.rstrip("/") for text in texts)))

    assert len(found["web.slashes"].evidence) == 11
    assert found["web.slashes"].evidence[-1] == "and 4 more"
