"""What each application makes of a request before a view sees it."""

from __future__ import annotations

import pytest

APP = """
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix
    app = Flask(__name__, static_folder=None)
    class Timed:
        def __init__(self, app):
            self.app = app
        def __call__(self, environ, start_response):
            return self.app(environ, start_response)
    def logged(wsgi_app):
        def call(environ, start_response):
            return wsgi_app(environ, start_response)
        return call
"""


@pytest.mark.parametrize(
    ("setting", "check"),
    [
        ("app.config['MAX_CONTENT_LENGTH'] = 1000", "web.upload-limits"),
        ("app.config['MAX_FORM_MEMORY_SIZE'] = 1000", "web.upload-limits"),
        ("app.config['MAX_FORM_PARTS'] = 10", "web.upload-limits"),
        ("app.config['TRUSTED_HOSTS'] = ['shop.example']", "web.hosts"),
        ("app.config['SERVER_NAME'] = 'shop.example'", "web.hosts"),
        ("app.config['PREFERRED_URL_SCHEME'] = 'https'", "web.hosts"),
        ("app.subdomain_matching = True", "web.hosts"),
        ("app.url_map.host_matching = True", "web.hosts"),
        ("app.wsgi_app = ProxyFix(app.wsgi_app)", "web.proxies"),
        ("app = ProxyFix(app)", "web.proxies"),
        ("app = Timed(ProxyFix(app.wsgi_app))", "web.proxies"),
        ("app.wsgi_app = Timed(app.wsgi_app)", "web.middleware"),
        ("app = logged(app)", "web.middleware"),
    ],
)
def test_a_setting_of_one_side_is_found(compare, setting, check):
    assert check in compare(APP, modern=setting)
    assert compare(f"{APP}    {setting}") == {}


def test_other_numbers_of_proxies_are_found(compare):
    found = compare(
        APP,
        legacy="app.wsgi_app = ProxyFix(app.wsgi_app, x_for=2, x_host=1)",
        modern="app = ProxyFix(app, x_proto=0)",
    )

    assert found["web.proxies"].evidence == (
        "legacy: ProxyFix(x_for=2, x_proto=1, x_host=1)",
        "modern: ProxyFix(x_for=1)",
    )


def test_it_does_not_matter_where_the_middleware_is_put(compare):
    assert (
        compare(APP, legacy="app = ProxyFix(app)", modern="app.wsgi_app = ProxyFix(app.wsgi_app)")
        == {}
    )


def test_middleware_is_named(compare):
    found = compare(APP, modern="app.wsgi_app = Timed(logged(app.wsgi_app))")

    assert found["web.middleware"].evidence == (
        "legacy: none",
        "modern: modern:Timed, modern:logged.<locals>.call",
    )
