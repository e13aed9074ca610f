"""Whether two applications answer the same requests in the same way, as far as objects tell.

No request is made. Rules, options and settings are compared for the URLs that both serve; parity
tests compare the answers themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.application import Pair
from gateway.doctor.careful import findings_of
from gateway.doctor.finding import Check, Finding
from gateway.doctor.web import answers, cors, errors, limiter, links, requests, routes, static

_PARTS = (routes, cors, static, errors, answers, requests, links, limiter)
UNEXAMINED = Check("web.unexamined", "warning")
CHECKS = (*(check for part in _PARTS for check in part.CHECKS), UNEXAMINED)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what makes two Flask applications answer a request differently."""
    yield from findings_of(_PARTS, pair, UNEXAMINED)
