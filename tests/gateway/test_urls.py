"""URLs of one application, built by `url_for` in another."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, render_template_string, url_for
from werkzeug.routing import BuildError

from gateway import urls
from tests.gateway.test_dispatcher import gateway_of
from tests.gateway.visitor import Visitor


@pytest.fixture
def legacy():
    app = Flask("legacy")
    app.add_url_rule("/login", "login", lambda: "legacy's")
    app.add_url_rule("/items/<int:item_id>", "item", lambda item_id: "legacy's")
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    return app


@pytest.fixture
def modern():
    app = Flask("modern")
    auth = Blueprint("auth", __name__, url_prefix="/auth")
    auth.add_url_rule("/login", "login", lambda: "modern's")
    auth.add_url_rule("/users/<name>", "user", lambda name: "modern's")
    app.register_blueprint(auth)
    app.add_url_rule("/elsewhere", "login", lambda: "modern's")
    return app


PAGE = """{{ url_for("auth.user", name="ada", tab="posts") }}"""


def test_a_template_links_to_the_other_application(legacy, modern):
    urls.install(legacy, modern)

    assert legacy.test_client().get("/page").text == "/auth/users/ada?tab=posts"


def test_a_link_leads_through_the_gateway_to_whoever_answers_it(legacy, modern):
    urls.install(legacy, modern)
    client = Visitor(
        gateway_of(routes="  users: {prefix: /auth, to: modern}\n", legacy=legacy, modern=modern)
    )

    linked = client.get("/page").text
    assert client.get(linked).text == "modern's"


def test_own_endpoints_come_first(legacy, modern):
    urls.install(legacy, modern)
    with legacy.test_request_context():
        assert url_for("login") == "/login"


def test_a_missing_value_of_an_own_endpoint_stays_an_error(legacy, modern):
    modern.add_url_rule("/item", "item", lambda: "modern's")
    urls.install(legacy, modern)
    with legacy.test_request_context(), pytest.raises(BuildError, match="item_id"):
        url_for("item")


def test_an_endpoint_that_nobody_has_stays_an_error(legacy, modern):
    urls.install(legacy, modern)
    with legacy.test_request_context(), pytest.raises(BuildError, match=r"auth\.logout"):
        url_for("auth.logout")


def test_a_missing_value_of_the_others_endpoint_stays_an_error(legacy, modern):
    urls.install(legacy, modern)
    with legacy.test_request_context(), pytest.raises(BuildError, match=r"auth\.user"):
        url_for("auth.user")


def test_the_first_of_several_others_is_taken(legacy, modern):
    third = Flask("third")
    third.add_url_rule("/third", "auth.login", lambda: "third's")
    urls.install(legacy, third, modern)
    with legacy.test_request_context():
        assert url_for("auth.login") == "/third"
        assert url_for("auth.user", name="ada") == "/auth/users/ada"


def test_root_host_scheme_and_anchor_are_those_of_the_request(legacy, modern):
    urls.install(legacy, modern)
    with legacy.test_request_context("/page", base_url="https://shop.example/app"):
        assert url_for("auth.login", _anchor="a b") == "/app/auth/login#a%20b"
        assert url_for("auth.login", _external=True) == "https://shop.example/app/auth/login"
        assert (
            url_for("auth.login", _external=True, _scheme="http")
            == "http://shop.example/app/auth/login"
        )


def test_outside_a_request_the_server_name_is_used(legacy, modern):
    legacy.config["SERVER_NAME"] = "shop.example"
    urls.install(legacy, modern)
    with legacy.app_context():
        assert url_for("auth.login") == "http://shop.example/auth/login"


def test_defaults_of_the_other_application_count(legacy, modern):
    modern.add_url_rule("/<lang>/help", "help", lambda lang: "modern's")
    modern.url_defaults(lambda endpoint, values: values.setdefault("lang", "en"))
    urls.install(legacy, modern)
    with legacy.test_request_context():
        assert url_for("help") == "/en/help"


def test_an_application_that_matches_hosts_is_built_too(legacy):
    hosted = Flask("hosted", static_folder=None, host_matching=True)
    hosted.add_url_rule("/report", "report", lambda: "hosted's", host="reports.example")
    urls.install(legacy, hosted)
    with legacy.test_request_context():
        assert url_for("report") == "http://reports.example/report"


def test_middleware_is_seen_through(legacy, modern):
    class Timed:
        def __init__(self, app):
            self.app = app

        def __call__(self, environ, start_response):
            return self.app(environ, start_response)

    urls.install(Timed(legacy), Timed(modern.wsgi_app))

    assert urls.built_here(legacy) == (modern,)


def test_what_is_no_flask_application_is_refused(legacy):
    with pytest.raises(TypeError, match="is no Flask application, and none is inside it"):
        urls.install(legacy, lambda environ, start_response: [])
