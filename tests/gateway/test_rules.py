"""Paths in Werkzeug's syntax: what is refused, and what each rule accepts."""

import re
import sys
from contextlib import suppress

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway import paths
from gateway.languages import Language
from gateway.rules import RuleError, parse_path, parse_prefix, sample


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/<string(length=99999999999):x>", "the repetition number is too large"),
        ("/<string(minlength=5,maxlength=3):x>", "arguments that it does not take"),
        ("/<string(maxlength=0):x>", "arguments that it does not take"),
        ("/<string(1,2,3):x>", "arguments that it does not take"),
        ("/<string(length=a):x>", "arguments that it does not take"),
        ("/<string(minlength=99999):x>", "can never match: no text fits"),
        ("/<string(length=0):x>", "can never match: no text that fits can stand in"),
        ("/<int(min=a):x>", "min is 'a', not a number"),
        ("/<int(max='3'):x>", "max is '3', not a number"),
        ("/<int(max=True):x>", "max is True, not a number"),
        ("/<int(min=nan):x>", "min is nan, not a number"),
        ("/<int(fixed_digits=a):x>", "fixed_digits is 'a', not a whole number"),
        ("/<float(1,2):x>", "min is '1,2', not a number"),
        ("/<float(min=x):x>", "min is 'x', not a number"),
        ("/<int(min=5,max=3):x>", "no text fits int(min=5,max=3). Give it other arguments."),
        ("/<int(min=1.2,max=1.8):x>", "can never match"),
        ("/<int(fixed_digits=2,min=100):x>", "can never match"),
        ("/<int(fixed_digits=999999999999):x>", "can never match"),
        (f"/<int(min={'9' * 5_000}):x>", "can't be read"),
        ("/<any():x>", "can never match: no text fits any()"),
        ("/<any('a/b'):x>", "can never match: no text that fits can stand in"),
        ("/<any('.','..'):x>", "can never match: no text that fits can stand in"),
        ("/<any(a!b):x>", "'a!b' can't be read"),
        ("/<any(" + "1" * 7_000 + "!):x>", "can't be read"),
        ("/" + "a" * 8_000, "has 8,001 characters. Write one of 8,000 at most."),
    ],
)
def test_a_path_that_could_never_match_or_would_fail_is_refused(path, said):
    with pytest.raises(RuleError, match=re.escape(said)):
        parse_path(path)


def test_a_prefix_is_called_a_prefix():
    with pytest.raises(RuleError, match="The prefix '/<a>/<a>' uses the variable 'a' twice"):
        parse_prefix("/<a>/<a>")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/<int(min=3):x>", "/3"),
        ("/<int(max=0):x>", "/0"),
        ("/<int(signed=True,fixed_digits=2):x>", "/01"),
        ("/<float(min=2):x>", "/2.0"),
        ("/<float(max=0.5):x>", "/0.5"),
        ("/<string(length=3):x>", "/xxx"),
        ("/<string(minlength=0):x>", "/x"),
        ("/<any(b,a):x>", "/a"),
        ("/<any('a/b','..',c):x>", "/c"),
        ("/<path:x>/edit", "/x/edit"),
        ("/<any('.'):x>y", "/.y"),
        ("/<any('.'):x><any('',z):y>", "/.z"),
    ],
)
def test_a_sample_is_a_path_that_the_rule_accepts(path, expected):
    assert sample(parse_path(path)) == expected


def test_a_very_long_number_is_matched_without_an_error():
    path = "1" * (sys.int_info.default_max_str_digits + 1)
    (bounded,) = parse_path("/<int(max=5):x>").segments

    assert bounded.refuses is not None
    assert bounded.refuses(path)


PARTS = [
    "a", "-", ".", "<{}>", "<string(length=2):{}>", "<string(minlength=2,maxlength=3):{}>",
    "<string(minlength=0):{}>", "<int:{}>", "<int(signed=True):{}>", "<float:{}>",
    "<float(signed=True):{}>", "<any(a,ab,'','1'):{}>", "<any(b):{}>", "<path:{}>", "/",
    "<uuid:{}>",
]  # fmt: skip
UUID = "00000000-0000-0000-0000-00000000000a"


@st.composite
def rules(draw):
    chosen = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
    text = "/" + "".join(part.replace("{}", f"v{i}") for i, part in enumerate(chosen))
    try:
        return parse_path(text) if draw(st.booleans()) else parse_prefix(text)
    except RuleError:
        assume(False)


texts = st.lists(st.sampled_from([*"aab1.-/é٣Z", UUID]), max_size=6).map("".join)


def accepts(language: Language, text: str) -> bool:
    positions = language.start()
    for character in text:
        positions = language.step(positions, character)
    return language.ends(positions)


@given(rules(), texts)
def test_a_rule_as_a_language_accepts_what_its_pattern_does(rule, text):
    pattern = "".join(
        "/" + (s.pattern if s.literal is None else re.escape(s.literal)) for s in rule.segments
    )
    below = "(?:/.*)?" if rule.outline.prefix else ""

    assert accepts(rule.language, "/" + text) == bool(re.fullmatch(pattern + below, "/" + text))


@given(rules())
def test_every_rule_accepts_its_sample(rule):
    found = sample(rule)

    assert accepts(rule.language, found)
    assert paths.canonical(found.encode().decode("latin-1")) == found


pieces = st.sampled_from(
    ["/", "a", "<", ">", "(", ")", ":", ",", "=", "'", '"', " ", ".", "..", "\\", "\x00", "-", "x",
     "int", "float", "string", "any", "path", "uuid", "default", "min=", "max=", "length=",
     "minlength=", "maxlength=", "fixed_digits=", "signed=", "True", "None", "nan", "inf", "1e999",
     "0", "9", "99999999999", "1.5", "<int:x>", "<int(", "<any(", "<string(", "<float(", "):y>"]
)  # fmt: skip


@given(st.lists(pieces, max_size=10).map(lambda found: "/" + "".join(found)))
@example("/<string(length=99999999999):y>")
@example("/<int(fixed_digits=99999999999):y>")
@example("/<int(min=1e999):y>")
@example("/<default:x>")
def test_any_text_is_a_rule_or_a_rule_error(text):
    try:
        rule = parse_path(text)
    except RuleError as error:
        assert str(error)
    else:
        assert accepts(rule.language, sample(rule).removesuffix("/"))


@pytest.mark.parametrize(
    "text",
    [
        "/(" + "/" * 7_900,
        "/" + "<" * 7_900,
        "/" + "<a(" * 2_600,
        "/<int(" + "1" * 7_900 + "):x>",
        "/<int(" + "1," * 3_900 + "!):x>",
        "/<any(" + "a=" * 3_900 + "):x>",
        "/<any(" + "'" * 7_900 + "):x>",
        "/<string(length=65536):x>",
        "/<int(fixed_digits=4300):x>",
        "/" + "".join(f"<a{n}>" for n in range(1_000)),
    ],
    ids=range(10),
)
def test_a_long_path_is_read_in_time(text):
    # A reader that went back at each character would not come back in a day.
    with suppress(RuleError):
        parse_path(text)


@given(st.text(st.sampled_from("a.\\/\x00\x7f\x85\xa0\u2028é"), max_size=5))
@example("/a\xa0b")
def test_a_literal_path_is_refused_if_and_only_if_no_request_can_have_it(text):
    path = "/" + text.removesuffix("/")
    try:
        canonical = paths.canonical(path.encode().decode("latin-1")) == path
    except paths.UnreadablePathError:
        canonical = False
    try:
        parse_path(path)
    except RuleError:
        assert not canonical
    else:
        assert canonical
