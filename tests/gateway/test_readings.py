"""The gateway and an application under Werkzeug read every path alike, or it is refused."""

from urllib.parse import unquote, urlsplit

from hypothesis import event, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, RequestRedirect, Rule

from gateway.decision import Decider
from gateway.loader import parse_table
from gateway.paths import UnreadablePathError, canonical

RULES = (
    *("/", "/a", "/a/b", "/b/a/a", "/<x>", "/a/<x>", "/<x>/<y>", "/<x>/b/<y>", "/<int:n>/a"),
    # A slash after more than a path converter belongs to the route here, and not for Werkzeug.
    *("/<path:x>", "/a/<path:x>", "/b/<path:x>"),
)
PARTS = ("", "", ".", "..", "a", "b", "7", "é", "..a")

rules = st.lists(st.sampled_from(RULES), min_size=1, max_size=5, unique=True)
paths = st.lists(st.sampled_from(PARTS), max_size=6).map(lambda parts: "/" + "/".join(parts))


def decider_of(rules) -> Decider:
    routes = "".join(f'  r{n}: {{path: "{rule}", to: x}}\n' for n, rule in enumerate(rules))
    text = f"backends: {{x: a:a}}\ndefault: x\nroutes:\n{routes}"
    return Decider(parse_table(text.encode(), "table.yaml"))


def application_of(rules):
    named = [Rule(rule, endpoint=f"r{number}") for number, rule in enumerate(rules)]
    return Map(named, strict_slashes=False).bind("local")


def matched(application, path: str) -> str | None:
    """Return the endpoint that a path reaches, by way of a redirect that merges slashes."""
    try:
        return application.match(path)[0]
    except NotFound:
        return None
    except RequestRedirect as redirect:
        return matched(application, unquote(urlsplit(redirect.new_url).path))


@settings(max_examples=500)
@given(rules, paths)
def test_a_path_that_is_passed_on_is_the_same_routes_to_the_application(rules, path):
    path_info = path.encode().decode("latin-1")
    application, decider = application_of(rules), decider_of(rules)
    try:
        route = decider.decide({"REQUEST_METHOD": "GET", "PATH_INFO": path_info}).route
    except UnreadablePathError:
        event("refused")
        assert matched(application, path) != matched(application, canonical(path_info))
    else:
        event("passed on" if path == canonical(path_info) else "passed on as it was spelled")
        assert matched(application, path) == route
