"""A table's file that is damaged again and again under load, and mended."""

import random

from gateway import TableError, compile_table
from gateway.loader import parse_table
from tests.reliability.served import ROUTES, served, text_of

CORRUPTIONS = 300
MEND_EVERY = 15
SERVED_WITHIN = 1.0
"""Seconds after which every worker serves a mended file."""


def truncated(chance, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def flipped(chance, content: bytes) -> bytes:
    """Change single bits in up to three bytes."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def swapped(chance, content: bytes) -> bytes:
    """Let two stretches change places."""
    a, b, c = sorted(chance.sample(range(len(content)), 3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def backends_of(content: bytes) -> dict[str, str] | None:
    """Return who answers each route by a damaged table, or None if it is none any more."""
    try:
        table = parse_table(content, "table.yaml")
    except TableError:
        return None
    match = compile_table(table).match
    found = {name: match("GET", f"/{name}") for name in ROUTES}
    return {n: (r.to.only if r else None) or table.default for n, r in found.items()}


def damage(site, content: bytes) -> None:
    """Write damaged bytes in place. What is by chance a table again may be served."""
    backends = backends_of(content)
    if backends is not None:
        site.note(content, backends)
    site.file.write_bytes(content)


def mend(site, number: int) -> float:
    """Write a good table, and return how long it took until every worker served it."""
    return site.settle(site.write(text_of(number, site.backends), site.backends))


def test_three_hundred_corruptions_fail_no_request(server, tmp_path, length):
    chance = random.Random(5)
    delays = []
    with served(server, tmp_path) as site:
        with site.load() as load:
            for number in range(1, CORRUPTIONS * length + 1):
                content = text_of(number, site.backends).encode()
                damage(site, chance.choice([truncated, flipped, swapped])(chance, content))
                site.pause()
                if number % MEND_EVERY == 0:
                    delays.append(mend(site, number))

        assert site.timeline.complaints(load.answers) == []
        assert max(delays) < SERVED_WITHIN
        assert site.server.log().count("keeps serving. Mend the file") > site.workers
