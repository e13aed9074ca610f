"""An intended difference is accepted exactly as it is pinned."""

from __future__ import annotations

from datetime import date
from hashlib import md5
from textwrap import dedent

import pytest

from gateway.effects import Effect
from gateway.parity.accepted import Operation
from gateway.parity.accepted_file import AcceptedDifferencesError, load_accepted, parse_accepted
from gateway.parity.canonical import Answer, Body
from gateway.parity.compare import Observation, compare
from gateway.parity.html import read_page
from gateway.parity.renaming import Renaming

TODAY = date(2026, 11, 1)


def entry(control, candidate, where="'* *'", name="AD", expires="2027-01-01"):
    """One entry of the file."""
    return (
        f"- {{id: {name}, where: [{where}], control: {control}, candidate: {candidate},"
        f" reason: r, owner: o, expires: {expires}}}\n"
    )


def accepted(text):
    """Read a file."""
    return parse_accepted(dedent(text).encode(), "accepted.yaml")


def outcome(text, control, candidate, operation=("GET", "/things/5")):
    """Compare with the entries of a file; places of the differences, and ids that were used."""
    in_force = accepted(text).on(Operation(*operation), TODAY)
    compared = compare(control, candidate, Renaming(), in_force)
    return [d.place for d in compared.differences], compared.used


def seen(tree=None, status=200, **headers):
    """An observation with a JSON body."""
    body = Body("none") if tree is None else Body("json", tree)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Observation(Answer(status, named, (), body))


def shown(title, text, status=403):
    """An observation with a page."""
    page = read_page(f"<title>{title}</title><p>{text}</p>")
    return Observation(Answer(status, {}, (), Body("html", page.as_tree(), page.text, page)))


DENIED = entry(
    "{status: 200, json: {success: false}}",
    "{status: 403, page: {title: Forbidden, text: {$text: '.*not for you.*'}}}",
)


def test_page_is_accepted_in_the_place_of_json():
    assert (
        outcome(DENIED, seen({"success": False}), shown("Forbidden", "That is not for you."))[0]
        == []
    )


@pytest.mark.parametrize(
    "candidate",
    [
        shown("Forbidden", "Something else."),
        shown("Not Found", "That is not for you."),
        shown("Forbidden", "That is not for you.", 200),
        seen({"success": True}, 403),
    ],
)
def test_other_page_than_the_pinned_one_is_a_difference(candidate):
    assert outcome(DENIED, seen({"success": False}), candidate)[0]


CREATED = entry(
    "{status: 200, headers: {Location: null}}",
    "{status: 201, headers: {Location: {$from_body: '/things/{id}'}}}",
)


def test_status_and_header_are_accepted_as_pinned():
    control, candidate = seen({"id": 5}), seen({"id": 5}, 201, location="/things/5")
    assert outcome(CREATED, control, candidate) == ([], ("AD",))


@pytest.mark.parametrize(
    "candidate",
    [
        seen({"id": 5}, 201, location="/things/6"),
        seen({"id": 5}, 201),
        seen({"id": 5}, 202, location="/things/5"),
        seen(None, 201, location="/things/5"),
    ],
)
def test_third_value_is_a_difference(candidate):
    places, used = outcome(CREATED, seen({"id": 5}), candidate)
    assert "status" in places
    assert used == ()


def test_control_is_pinned_too():
    places, used = outcome(
        CREATED, seen({"id": 5}, 204), seen({"id": 5}, 201, location="/things/5")
    )
    assert "status" in places
    assert used == ()


def test_rest_of_the_answer_is_compared_strictly():
    control, candidate = seen({"id": 5, "n": 1}), seen({"id": 5, "n": 2}, 201, location="/things/5")
    assert outcome(CREATED, control, candidate) == (["n"], ("AD",))


PAGE = entry(
    "{json: {$same: items}}",
    "{json: {items: {$same: items}, page: {$integer: {min: 1, max: 9}}}}",
    name="page",
)
TIMES = entry(
    r"{json_value: {$text: '(?P<t>\d+:\d+)'}}",
    r"{json_value: {$text: '(?P<t>\d+:\d+)Z'}}",
    name="times",
)


def test_array_in_a_page_is_compared_item_by_item_under_the_other_rules():
    control = seen([{"at": "10:00"}, {"at": "11:00"}])
    candidate = seen({"items": [{"at": "10:00Z"}, {"at": "11:01Z"}], "page": 1})
    assert outcome(PAGE + TIMES, control, candidate) == (["[1].at"], ("page", "times"))


