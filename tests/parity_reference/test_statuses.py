"""The check that every status is compared, itself."""

from __future__ import annotations

from gateway.parity.coverage import Coverage
from tests.parity_reference.statuses import OF_METHOD, faults, routes, wanted

ALL = {name: {(status, status): 1 for status in statuses} for name, statuses in wanted()}


def test_methods_share_all_statuses_of_their_route_and_no_others():
    shared = {f"{r['blueprint']}.{r['endpoint']}": r for r in routes() if len(r["methods"]) > 1}
    assert shared.keys() == OF_METHOD.keys()
    for name, by_method in OF_METHOD.items():
        assert set().union(*by_method.values()) == set(shared[name]["statuses"])
        assert sorted(by_method) == sorted(shared[name]["methods"])


def test_all_operations_are_wanted_and_enough():
    assert len(ALL) == 51
    assert faults(Coverage(compared=ALL)) == []


def test_status_that_is_missing_is_told():
    compared = {**ALL, "GET /help": {(200, 500): 1}}
    told = ["GET /help was never compared where modern answers [200]."]
    assert faults(Coverage(compared=compared)) == told
