"""The JSON that the applications' providers write."""

from __future__ import annotations

APP = """
    from flask import Flask, jsonify
    from flask.json.provider import DefaultJSONProvider
    app = Flask(__name__, static_folder=None)
"""
ISO = """
from datetime import date
class Provider(DefaultJSONProvider):
    @staticmethod
    def default(value):
        if isinstance(value, date):
            return value.isoformat()
        return DefaultJSONProvider.default(value)
app.json = Provider(app)
"""


def test_times_in_another_format_are_found(compare):
    found = compare(APP, modern=ISO)

    assert list(found) == ["web.json-values"]
    assert (
        'a date: "Fri, 02 Jan 2026 00:00:00 GMT" in legacy, "2026-01-02" in modern'
        in found["web.json-values"].evidence
    )


def test_the_same_format_on_both_sides_is_sound(compare):
    assert compare(APP, legacy=ISO, modern=ISO) == {}


def test_a_value_that_only_one_can_write_is_found(compare):
    sets = """
class Provider(DefaultJSONProvider):
    @staticmethod
    def default(value):
        return list(value) if isinstance(value, set) else DefaultJSONProvider.default(value)
app.json = Provider(app)
"""
    found = compare(APP, modern=sets)

    assert "a set: a TypeError in legacy, [1] in modern" in found["web.json-values"].evidence


def test_another_content_type_is_found(compare):
    found = compare(APP, modern="app.json.mimetype = 'application/vnd.api+json'")

    assert found["web.json-values"].evidence[0] == (
        "the content type: application/json in legacy, application/vnd.api+json in modern"
    )


def test_orders_and_escapes_are_noted(compare):
    found = compare(APP, modern="app.json.sort_keys = app.json.ensure_ascii = False")

    assert [(each.check, each.severity) for each in found.values()] == [("web.json-text", "note")]
    assert found["web.json-text"].evidence[:2] == (
        'keys in the order b, a: {"a": 2, "b": 1} in legacy, {"b": 1, "a": 2} in modern',
        'the text é: "\\u00e9" in legacy, "é" in modern',
    )


def test_orders_do_not_matter_to_who_never_uses_the_provider(compare):
    plain = APP.replace(", jsonify", "")

    assert compare(plain, modern="app.json.sort_keys = False") == {}
