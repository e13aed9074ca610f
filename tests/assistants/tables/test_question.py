"""Questions in plain words, and the queries that they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.tables.parser import NotUnderstoodError
from assistants.tables.query import Condition, Measure, Order, Profile, Rows, Totals
from assistants.tables.question import read_question

NAMES = ["Region", "year", "amount", "Visitors", "product_name", "unit price", "date"]
REGION, YEAR, AMOUNT, VISITORS, PRODUCT, PRICE, DATE = range(7)
NUMERIC = {YEAR, AMOUNT, VISITORS, PRICE}


def read(question, names=NAMES):
    return read_question(question, names, NUMERIC.__contains__)


def total(function, column=None, *groups, **parts):
    return Totals((Measure(function, column),), groups, **parts)


def where(*conditions):
    return tuple(tuple(Condition(*condition) for condition in every) for every in conditions)


QUESTIONS = {
    "": Profile(),
    "Hello!": Profile(),
    "profile": Profile(),
    "What is in this file?": Profile(),
    "what columns are there": Profile(),
    "describe amount and region": Profile((AMOUNT, REGION)),
    "how many rows": total("count"),
    "How many rows are there?": total("count"),
    "number of records per year": total("count", None, YEAR),
    "count by region": total("count", None, REGION),
    "count date": total("count", DATE),
    "count amount": total("count", AMOUNT),
    "How many visitors were there?": total("sum", VISITORS),
    "how many different regions": total("distinct", REGION),
    "distinct region": total("count", None, REGION),
    "sum amount": total("sum", AMOUNT),
    "What is the total amount per region?": total("sum", AMOUNT, REGION),
    "Please tell me the average of unit price": total("average", PRICE),
    "mean unit_price": total("average", PRICE),
    "avg UNIT PRICE by year, region": total("average", PRICE, YEAR, REGION),
    "latest date": total("max", DATE),
    "median price": total("median", PRICE),
    "min, max and median of visitors": Totals(
        (Measure("min", VISITORS), Measure("max", VISITORS), Measure("median", VISITORS))
    ),
    "sum of amount and visitors by year": Totals(
        (Measure("sum", AMOUNT), Measure("sum", VISITORS)), (YEAR,)
    ),
    "sum of amount, average of price and count": Totals(
        (Measure("sum", AMOUNT), Measure("average", PRICE), Measure("count"))
    ),
    "sum amount by region where year = 2025": total(
        "sum", AMOUNT, REGION, where=where([(YEAR, "=", "2025")])
    ),
    "sum amount where year = 2025 by region": total(
        "sum", AMOUNT, REGION, where=where([(YEAR, "=", "2025")])
    ),
    "sum amount by region sorted by amount desc limit 3": total(
        "sum", AMOUNT, REGION, order=Order(1, descending=True), limit=3
    ),
    "sum amount by region sorted by region": total("sum", AMOUNT, REGION, order=Order(0)),
    "sum amount by region sorted by sum of amount": total("sum", AMOUNT, REGION, order=Order(1)),
    "amount by region": total("sum", AMOUNT, REGION),
    "region": total("count", None, REGION),
    "top 5 by visitors": Rows(order=Order(VISITORS, descending=True), limit=5),
    "the bottom 3 rows by amount": Rows(order=Order(AMOUNT), limit=3),
    "top by amount": Rows(order=Order(AMOUNT, descending=True), limit=10),
    "top 3 regions by visitors": total(
        "sum", VISITORS, REGION, order=Order(1, descending=True), limit=3
    ),
    "bottom 2 products by average of price": total(
        "average", PRICE, PRODUCT, order=Order(1), limit=2
    ),
    "top 2 regions": total("count", None, REGION, order=Order(1, descending=True), limit=2),
    "Which region has the most visitors?": total(
        "sum", VISITORS, REGION, order=Order(1, descending=True), limit=1
    ),
    "which product had the lowest price": total("min", PRICE, PRODUCT, order=Order(1), limit=1),
    "which region has the fewest rows": total("count", None, REGION, order=Order(1), limit=1),
    "which products have price > 5": Rows((PRODUCT,), where([(PRICE, ">", "5")])),
    "show": Rows(),
    "show everything": Rows(),
    "list region and product name": Rows((REGION, PRODUCT)),
    "show the sum of amount": total("sum", AMOUNT),
    "first 3 rows": Rows(limit=3),
    "show 3 rows": Rows(limit=3),
    "sort by amount descending": Rows(order=Order(AMOUNT, descending=True)),
    "show date, amount where visitors > 5 sorted by date": Rows(
        (DATE, AMOUNT), where([(VISITORS, ">", "5")]), Order(DATE)
    ),
    "filter region = north": Rows((), where([(REGION, "=", "north")])),
}


@pytest.mark.parametrize(("question", "query"), QUESTIONS.items())
def test_question_is_understood(question, query):
    assert read(question) == query


CONDITIONS = {
    "year = 2025": [[(YEAR, "=", "2025")]],
    "year is 2025": [[(YEAR, "=", "2025")]],
    "year 2025": [[(YEAR, "=", "2025")]],
    "year == 2025": [[(YEAR, "=", "2025")]],
    "year=2025": [[(YEAR, "=", "2025")]],
    "region is not north": [[(REGION, "!=", "north")]],
    "region != north": [[(REGION, "!=", "north")]],
    "amount is at least 1,200.50": [[(AMOUNT, ">=", "1,200.50")]],
    "amount >= $5": [[(AMOUNT, ">=", "$5")]],
    "amount up to 5": [[(AMOUNT, "<=", "5")]],
    "amount is more than 5": [[(AMOUNT, ">", "5")]],
    "date before 2025-03-01": [[(DATE, "<", "2025-03-01")]],
    "amount between 1 and 5": [[(AMOUNT, ">=", "1"), (AMOUNT, "<=", "5")]],
    "product name contains lamp": [[(PRODUCT, "contains", "lamp")]],
    "product name starts with Blue": [[(PRODUCT, "starts with", "Blue")]],
    "date is empty": [[(DATE, "empty")]],
    "date is not empty": [[(DATE, "not empty")]],
    "region = New York": [[(REGION, "=", "New York")]],
    'region = "by and or"': [[(REGION, "=", "by and or")]],
    "region = “north”": [[(REGION, "=", "north")]],
    "region = 'north'": [[(REGION, "=", "north")]],
    '"region" = ""': [[(REGION, "=", "")]],
    "region = north and year = 2025": [[(REGION, "=", "north"), (YEAR, "=", "2025")]],
    "region = north, year = 2025": [[(REGION, "=", "north"), (YEAR, "=", "2025")]],
    "region = north or south": [[(REGION, "=", "north")], [(REGION, "=", "south")]],
    "year = 1 or year = 2 and region = x": [
        [(YEAR, "=", "1")],
        [(YEAR, "=", "2"), (REGION, "=", "x")],
    ],
}


@pytest.mark.parametrize(("condition", "meant"), CONDITIONS.items())
def test_condition_is_understood(condition, meant):
    assert read(f"how many rows where {condition}") == total("count", where=where(*meant))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("dance for me", "I expected one of the forms below, and found “dance for me”."),
        ("sum", "I expected the name of a column after “sum”."),
        ("sum colour", "I expected the name of a column after “sum”, and found “colour”."),
        ("sum amount by colour", "the name of a column after “by”, and found “colour”."),
        ("sum amount where", "I expected a condition, such as “column = value”."),
        ("sum amount where colour = red", "“column = value”, and found “colour = red”."),
        ("sum amount where year =", "I expected a condition"),
        ("sum amount where year between 1", "two values, as in “between 1 and 5”"),
        ("sum amount by region by year", "one “by” only, as in “by region, year”"),
        ("sum amount by region sorted by date", "a column of the result after “sorted by”"),
        ("sum amount limit many", "a number after “limit”, and found “many”"),
        ("sum amount where year = 1 where year = 2", "the end of the question"),
        ("profile amount where year = 1", "nothing but columns after “profile”"),
    ],
)
def test_what_is_not_understood_says_where(question, says):
    with pytest.raises(NotUnderstoodError) as caught:
        read(question)

    assert says in str(caught.value)


def test_long_rest_is_not_repeated_whole():
    with pytest.raises(NotUnderstoodError) as caught:
        read("dance " * 1000)

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("spoken", "column"),
    [("amount", 0), ("Amount (EUR)", 0), ('"sum"', 1), ("gross weight", 2), ("weight", None)],
)
def test_part_of_a_name_will_do_if_it_is_of_one_column_only(spoken, column):
    names = ["amount (EUR)", "sum", "gross weight", "net weight"]
    if column is None:
        with pytest.raises(NotUnderstoodError):
            read(f"sum of {spoken}", names)
    else:
        assert read(f"sum of {spoken}", names) == total("sum", column)


def test_quoted_words_are_no_keywords():
    assert read('sum "of" by "by"', ["of", "by"]) == total("sum", 0, 1)


QUOTABLE = st.text(st.characters(codec="utf-8", exclude_characters='"'), min_size=1).map(
    lambda name: " ".join(name.split())
)


@given(st.lists(QUOTABLE.filter(bool), min_size=2, max_size=4, unique_by=str.casefold), QUOTABLE)
def test_quoted_names_and_values_are_taken_literally(names, value):
    first, second, *_ = names
    question = f'sum "{first}" by "{second}" where "{second}" = "{value}"'

    assert read(question, names) == total("sum", 0, 1, where=where([(1, "=", value)]))


@given(st.text() | st.lists(st.sampled_from(" ".join(QUESTIONS).split())).map(" ".join))
def test_any_question_is_understood_or_says_why_not(question):
    try:
        read(question)
    except NotUnderstoodError as error:
        assert str(error).endswith(".")
