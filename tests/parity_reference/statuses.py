"""Every status of every operation of the contract must have been compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from gateway.parity.coverage import Coverage

CONTRACT = Path(__file__).parents[1] / "contract" / "contract.yaml"
UNSAFE = {"POST", "PATCH", "PUT", "DELETE"}
WITHOUT_TOKEN = 400  # "bad CSRF is 400 everywhere", says the contract

# The contract lists the statuses of a route; here is which of them belong to which of its methods.
OF_METHOD: dict[str, dict[str, list[int]]] = {
    "pages.contact": {"GET": [200], "POST": [302, 422, 429]},
    "pages.settings": {"GET": [200, 302], "POST": [302, 422]},
    "auth.login": {"GET": [200, 302], "POST": [302, 401, 422, 429]},
    "auth.register": {"GET": [200, 302], "POST": [302, 422, 429]},
    "auth.deletion": {"GET": [200, 302], "POST": [302, 403, 422]},
    "auth.sessions": {"GET": [200, 401], "DELETE": [200, 401]},
    "chat.enrolment": {"POST": [200, 401, 404, 409], "DELETE": [200, 401, 404, 409]},
    "chat.attachment": {"GET": [200, 206, 304, 401, 404, 416], "DELETE": [200, 401, 404, 409]},
    "conversation.collection": {"GET": [200, 401, 422], "POST": [201, 401, 422]},
    "conversation.item": {
        "GET": [200, 304, 401, 404],
        "PATCH": [200, 401, 404, 412, 422, 428],
        "DELETE": [200, 401, 404, 412],
    },
    "admin.create_user": {"GET": [200, 403], "POST": [302, 403, 422]},
}


def routes() -> list[dict[str, Any]]:
    """Read the routes of the contract."""
    content: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
    return list(content["routes"])


def wanted() -> Iterator[tuple[str, set[int]]]:
    """Yield each operation, as coverage names it, with the statuses that modern may answer."""
    for route in routes():
        name = f"{route['blueprint']}.{route['endpoint']}"
        for method in route["methods"]:
            statuses = OF_METHOD[name][method] if name in OF_METHOD else route["statuses"]
            without_token = {WITHOUT_TOKEN} if method in UNSAFE else set()
            yield f"{method} {route['path']}", {*statuses, *without_token}


def faults(coverage: Coverage) -> list[str]:
    """Say which statuses of the contract candidate was never compared with."""
    found = []
    for name, statuses in wanted():
        missing = sorted(statuses - {theirs for _, theirs in coverage.of(name)})
        if missing:
            found.append(f"{name} was never compared where modern answers {missing}.")
    return found
