"""`gateway init`: a first table from two applications, for a person to go on from."""

import re

import pytest

from gateway.cli.check import examine
from gateway.cli.main import main
from gateway.loader import load_table

PAIR = "tests.gateway.pair"


@pytest.fixture
def init(tmp_path, capsys):
    def init(legacy="legacy", modern="modern", *options):
        file = tmp_path / "first.yaml"
        targets = (name if ":" in name else f"{PAIR}:{name}" for name in (legacy, modern))
        with pytest.raises(SystemExit) as exited:
            main(["init", *targets, "--output", str(file), *options])
        err = capsys.readouterr().err
        assert (exited.value.code, "Traceback" in err) in {(0, False), (1, False)}
        return file, err

    return init


@pytest.fixture
def text(init):
    return init()[0].read_text()


def route(text: str, name: str) -> str:
    found = re.search(rf"^  {re.escape(name)}:\n(    .*\n)*", text, re.MULTILINE)
    assert found is not None, text
    return found[0]


@pytest.mark.parametrize(
    "applications", [("legacy", "modern"), ("modern", "legacy"), ("hosted", "empty"),
                     ("empty", "hosted"), ("empty", "empty"), ("legacy", "legacy")]
)  # fmt: skip
def test_the_first_table_passes_check(init, applications):
    file, _ = init(*applications)

    assert examine(str(file)).faults == ()


def test_every_rule_of_legacy_that_a_table_can_say_is_a_route_to_legacy(init):
    table = load_table(init()[0])

    assert table.default == "legacy"
    assert {r.to.only for r in table.routes.values()} == {"legacy"}
    assert {r.path or f"{r.prefix}/*" for r in table.routes.values()} == {
        "/", "/users", "/people/", "/orders", "/wiki/<title>", "/tree/<path:place>",
        "/number/<int:number>", "/signed/<number>", "/kind/<any(big,small):kind>",
        "/token/<string(length=120):token>", "/options", "/same", "/same/", "/shop/cart", "/any",
        "/gone", "/static/*", "/shop/static/*", "/mode/on", "/mode/off",
    }  # fmt: skip


def test_a_route_reads_as_if_written_by_hand(text):
    assert route(text, "home") == ("  home:\n    path: /\n    methods: [GET]\n    to: legacy\n")


def test_routes_with_the_same_first_segment_stand_together(text):
    assert "    to: legacy\n\n  users:\n" in text
    assert re.search(r"^    to: legacy.*\n  shop\.cart:$", text, re.MULTILINE)


def test_names_come_from_endpoints_and_are_valid_and_unique(init):
    names = list(load_table(init()[0]).routes)

    assert {"wiki_page", "1", "number", "shop.cart", "same", "same_2"} <= set(names)


def test_methods_are_sorted_and_leave_out_what_is_automatic(text):
    assert "    methods: [DELETE, GET, POST]\n" in route(text, "orders")
    assert "    methods: [OPTIONS]\n" in route(text, "options")
    assert "methods" not in route(text, "any")


def test_static_files_are_prefixes(text):
    assert "    prefix: /static\n" in route(text, "static")
    assert "    prefix: /shop/static\n" in route(text, "shop.static")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("wiki_page", "path: /wiki/<title>  # the nearest to /wiki/<slug:title>"),
        ('"1"', "path: /tree/<path:place>  # the nearest to /tree/<tree:place>"),
        ("number", "path: /number/<int:number>  # the nearest to /number/<positive:number>"),
    ],
)
def test_a_converter_of_the_applications_own_becomes_the_nearest(text, name, path):
    assert path in route(text, name)


def test_what_modern_does_not_serve_is_said_where_the_route_is_flipped(text):
    assert route(text, "home").endswith("    to: legacy\n")
    assert route(text, "wiki_page").endswith("    to: legacy\n")
    assert route(text, "kind").endswith("    to: legacy  # modern does not serve this yet\n")
    assert route(text, "orders").endswith("    to: legacy  # modern serves GET only\n")


def test_two_rules_of_one_place_are_one_route(text):
    assert "  # GET /users/ belongs to users.\n" in text


def test_what_two_earlier_rules_leave_of_a_rule_is_a_route(text):
    assert "    path: /same/\n    methods: [POST]\n" in route(text, "same_slash")


def test_a_rule_that_overlaps_an_earlier_one_is_told(text):
    assert "  # GET /kind/<any(small,tiny):kind> overlaps and comes after kind.\n" in text


def test_a_rule_that_is_never_reached_is_told(text):
    assert "  # GET /mode/<any(on,off):mode> is never reached: more specific rules take" in text


def test_a_rule_that_no_route_can_say_is_told(text):
    assert "  # GET /old//path is nothing that a route can say; the default answers it.\n" in text


def test_what_only_modern_serves_can_be_uncommented(init):
    file, _ = init()
    head, _, tail = file.read_text().partition("  # Only modern serves what follows.")
    file.write_text(head + "  #" + tail.replace("\n  # ", "\n  "))

    found, table = examine(str(file)), load_table(file)

    added = {
        (r.path or r.prefix): r.methods for r in table.routes.values() if r.to.only != "legacy"
    }
    assert found.faults == ()
    assert added == {"/assets": None, "/orders": {"PUT"}, "/new/<int:number>": {"GET"}}
    assert not any("of modern is answered by" in note.message for note in found.notes)


def test_hosts_are_kept(init):
    routes = load_table(init("hosted", "empty")[0]).routes

    assert {r.host for r in routes.values()} == {
        "admin.example.org",
        "*.example.org",
        "static.example.org",
    }


def test_a_file_that_exists_is_replaced_only_by_force(init):
    file, _ = init()
    file.write_text("mine\n")

    assert "exists already. Choose another --output, or replace it with --force." in init()[1]
    assert file.read_text() == "mine\n"

    init("legacy", "modern", "--force")
    assert file.read_text().startswith("# Who answers which URL.")


@pytest.mark.parametrize(
    ("legacy", "said"),
    [
        ("legacy:", "does not name an application"),
        ("nowhere:app", "there is no module 'nowhere'"),
        ("tests.gateway.applications:legacy", "no Flask application was found behind it"),
    ],
)
def test_an_application_that_can_not_be_read_is_a_clear_message(init, legacy, said):
    file, err = init(legacy)

    assert said in err
    assert not file.exists()


def test_a_folder_that_does_not_exist_is_a_clear_message(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["init", f"{PAIR}:legacy", f"{PAIR}:modern", "--output", str(tmp_path / "no" / "t")])

    assert "its folder can't be opened: No such file or directory." in capsys.readouterr().err
