"""Full garbage collections are held off while a table is loaded, and come back after it."""

import gc
import os
import threading

import pytest

from gateway import TableError, compile_table
from gateway.collector import no_full_collections
from gateway.loader import parse_table

USUAL = (700, 10, 10)


@pytest.fixture(autouse=True)
def usual_threshold():
    before = gc.get_threshold()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*before)


def full_collections() -> int:
    return gc.get_stats()[2]["collections"]


def allocate() -> None:
    """Make as many objects as lead to full collections."""
    kept = [[n] for n in range(300_000)]
    assert kept


def test_many_new_objects_lead_to_no_full_collection_inside():
    before = full_collections()
    with no_full_collections:
        allocate()
    inside = full_collections() - before
    allocate()

    assert inside == 0
    assert full_collections() > before


def test_reading_and_compiling_a_large_table_lead_to_no_full_collection():
    routes = "".join(f"  r{n}: {{path: /a/<int:id>/{n}, to: a}}\n" for n in range(4_000))
    content = f"backends: {{a: b:c}}\ndefault: a\nroutes:\n{routes}".encode()

    table, reading = counted(lambda: parse_table(content, "table.yaml"))
    _, compiling = counted(lambda: compile_table(table))

    assert (reading, compiling) == (0, 0)


def counted(work):
    """Do some work; return what it gives, and how many full collections it led to."""
    gc.freeze()  # as in a small process, where new objects are soon a quarter of all
    gc.collect()
    gc.set_threshold(50, 5, 5)  # as with a larger table
    before = full_collections()
    try:
        given = work()
        gc.disable()  # what follows is not the work
        return given, full_collections() - before
    finally:
        gc.enable()
        gc.unfreeze()


def test_the_setting_comes_back_when_the_last_one_leaves():
    with no_full_collections:
        with no_full_collections:
            pass
        assert gc.get_threshold() != USUAL
    assert gc.get_threshold() == USUAL


def test_the_setting_comes_back_after_a_bad_table():
    with pytest.raises(TableError):
        parse_table(b"[", "table.yaml")

    assert gc.get_threshold() == USUAL


def test_threads_may_be_inside_together():
    together = threading.Barrier(4)

    def enter() -> None:
        with no_full_collections:
            together.wait(10)

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert gc.get_threshold() == USUAL


def test_a_setting_that_somebody_makes_meanwhile_stays():
    with no_full_collections:
        gc.set_threshold(500, 5, 5)

    assert gc.get_threshold() == (500, 5, 5)


def test_a_child_forked_inside_has_the_usual_setting_and_can_load():
    with no_full_collections:
        child = os.fork()
        if child == 0:
            usual = gc.get_threshold() == USUAL
            with no_full_collections:
                held_off = gc.get_threshold() != USUAL
            os._exit(0 if usual and held_off and gc.get_threshold() == USUAL else 1)
        _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
