"""The routes that the benches use: many resources with five routes each, as REST services have.

Of every five, two are static, one has an int, one an int before a literal, one an int and a name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from gateway import RoutingTable

VARIABLE = re.compile(r"<(?:(int):)?(\w+)>")
"""A variable in Werkzeug's syntax: its converter, if it has one, and its name."""

_SHAPES = ("", "/new", "/<int:number>", "/<int:number>/history", "/<int:number>/<name>")


def rules(size: int) -> Iterator[str]:
    """Yield so many rules in Werkzeug's syntax."""
    for index in range(size):
        yield f"/api/resource{index // len(_SHAPES)}{_SHAPES[index % len(_SHAPES)]}"


def braced(rule: str, *, typed: bool = True) -> str:
    """Return a rule as `/x/{number:int}/{name}`, as Falcon and Starlette write it."""
    kind = r":\1" if typed else ""
    return VARIABLE.sub(lambda found: found.expand(rf"{{\2{kind if found[1] else ''}}}"), rule)


def table(size: int, *, headers: bool = True) -> RoutingTable:
    """Return a routing table of so many routes, half of them for each of two backends."""
    return RoutingTable.model_validate(
        {
            "backends": {name: f"benchmarks.hello:{name}" for name in ("legacy", "modern")},
            "default": "legacy",
            "settings": {"headers": headers},
            "routes": {
                f"route{index}": {"path": rule, "methods": ["GET"], "to": _backend(index)}
                for index, rule in enumerate(rules(size))
            },
        }
    )


def text(size: int, more: str = "", *, headers: bool = True) -> str:
    """Return the same table as people write it; `more` is further routes, indented by two."""
    lines = [
        "backends:",
        "  legacy: benchmarks.hello:legacy",
        "  modern: benchmarks.hello:modern",
        "default: legacy",
        f"settings: {{headers: {str(headers).lower()}}}",
        "routes:",
    ]
    for index, rule in enumerate(rules(size)):
        lines += [
            f"  route{index}:",
            f"    path: {rule}",
            "    methods: [GET]",
            f"    to: {_backend(index)}",
        ]
    return "\n".join(lines) + "\n" + more


def _backend(index: int) -> str:
    return "modern" if index % 2 else "legacy"


def paths(size: int, number: int) -> dict[str, list[str]]:
    """Return paths that hit and miss tables of this size, at random places, always the same."""
    chance = random.Random(size)
    last = max(1, size // len(_SHAPES)) - 1
    kinds: dict[str, Callable[[int], str]] = {
        "static": lambda i: f"/api/resource{i}/new",
        "int": lambda i: f"/api/resource{i}/{i + 42}",
        "int + name": lambda i: f"/api/resource{i}/{i + 42}/plan",
        "miss": lambda i: f"/api/nothing{i}/{i + 42}/plan",
    }
    return {
        kind: [make(chance.randint(0, last)) for _ in range(number)] for kind, make in kinds.items()
    }
