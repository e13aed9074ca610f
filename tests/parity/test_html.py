"""A page is what it says and offers."""

from __future__ import annotations

import pytest

from gateway.parity.canonical import Answer, Body, canonical
from gateway.parity.compare import Observation, compare
from gateway.parity.exchange import Exchange, Request, Response
from gateway.parity.html import read_page
from gateway.parity.renaming import Renaming


def meaning(html):
    """The canonical body of a page at /a/b."""
    response = Response(200, (("Content-Type", "text/html"),), html.encode())
    return canonical(Exchange(Request("GET", "/a/b"), response), (), "http://localhost").body


def differences(control, candidate):
    """Compare two pages."""
    ours, theirs = (
        Observation(Answer(200, {}, (), meaning(html))) for html in (control, candidate)
    )
    return [d.place for d in compare(ours, theirs, Renaming()).differences]


@pytest.mark.parametrize(
    ("control", "candidate"),
    [
        ("<p>a  b</p>", "<div>a\n b</div>"),
        ("<p>a<p>b", "<ul><li>a<li>b</ul>"),
        ("<p>a</p>", "<!-- x --><p class=x id=y style=z data-q=1 onclick=f()>a</p>"),
        ("<p>a</p>", "<p>a</p><script>b</script><style>c</style><template>d</template>"),
        ("<p>a</p>", "<p>a</p><p hidden>unseen <b>text</b></p>"),
        ("<a href=/x>a</a>", "<a href='http://localhost/x'>a</a>"),
        ("<a href=c>a</a>", "<a href=/a/c>a</a>"),
        ("<a href='/x?a=1&amp;b=/'>a</a>", "<a href='/x?a=1&b=%2F'>a</a>"),
        ("<form></form>", "<form action=/a/b method=GET></form>"),
        ("<form><label for=i>L</label><input id=i name=n></form>",
         "<form><label>L <input name=n type=text value=''></label></form>"),
        ("&lt;b&gt;&eacute;", "&#60;b&#62;é"),
        ("<title>T</title>", "<head><title> T\n</title></head><body></body>"),
        ("<p><b>a</b>b</p>", "<p>ab</p>"),
        ("<head></head><body>a</body>", "<head><body>a"),
    ],
)  # fmt: skip
def test_pages_that_mean_the_same(control, candidate):
    assert differences(control, candidate) == []


@pytest.mark.parametrize(
    ("control", "candidate", "place"),
    [
        ("<p>a</p>", "<p>b</p>", "text, piece 1"),
        ("<p>a</p><p>b</p>", "<p>b</p><p>a</p>", "text, piece 1"),
        ("<p>ab</p>", "<p>a</p><p>b</p>", "text, piece 1"),
        ("<p>a</p>", "<p hidden>a</p>", "text, piece 1"),
        ("<p>a<br>b", "<p>ab", "text, piece 1"),
        ("<img alt=cat src=1>", "<img alt=dog src=1>", "text, piece 1"),
        ("<title>a</title>", "<title>b</title>", "title"),
        ("<a href=/x>a</a>", "<a href=/y>a</a>", "links[0].href"),
        ("<a href=/x>a</a>", "<a href=//localhost.evil/x>a</a>", "links[0].href"),
        ("<form method=post></form>", "<form></form>", "forms[0].method"),
        ("<form enctype=multipart/form-data></form>", "<form></form>", "forms[0].encoding"),
        ("<form><input name=a></form>", "<form><input name=b></form>", "forms[0].fields.a"),
        ("<form><input name=a></form>", "<form><input name=a type=email></form>",
         "forms[0].fields.a.type"),
        ("<form><input name=a checked></form>", "<form><input name=a></form>",
         "forms[0].fields.a.checked"),
        ("<form><textarea name=a>x</textarea></form>", "<form><textarea name=a></textarea></form>",
         "forms[0].fields.a.value"),
        ("<form><button name=a value=1>Go</button></form>",
         "<form><button name=a value=2>Go</button></form>", "forms[0].fields.a.value"),
        ("<form><select name=a><option>x<option selected>y</select></form>",
         "<form><select name=a><option selected>x<option>y</select></form>",
         "forms[0].fields.a.value"),
        ("<form><input name=a><input name=b></form>", "<form><input name=b><input name=a></form>",
         "forms[0].order of fields[0]"),
        ("<meta http-equiv=refresh content='0;/x'>", "<p>", "refresh[0]"),
    ],
)  # fmt: skip
def test_pages_that_do_not(control, candidate, place):
    assert place in differences(control, candidate)


def test_form_values_are_found_by_name():
    page = read_page("<form><input type=hidden name=t value=1></form><form><input name=t></form>")
    assert page.values_of("t") == ["1", ""]


def test_meta_is_found_by_name():
    assert read_page('<meta name="csrf-token" content="abc">').meta == {"csrf-token": "abc"}


@pytest.mark.parametrize("html", ["</p></form>", "<form><a href=x><b", "<select><option>", "<p/>x"])
def test_broken_pages_are_read_like_a_browser_would(html):
    assert isinstance(meaning(html), Body)