@pytest.mark.parametrize(
    "tree",
    [
        {"items": [], "page": 10},
        {"items": [], "page": "1"},
        {"items": [], "page": True},
        {"items": []},
        {"items": [], "page": 1, "more": 0},
        [],
    ],
)
def test_rest_of_the_page_is_pinned(tree):
    places, used = outcome(PAGE, seen([1]), seen(tree))
    assert places
    assert used == ()


SET = entry("{json: {tags: {$unordered: tags}}}", "{json: {tags: {$unordered: tags}}}")


@pytest.mark.parametrize(
    ("control", "candidate", "places"),
    [
        (["a", "b", "c"], ["c", "a", "b"], []),
        (["a", "a", "b"], ["b", "a", "a"], []),
        (["a", "b", "c"], ["c", "x", "a"], ["tags[1]"]),
        (["a", "b"], ["b"], ["tags[0]"]),
        (["a"], ["b", "a"], ["tags[1]"]),
        (["a", "a", "b"], ["b", "a", "b"], ["tags[1]"]),
    ],
)
def test_array_whose_order_is_declared_to_mean_nothing_has_the_same_items(
    control, candidate, places
):
    found, used = outcome(SET, seen({"tags": control}), seen({"tags": candidate}))
    assert (found, used) == (places, ("AD",))


@pytest.mark.parametrize(("authors", "places"), [("12", []), ("11", ["tags[1].by"])])
def test_items_of_such_an_array_agree_under_the_renaming(authors, places):
    control, candidate = (
        [{"name": name, "by": md5(side + by.encode()).hexdigest()}
         for name, by in zip("ab", numbers, strict=True)]
        for side, numbers in ((b"control", "12"), (b"candidate", authors))
    )  # fmt: skip
    found, _ = outcome(SET, seen({"tags": control}), seen({"tags": candidate[::-1]}))
    assert found == places


def test_array_whose_order_means_nothing_is_an_array():
    places, used = outcome(SET, seen({"tags": ["a"]}), seen({"tags": "a"}))
    assert (places, used) == (["tags"], ())


PROBLEM = entry(
    "{json: {error: {$same: text}}, headers: {Content-Type: application/json}}",
    "{json: {detail: {$same: text}, status: {$response: status}, title: {$response: phrase},"
    " errors: {$each: {loc: {$any_of: [{$text: '[a-z]+'}, {$integer: {}}]}}}},"
    " headers: {Content-Type: application/problem+json}}",
    where="GET /things/<int:number>",
)


def problem(**changes):
    """A Problem with changes."""
    tree = {"detail": "Gone.", "status": 404, "title": "Not Found", "errors": [{"loc": "x"}]}
    return seen(tree | changes, 404, content_type="application/problem+json")


GONE = seen({"error": "Gone."}, 404, content_type="application/json")


def test_error_of_another_shape_is_accepted_with_the_same_text():
    assert outcome(PROBLEM, GONE, problem()) == ([], ("AD",))
    assert outcome(PROBLEM, GONE, problem(detail="Lost.")) == (["error"], ("AD",))


@pytest.mark.parametrize(
    "changes", [{"status": 403}, {"title": "Gone"}, {"errors": [{"loc": True}]}, {"errors": "x"}]
)
def test_one_sided_members_are_pinned(changes):
    assert outcome(PROBLEM, GONE, problem(**changes))[1] == ()


@pytest.mark.parametrize(
    ("operation", "applies"),
    [
        (("GET", "/things/5"), True),
        (("GET", "/things/5/"), True),
        (("POST", "/things/5"), False),
        (("GET", "/things/x"), False),
        (("GET", "/things/5/more"), False),
        (("GET", "/other/5"), False),
    ],
)
def test_entry_applies_to_its_operations_only(operation, applies):
    assert outcome(PROBLEM, GONE, problem(), operation)[1] == (("AD",) if applies else ())


def test_body_that_only_candidate_has():
    text = entry("{status: 302, no_body: true}", "{status: 401, json: {detail: x}}")
    assert outcome(text, seen(status=302), seen({"detail": "x"}, 401)) == ([], ("AD",))
    assert outcome(text, seen(status=302), seen({"detail": "y"}, 401))[1] == ()
    assert outcome(text, seen({"detail": "x"}, 302), seen({"detail": "x"}, 401))[1] == ()


def test_first_entry_that_fits_a_place_has_it():
    text = entry("{status: 200}", "{status: 201}", name="one")
    text += entry("{status: {$integer: {min: 200}}}", "{status: 201}", name="two")
    assert outcome(text, seen(), seen(status=201)) == ([], ("one",))


