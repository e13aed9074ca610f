"""What `gateway check` notes beside faults, and what `--strict` makes of it."""

import json

import pytest

from gateway.cli.main import main

PAIR = "tests.gateway.pair"
HEAD = f"backends: {{legacy: {PAIR}:legacy, modern: {PAIR}:modern}}\ndefault: legacy\nroutes:\n"
ALL = "  all: {prefix: /, to: legacy}\n"
ORDERS = "  orders: {path: /orders, to: legacy}\n"


@pytest.fixture
def check(tmp_path, capsys):
    def check(routes, *options):
        file = tmp_path / "table.yaml"
        file.write_text(HEAD + routes)
        with pytest.raises(SystemExit) as exited:
            main(["check", "--table", str(file), *options])
        return exited.value.code, capsys.readouterr().out

    return check


@pytest.fixture
def notes(check):
    def notes(routes):
        code, out = check(routes, "--json")
        answer = json.loads(out)
        assert (code, answer["ok"], answer["faults"]) == (0, True, [])
        return answer["notes"]

    return notes


def messages(notes):
    return [note["message"] for note in notes]


def test_a_table_that_names_everything_alike_has_no_notes(notes):
    assert notes(ALL) == []


def test_a_url_that_no_route_names_is_noted_for_each_application_at_the_default(notes):
    found = notes("  users: {path: /users, to: legacy}\n")
    (people, people_too) = [note for note in found if "/people" in note["message"]]

    assert people == {
        "file": people["file"],
        "line": 2,
        "column": 1,
        "route": None,
        "message": "GET /people/ of legacy is answered by the default, 'legacy'. Write a route to"
        " name it.",
    }
    assert people_too["message"].startswith("GET /people of modern is answered by the default")


def test_only_the_methods_that_no_route_names_are_noted(notes):
    found = messages(notes("  orders: {path: /orders, methods: [GET], to: legacy}\n"))

    assert any(message.startswith("DELETE, POST /orders of legacy ") for message in found)
    assert any(message.startswith("PUT /orders of modern ") for message in found)


def test_a_route_that_asks_for_a_header_names_its_url(notes):
    found = notes('  home: {path: /, headers: {X-Beta: "1"}, host: a.org, to: legacy}\n')

    assert not any("GET / of" in message for message in messages(found))


def test_a_url_of_which_a_route_names_one_example_only_is_noted(notes):
    found = messages(notes("  it: {path: /new/1, to: modern}\n"))

    assert any(message.startswith("GET /new/<int:number> of modern ") for message in found)


def test_a_route_of_which_its_backend_serves_some_is_served(notes):
    assert notes(ALL + "  kind: {path: /kind/<kind>, to: legacy}\n") == []


def test_a_rule_that_no_route_can_say_is_noted(notes):
    found = messages(notes("  users: {path: /users, to: legacy}\n"))

    assert any(message.startswith("GET /old//path of legacy ") for message in found)


def test_other_methods_in_the_applications_are_noted_at_the_route(notes):
    (note,) = notes(ALL + ORDERS)

    assert (note["line"], note["column"], note["route"]) == (5, 3, "orders")
    assert note["message"] == (
        "Route 'orders': legacy answers DELETE, GET, POST; modern answers GET, PUT. A flip changes"
        " what the URL allows."
    )


def test_methods_that_the_route_does_not_name_do_not_matter(notes):
    assert notes(ALL + "  orders: {path: /orders, methods: [GET], to: legacy}\n") == []


def test_a_route_that_modern_does_not_serve_yet_is_no_note(notes):
    assert notes(ALL + "  same: {path: /same, to: legacy}\n") == []


@pytest.mark.parametrize(
    ("path", "legacy", "modern"),
    [
        ("/people", "redirects /people to /people/", "answers only /people"),
        ("/users", "answers both /users and /users/", "answers only /users"),
    ],
)
def test_another_slash_policy_is_noted(notes, path, legacy, modern):
    (note,) = notes(f"{ALL}  it: {{path: {path}, to: legacy}}\n")

    assert note["route"] == "it"
    assert note["message"] == (
        f"Route 'it': legacy {legacy}; modern {modern}. A flip changes which of the two addresses"
        " works."
    )


def test_the_slash_policy_of_methods_that_the_route_does_not_name_does_not_matter(notes):
    assert notes(ALL + "  users: {path: /users, methods: [POST], to: legacy}\n") == []


def test_a_rule_with_a_converter_of_its_own_is_served_by_what_is_nearest(notes):
    assert notes(ALL + "  wiki: {path: /wiki/<title>, to: modern}\n") == []


def test_a_route_that_can_never_match_is_a_fault_that_names_who_takes_its_requests(check):
    routes = "  on: {path: /mode/on, to: legacy}\n  off: {path: /mode/off, to: legacy}\n"
    routes += "  mode: {path: '/mode/<any(on,off):mode>', headers: {A: '1'}, to: legacy}\n"

    code, out = check(ALL + routes, "--json")
    (fault,) = json.loads(out)["faults"]

    assert (code, fault["route"], fault["line"]) == (1, "mode", 7)
    assert fault["message"] == (
        "Route 'mode' can never match: all that it is for is taken by more specific routes, 'on' on"
        " line 5, 'off' on line 6. Remove it, or let them ask for less."
    )


def test_of_many_that_hide_a_route_the_first_are_named(check):
    values = [f"v{n}" for n in range(7)]
    routes = "".join(f"  {v}: {{path: /mode/{v}, to: legacy}}\n" for v in values)
    _, out = check(
        f"{ALL}{routes}  it: {{path: '/mode/<any({','.join(values)}):m>', to: legacy}}\n"
    )

    assert "'v4' on line 9 and 2 more. Remove it" in out


def test_a_route_for_all_methods_that_is_left_none_in_common_use_is_noted(notes):
    found = notes(
        f"{ALL}  some: {{path: /any, methods: [GET, POST, PATCH], to: legacy}}\n"
        "  others: {path: /any/, methods: [PUT, DELETE], to: legacy}\n"
        "  rest: {path: /any, to: legacy}\n"
    )

    assert [note["route"] for note in found] == ["rest"]
    assert found[0]["message"] == (
        "Route 'rest': 'some' on line 5 and 'others' on line 6 name every common method at its"
        " path. It is left only others, such as OPTIONS or TRACE."
    )


def test_notes_are_printed_after_the_faults(check):
    code, out = check(f"{ALL}  kind: {{path: /kind/x, to: modern}}\n{ORDERS}")
    lines = out.splitlines()

    assert code == 1
    assert "goes to 'modern', which does not serve /kind/x" in lines[0]
    assert all(": note: " in line for line in lines[1:])


def test_strict_fails_for_notes(check):
    code, out = check(ALL + ORDERS, "--strict", "--json")

    assert (code, json.loads(out)["ok"], json.loads(out)["faults"]) == (1, False, [])
    assert check(ALL, "--strict")[0] == 0


def test_a_person_is_told_what_is_fine_and_what_strict_does_not_allow(check):
    assert " is fine: revision " in check(ALL + ORDERS)[1]
    assert " has notes, which --strict does not allow" in check(ALL + ORDERS, "--strict")[1]
