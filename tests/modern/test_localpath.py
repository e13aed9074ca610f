import pytest

from modern.localpath import local_path


@pytest.mark.parametrize("path", ["/", "/chat?conversation=3", "/a//b", "/caf%C3%A9", "/café#x"])
def test_accepts_paths_of_this_site(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "chat",
        "//host",
        "/\\host",
        "/a\\b",
        "\\\\host",
        "/%2Fhost",
        "/%5chost",
        "%2F%2Fhost",
        "/%09/host",
        "/\t/host",
        "/chat\r\nSet-Cookie: a=b",
        "/chat%0d%0a",
        "https:host",
        "https://host/",
        "javascript:alert(1)",
        " /chat",
    ],
)
def test_rejects_what_a_browser_may_read_as_another_site(path):
    assert local_path(path) is None
