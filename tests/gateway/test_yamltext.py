"""The strict reading: what words mean, where values stand, what is refused."""

import pytest

from gateway.yamltext import Place, UnreadableError, read, scalar, word


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("nULL", "nULL"),
        ("true", True), ("False", False), ("tRUE", "tRUE"),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("y", "y"),
        ("0", 0), ("-7", -7), ("+7", 7), ("017", 17),
        ("1_000", "1_000"), ("0x10", "0x10"), ("0o17", "0o17"), ("0b1", "0b1"),
        (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1E-2", -0.01),
        (".inf", ".inf"), (".nan", ".nan"), (".", "."), ("e1", "e1"),
        ("2026-11", "2026-11"), ("2026-11-01", "2026-11-01"), ("12:30", "12:30"),
        ("9" * 40, int("9" * 40)), ("9" * 41, "9" * 41),
    ],
)  # fmt: skip
def test_a_bare_word_is_read_by_the_core_schema(text, meant):
    assert repr(word(text)) == repr(meant)
    assert repr(read(f"k: {text}").value["k"]) == repr(meant)


@pytest.mark.parametrize("text", ["'1'", '"1"', "|-\n  1", ">-\n  1"])
def test_what_is_quoted_or_a_block_is_text(text):
    assert read(f"k: {text}").value == {"k": "1"}


def test_keys_are_text_whatever_they_look_like():
    assert read("1: a\ntrue: b\nnull: c\n").value == {"1": "a", "true": "b", "null": "c"}


def test_each_value_has_its_place():
    reading = read("a:\n  - b\n  - {c: d}\n")

    assert reading.place(("a",)) == Place(1, 1)
    assert reading.place(("a", 0)) == Place(2, 5)
    assert reading.place(("a", 1, "c")) == Place(3, 6)
    assert reading.place(("a", 1, "c", "none", 7)) == Place(3, 6)


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_editors_not_of_the_parser(odd, end):
    text = end.join([f"# one{odd}# still one", f"a: '{odd}'", "b: [c,", "  é d]", "e: ["])

    assert read(text[:-4]).place(("b", 1)) == Place(4, 3)
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert caught.value.place.line == 5


def test_a_key_that_stands_twice_is_a_flaw_and_the_first_counts():
    reading = read("a: 1\nb: 2\na: 3\n")

    (flaw,) = reading.flaws
    assert (flaw.place, flaw.path) == (Place(3, 1), ("a",))
    assert reading.value == {"a": 1, "b": 2}


def laughs(depth: int) -> str:
    lines = (f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, depth))
    return "\n".join(["a0: &a0 [x, x]", *lines])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (laughs(40), "Anchors and aliases"),
        ("a: &a\n  b: *a\n", "Anchors and aliases"),
        ("a: &a 1\nb: {<<: *a}\n", "Anchors and aliases"),
        ("[" * 100_000, "nested more than 32 levels"),
        ("{a: " * 100_000, "nested more than 32 levels"),
        ("- " * 100_000, "nested more than 32 levels"),
        ("".join(" " * n + "a:\n" for n in range(500)), "nested more than 32 levels"),
        ("[" + "1," * 1_000_000 + "1]", "more than 1,000,000 values"),
    ],
    ids=["laughs", "itself", "merge", "lists", "mappings", "items", "blocks", "values"],
)
def test_a_text_that_explodes_is_refused(text, said):
    with pytest.raises(UnreadableError, match=said):
        read(text)


@pytest.mark.parametrize(
    "text", ["legacy", "no", "1", "a b", "a: b", "a, b", "", "#", "x}", "null"]
)
def test_a_word_is_written_so_that_it_is_read_back(text):
    assert read(f"[{scalar(text)}]").value == [text]
    assert read(f"k: {scalar(text)}").value == {"k": text}