def test_named_groups_of_both_sides_must_agree():
    text = entry("{headers: {X: {$text: 'a(?P<n>.)b'}}}", "{headers: {X: {$text: 'c(?P<n>.)d'}}}")
    assert outcome(text, seen(x="a1b"), seen(x="c1d")) == ([], ("AD",))
    assert outcome(text, seen(x="a1b"), seen(x="c2d")) == (["X"], ())


def test_column_is_accepted_as_pinned():
    text = entry("{rows: {login.by: legacy}}", "{rows: {login.by: modern}}")

    def wrote(by, table="login"):
        effect = Effect(table, (1,), "inserted", {"by": by})
        return Observation(Answer(200, {}, (), Body("none")), (effect,))

    assert outcome(text, wrote("legacy"), wrote("modern")) == ([], ("AD",))
    assert outcome(text, wrote("legacy"), wrote("other")) == (["login[1].by"], ())
    assert outcome(text, wrote("legacy", "x"), wrote("modern", "x")) == (["x[1].by"], ())


def test_entry_past_its_date_accepts_nothing():
    text = entry("{status: 200}", "{status: 201}", expires="2026-10-31")
    assert outcome(text, seen(), seen(status=201)) == (["status"], ())
    assert [e.id for e in accepted(text).expired(TODAY)] == ["AD"]


def test_entry_counts_on_its_last_day():
    text = entry("{status: 200}", "{status: 201}", expires="2026-11-01")
    assert outcome(text, seen(), seen(status=201)) == ([], ("AD",))


# The file.


def faults(text):
    """Line and message of every fault."""
    with pytest.raises(AcceptedDifferencesError) as refused:
        accepted(text)
    return [(fault.line, fault.message) for fault in refused.value.faults]


def test_all_faults_are_reported_with_their_places():
    text = """\
        - id: one
          where: [GET things, FETCH /x, "GET /<nope:x>"]
          control: {status: {$text: "("}}
          candidat: {status: 201}
          reason: ""
          owner: o
          expires: soon
        - 5
    """
    found = faults(text)
    assert [line for line, _ in found] == [1, 2, 2, 2, 3, 4, 5, 7, 8]
    messages = "\n".join(message for _, message in found)
    for part in (
        "The entry 'one' has no 'candidate'",
        "'GET things' is no operation",
        "'FETCH' is no HTTP method",
        "nope",
        "'(' is not a regular expression",
        "The key 'candidat' is not known here. Did you mean 'candidate'?",
        "'reason' is ''. Write a text.",
        "'expires' is 'soon'. Write a date",
        "This is 5. Write a mapping",
    ):
        assert part in messages


@pytest.mark.parametrize(
    ("control", "candidate", "message"),
    [
        ("{status: 200}", "{status: 200}", "pinned to the same"),
        ("{status: 200}", "{headers: {X: a}}", "pin different places"),
        ("{status: 200}", "{}", "pin different places"),
        ("{json: {a: {$same: x}}}", "{json: {b: 1}}", "stands on one side only"),
        ("{json: {$text: '.*'}}", "{json: 1}", "pins nothing"),
        ("{json: {$any: 1}}", "{json: 1}", "$any is not a pattern"),
        ("{json: {$each: {$same: x}}}", "{json: 1}", "can't stand inside $each"),
        ("{json: {$any_of: [1]}}", "{json: 1}", "Give a list of two patterns"),
        ("{json: {$integer: {least: 1}}}", "{json: 1}", "Write {min: 1, max: 9}"),
        ("{json: {$response: body}}", "{json: 1}", "Write 'status' or 'phrase'"),
        ("{json: {$same: ''}}", "{json: 1}", "$same is ''"),
        ("{headers: [X]}", "{headers: {X: 1}}", "Write a mapping of names"),
        ("{no_body: maybe}", "{json: 1}", "'no_body' is 'maybe'"),
    ],
)
def test_sides_that_pin_nothing_right_are_refused(control, candidate, message):
    ((line, told),) = faults(entry(control, candidate))
    assert line == 1
    assert message in told


def test_repeated_id_is_refused():
    text = 2 * entry("{status: 200}", "{status: 201}")
    assert "stands here again" in faults(text)[0][1]


@pytest.mark.parametrize("text", ["a: 1", "- id: [", "x", "- {id: a, id: b}"])
def test_what_is_no_list_of_entries_is_refused(text):
    assert faults(text)


def test_file_may_be_missing_or_empty(tmp_path):
    assert load_accepted(tmp_path / "none.yaml").entries == ()
    assert accepted("").entries == ()
    assert accepted("[]").entries == ()


def test_file_that_is_not_utf8_is_refused():
    with pytest.raises(AcceptedDifferencesError, match=r"accepted\.yaml:2:1: This is not UTF-8"):
        parse_accepted(b"\n\xff", "accepted.yaml")
