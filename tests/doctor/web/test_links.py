"""Endpoints that templates and code name, and which application has them."""

from __future__ import annotations

import pytest

APP = """
    from flask import Flask, url_for
    app = Flask(__name__, static_folder=None, template_folder=__name__)
    app.add_url_rule("/", __name__, lambda: "")
    app.add_url_rule("/both", "both", lambda: "")
"""


@pytest.fixture
def templates(tmp_path):
    def templates(**texts):
        for folder, text in texts.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / "page.html").write_text(text)

    return templates


def test_a_template_that_links_to_the_other_application_is_found(compare, templates):
    templates(legacy="<p>\n<a href=\"{{ url_for('modern', page=2) }}\">")
    found = compare(APP)

    assert [(each.check, each.severity) for each in found.values()] == [
        ("web.url-for-elsewhere", "error")
    ]
    assert found["web.url-for-elsewhere"].evidence == ("legacy/page.html:2 names 'modern'",)


@pytest.mark.parametrize("call", ["url_for('legacy')", "app.url_for('legacy', page=2)"])
def test_code_that_links_to_the_other_application_is_found(compare, call):
    found = compare(APP, modern=f"def view():\n    return {call}")

    assert found["web.url-for-elsewhere"].evidence == ("modern.py:8 names 'legacy'",)


def test_links_to_own_endpoints_are_sound(compare, templates):
    templates(legacy="{{ url_for('both') }}{{ url_for('legacy') }}{{ url_for(name) }}")

    assert compare(APP, modern="def view():\n    return url_for('both') + url_for('.index')") == {}


def test_an_endpoint_that_neither_has_is_found(compare, templates):
    templates(modern="{{ url_for('gone') }}")
    found = compare(APP)

    assert [(each.check, each.severity) for each in found.values()] == [
        ("web.url-for-nowhere", "warning")
    ]
    assert found["web.url-for-nowhere"].message.startswith("modern links to endpoints that neither")


def test_the_urls_may_be_built_here(compare, templates, project, diagnose):
    templates(legacy="{{ url_for('modern') }}")
    compare(APP)
    folder = project(
        both="""
            from gateway.urls import install
            from legacy import app as legacy
            from modern import app as modern
            install(legacy, modern)
        """
    )

    assert diagnose(folder, legacy="both:legacy", modern="both:modern") == ()


def test_a_handler_of_its_own_may_build_what_nobody_has(compare, templates):
    templates(modern="{{ url_for('gone') }}")
    own = "app.url_build_error_handlers.append(lambda error, endpoint, values: '/')"

    assert compare(APP, modern=own) == {}


def test_a_file_that_is_no_template_is_passed_over(compare, templates):
    templates(legacy="{% nothing of Jinja %}", modern="{{ url_for('both') }}")

    assert compare(APP) == {}


def test_templates_that_nobody_can_list_are_passed_over(compare):
    loading = """
from jinja2 import FunctionLoader
app.jinja_loader = FunctionLoader(lambda name: "{{ url_for('modern') }}")
"""
    assert compare(APP, legacy=loading) == {}
