"""What is known of code without running it: names, imports, closures, and what is called."""

from __future__ import annotations

import textwrap
from functools import cache, partial, wraps
from typing import Any

import pytest
from werkzeug.local import LocalProxy

from gateway.doctor.objects import shown_file
from gateway.doctor.reach import reach
from tests.doctor.holding import mark

nowhere: Any = LocalProxy(lambda: 1 / 0)


def trails(function, value=mark):
    """Where a function leads to a value: the name, and what is read from it."""
    return [(use.name, use.trail) for use in reach([function]) if use.value is value]


def uses_mark():
    return mark


def calls():
    return uses_mark()


class Service:
    def __init__(self, session):
        self.session = session

    def list(self):
        return mark

    @property
    def first(self):
        return mark

    @staticmethod
    def last():
        return mark


service = Service(None)


def decorated(function):
    @wraps(function)
    def wrapper():
        return function()

    return wrapper


def bare(function):
    def wrapper():
        return function()

    return wrapper


def in_comprehension():
    return [mark.session for _ in range(2)]


def in_lambda():
    return lambda: mark


def late_from():
    from tests.doctor.holding import mark as it  # noqa: PLC0415

    return it.session.add


def late_module():
    import tests.doctor.holding  # noqa: PLC0415

    return tests.doctor.holding.mark.session


def late_alias():
    import tests.doctor.holding as other  # noqa: PLC0415

    return other.mark


def late_relative():
    from . import holding  # noqa: PLC0415

    return holding.mark


def late_within():
    from tests.doctor.holding import mark as it  # noqa: PLC0415

    return lambda: it.session


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (uses_mark, [("mark", ())]),
        (calls, [("mark", ())]),
        (decorated(uses_mark), [("mark", ())]),
        (bare(uses_mark), [("mark", ())]),
        (partial(uses_mark), [("mark", ())]),
        (cache(uses_mark), [("mark", ())]),
        (service.list, [("mark", ())]),
        (in_comprehension, [("mark", ("session",))]),
        (in_lambda, [("mark", ())]),
        (late_from, [("tests.doctor.holding.mark", ()), ("it", ("session", "add"))]),
        (late_module, [("tests.doctor.holding.mark", ("session",))]),
        (late_alias, [("other.mark", ())]),
        (late_relative, [("holding.mark", ())]),
    ],
)
def test_a_value_is_found_where_it_is_named(function, found):
    assert trails(function) == found


def test_a_local_import_is_known_in_the_functions_within():
    assert ("it", ("session",)) in trails(late_within)


def test_a_closure_is_looked_into():
    held: Any = object()

    def view():
        return held.session

    assert trails(view, held) == [("held", ("session",))]


def test_a_closure_that_is_not_filled_yet_is_passed_over():
    def view():
        return later

    assert trails(view) == []
    later = mark


def test_every_method_of_a_class_is_followed():
    assert len(trails(lambda: Service(None))) == 3


def test_a_class_is_followed_to_those_it_is_made_from():
    class Special(Service):
        pass

    assert len(trails(lambda: Special)) == 3


def test_an_objects_class_is_followed():
    assert len(trails(lambda: [service])) == 3


def test_code_of_libraries_is_not_followed():
    inside = [use for use in reach([lambda: textwrap.dedent("a")]) if use.file == textwrap.__file__]

    assert inside == []


def test_a_proxy_outside_of_its_context_is_left_alone():
    assert trails(lambda: nowhere.anything, nowhere) == [("nowhere", ("anything",))]


def test_functions_that_call_each_other_are_each_read_once():
    def one():
        return two() or mark

    def two():
        return one() or mark

    assert len(trails(one)) == 2


def test_a_place_is_told_with_file_line_and_function():
    (use,) = (use for use in reach([uses_mark]) if use.value is mark)
    line = uses_mark.__code__.co_firstlineno + 1

    assert str(use) == f"{shown_file(__file__)}:{line}: uses_mark uses mark"
