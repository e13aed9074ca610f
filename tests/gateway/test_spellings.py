"""One reading of a path: no spelling reaches another backend than its canonical form does.

Each target goes over a socket as it is written, to two Flask applications that say what they
matched, under each server, with the routes as the table has them and the other way round.
"""

import re
from urllib.parse import unquote, urlsplit

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, RequestRedirect, Rule

from tests.gateway import asked
from tests.gateway.servers import SERVERS, behind_gateway, get
from tests.gateway.spellings import REFUSED, REWRITTEN, SPELLINGS, Two

HERE = "tests.gateway.asked"
ROUTES = {  # name → path, backend
    "home": ("/", "modern"),
    "chat": ("/chat", "modern"),
    "coffee": ("/café", "modern"),
    "file": ("/files/<path:name>", "legacy"),
    "readme": ("/files/read/me", "modern"),
    "repository": ("/r/<owner>/<name>", "legacy"),
    "tag": ("/tags/<tag>", "modern"),
}
ADMIN = "modern"  # all below the prefix
OTHER = {"legacy": "modern", "modern": "legacy"}

# Werkzeug says which route a canonical path belongs to, and which view.
OF_ROUTE = Map(
    [
        *(Rule(path, endpoint=name) for name, (path, _) in ROUTES.items()),
        Rule("/admin", endpoint="admin"),
        Rule("/admin/<path:below>", endpoint="admin"),
    ],
    strict_slashes=False,
).bind("local")
OF_VIEW = asked.legacy.url_map.bind("local")


def table(*, mirrored: bool) -> str:
    sides = OTHER if mirrored else {side: side for side in OTHER}
    routes = "".join(
        f'  {name}: {{path: "{path}", to: {sides[side]}}}\n'
        for name, (path, side) in ROUTES.items()
    )
    return (
        f'backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:modern"}}\n'
        f"default: {sides['legacy']}\nroutes:\n{routes}"
        f"  admin: {{prefix: /admin, to: {sides[ADMIN]}}}\n"
    )


def matched(adapter, path: str) -> str:
    """Return the endpoint of a path, or nothing where it has none of its own."""
    try:
        return adapter.match(path)[0]
    except (NotFound, RequestRedirect):
        return ""


class Site:
    """A gateway under one server, and what is to be said against its answers."""

    def __init__(self, served, server: str, *, mirrored: bool) -> None:
        self.served, self.server, self.mirrored = served, server, mirrored

    def complaint(self, target: bytes, reading) -> str:
        method = b"OPTIONS" if target == b"*" else b"GET"
        answer = Answer(get(self.served, target, method))
        said = self._complaint(answer, target, REWRITTEN[self.server].get(target, reading))
        return said and f"{target!r} {said}: {answer!r}"

    def _complaint(self, answer: "Answer", target: bytes, reading) -> str:
        if target in REFUSED[self.server]:
            return "" if not answer.application and not answer.unreadable else "is not refused"
        if not isinstance(reading, str):
            return "" if answer.unreadable and not answer.application else "is not 400"
        route = matched(OF_ROUTE, reading)
        if (answer.route, answer.backend) != (route, self.backend_of(route)):
            return f"is not sent where {reading!r} belongs"
        if answer.application != answer.backend:
            return "is answered by somebody else"
        if answer.rule and not route:
            return "" if answer.rule in asked.UNNAMED else "is no route's, and gets a route's view"
        rule = matched(OF_VIEW, reading) if route == "admin" else ROUTES.get(route, [""])[0]
        return "" if answer.means(reading, rule) else f"is not {reading!r} to the application"

    def backend_of(self, route: str) -> str:
        backend = ADMIN if route == "admin" else ROUTES.get(route, ("", "legacy"))[1]
        return OTHER[backend] if self.mirrored else backend


class Answer:
    """What came over the wire."""

    def __init__(self, received: bytes) -> None:
        head, _, body = received.decode("latin-1").partition("\r\n\r\n")
        # uWSGI repeats whatever stood after the target in front of the status.
        found = re.search(r"HTTP/1\.[01] (\d{3})", head.split("\r\n")[0])
        self.status = int(found[1]) if found else 0
        fields = [line.partition(": ")[::2] for line in head.split("\r\n")[1:]]
        self.headers = {name.lower(): value for name, value in fields}
        self.unreadable = self.status == 400 and body.startswith("400 Bad Request. The path ")
        self.application = self.headers.get("x-application", "")
        self.backend = self.headers.get("x-gateway-backend", "")
        self.rule = unquote(self.headers.get("x-rule", ""))
        self.route = self.headers.get("x-gateway-route", "")

    def means(self, path: str, rule: str) -> bool:
        """Tell whether the application took the request for this path, if it found any view."""
        if self.rule or self.status == 200:
            return self.rule == rule
        if self.status == 308:
            place = unquote(urlsplit(self.headers["location"]).path)
            return place.rstrip("/") == path.rstrip("/")
        return self.status in {404, 405}

    def __repr__(self) -> str:
        return f"{self.status} {self.headers}"


@pytest.fixture(
    scope="module",
    params=[(server, mirrored) for server in SERVERS for mirrored in (False, True)],
    ids=lambda param: f"{param[0]}-{'mirrored' if param[1] else 'as written'}",
)
def site(request, tmp_path_factory):
    server, mirrored = request.param
    file = tmp_path_factory.mktemp("site") / "table.yaml"
    file.write_text(table(mirrored=mirrored))
    with behind_gateway(server, file) as served:
        yield Site(served, server, mirrored=mirrored)


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_spelling_is_answered_as_its_canonical_form_or_refused(site, kind):
    said = [site.complaint(target, reading) for target, reading in SPELLINGS[kind].items()]

    assert [complaint for complaint in said if complaint] == []


def test_the_corpus_is_large_and_says_what_it_means_once():
    targets = [target for kind in SPELLINGS.values() for target in kind]

    assert len(targets) == len(set(targets)) > 350


@pytest.mark.parametrize("kind", SPELLINGS)
def test_what_is_refused_for_two_readings_has_two(kind):
    """An application would have taken each of them for another place, or for none."""
    for target, reading in SPELLINGS[kind].items():
        if isinstance(reading, Two):
            path = re.sub(r"^http://h|\?.*", "", unquote(target.decode()))
            as_it_stands = matched(OF_ROUTE, "/" + path.lstrip("/"))
            assert as_it_stands != matched(OF_ROUTE, reading.path), target


def test_a_slash_at_the_end_is_the_routes():
    """To Werkzeug it would be the file 'read/me/', wherever that is answered; see the docs."""
    assert matched(OF_VIEW, "/files/read/me/") == "/files/<path:name>"
    assert matched(OF_ROUTE, "/files/read/me/") == "readme"


def test_what_servers_do_differently_is_in_the_corpus():
    targets = {target for kind in SPELLINGS.values() for target in kind}

    for server in SERVERS:
        assert targets > REFUSED[server] | REWRITTEN[server].keys()
