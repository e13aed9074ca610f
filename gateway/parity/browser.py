"""One person who sends requests: a browser for each side, with cookies of its own."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from gateway.parity.client import Client
from gateway.parity.cookies import ANY_DOMAIN, SetCookie
from gateway.parity.sending import Wish

if TYPE_CHECKING:
    from typing import Unpack

    from gateway.parity.harness import Parity
    from gateway.parity.reply import Reply
    from gateway.parity.sending import Options


class Verbs(ABC):
    """The methods of HTTP as methods."""

    @abstractmethod
    def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send a request to both sides."""

    def get(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a GET; see `Browser.request`."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a HEAD; see `Browser.request`."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send an OPTIONS; see `Browser.request`."""
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a POST; see `Browser.request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a PUT; see `Browser.request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a PATCH; see `Browser.request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a DELETE; see `Browser.request`."""
        return self.request("DELETE", path, **options)


class Browser(Verbs):
    """One person: a cookie jar at each side."""

    def __init__(self, parity: Parity) -> None:
        self._parity = parity
        self.clients = tuple(Client(side.app, parity.base_url) for side in parity.sides)

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send one request to both sides, compare, and move the clock on by a second.

        `json` is sent as JSON, a mapping in `data` as a form, text or bytes as they are; `files`
        (name of the field → name of the file and its bytes) make the form a multipart one, also if
        there are none. Paired values are filled in for each side wherever they stand. `max_queries`
        is how many SQL statements candidate may run for this request; `Parity.max_queries` says it
        for all.
        That both sides crash (answer 500) is a fault unless `crashes` says that they do.
        Differences do not stop the test: they are collected, and fail it at its end.
        """
        wish = Wish(method, path, **options)
        return self._parity.exchange(wish, self.clients, wish.max_queries, crashes=wish.crashes)

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie in both jars, as if both sides had set it for this session."""
        for client in self.clients:
            client.jar.store([SetCookie(name, value, "/", ANY_DOMAIN)], time.time())

    def forget_cookies(self) -> None:
        """Begin again as an unknown person, on both sides."""
        for client in self.clients:
            client.jar.clear()
