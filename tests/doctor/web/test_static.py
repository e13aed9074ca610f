"""Static files of two applications under one URL."""

from __future__ import annotations

import pytest

APP = """
    from flask import Blueprint, Flask
    app = Flask(__name__, static_folder=__name__, static_url_path="/static")
"""


@pytest.fixture
def files(tmp_path):
    def files(**texts):
        for folder, names in texts.items():
            for name, text in names.items():
                file = tmp_path / folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)

    return files


def test_two_folders_under_one_url_are_found(compare, files):
    files(legacy={"old.css": "", "js/chat.js": ""}, modern={"new.css": ""})
    found = compare(APP)

    assert list(found) == ["web.static-clash"]
    assert (
        found["web.static-clash"]
        .evidence[0]
        .endswith("legacy, which alone has js/chat.js, old.css")
    )


def test_another_version_of_a_file_is_found(compare, files):
    files(legacy={"app.css": "old"}, modern={"app.css": "newer"})

    assert list(compare(APP)) == ["web.static-clash"]


def test_equal_files_are_sound(compare, files):
    files(legacy={"app.css": "x"}, modern={"app.css": "x"})

    assert compare(APP) == {}


def test_folders_under_two_urls_are_sound(compare, files):
    files(legacy={"old.css": ""}, modern={"new.css": ""})
    moved = "app = Flask(__name__, static_folder=__name__, static_url_path='/assets')"

    assert compare(APP, modern=moved) == {}


def test_folders_of_blueprints_count(compare, files):
    files(legacy={"old.css": ""}, modern={"new.css": ""})
    own = """
    app = Flask(__name__, static_folder=None)
    shop = Blueprint("shop", __name__, static_folder=__name__, static_url_path="/shop")
    app.register_blueprint(shop)
    """
    found = compare(APP + own)

    assert "Both serve static files below /shop," in found["web.static-clash"].message
