"""Flips of several routes under a steady load: nothing is lost, and no request sees two tables."""

from tests.reliability.served import served

FLIPS = 1000
SETTLE_EVERY = 10


def test_a_thousand_flips_lose_no_request_and_mix_no_tables(server, tmp_path, length):
    with served(server, tmp_path) as site:
        with site.load() as load:
            for number in range(1, FLIPS * length + 1):
                revision = site.flip()
                if number % SETTLE_EVERY:
                    site.pause()
                else:
                    site.settle(revision)

        assert site.timeline.complaints(load.answers) == []
        assert len(load.workers(since=0)) == site.workers
        # The load was no formality: it met most of the tables that every worker served.
        assert len({a.revision for a in load.answers}) > FLIPS * length / SETTLE_EVERY
