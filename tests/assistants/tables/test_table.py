"""The assistant `table`, from an attached file to an answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants import AttachedFile, Column
from tests.assistants.conftest import body, events, file, tables

SALES = """\
region,year,amount,visitors
north,2024,1200.50,10
south,2025,12.25,20
north,2025,7.75,5
"""


def sales(name="sales.csv", content=SALES, content_type="text/csv"):
    return file(name, content, content_type)


def ask(text, *files):
    return events(text, key="table", files=files or [sales()])


def test_groups_are_a_table_after_a_sentence():
    said = ask("sum amount by region where year = 2025")
    (table,) = tables(said)

    assert said[-1] is table
    assert body(said) == (
        "Sum of amount by region, from 2 of 3 rows of “sales.csv”, where year = 2025. "
        "In all: **20.00**."
    )
    assert table.columns == (Column("region"), Column("sum of amount", "number"))
    assert table.rows == (("north", "7.75"), ("south", "12.25"))


def test_one_number_is_a_sentence():
    said = ask("average of amount")

    assert body(said) == (
        "**Average of amount: 406.833333**\n\n"
        "From 3 rows of “sales.csv”.\n\n"
        "Averages are rounded to the digits shown."
    )
    assert tables(said) == []


def test_winner_is_named_first():
    assert body(ask("Which region has the most visitors?")).startswith("**south: 20.** Sum of")


def test_top_rows_are_a_table():
    said = ask("top 2 by visitors")

    assert body(said).endswith(
        "sorted by visitors, the largest first.\n\nShown: the first 2 of 3 lines."
    )
    assert [row[0] for row in tables(said)[0].rows] == ["south", "north"]


def test_whole_is_told_of_all_groups_only():
    assert "In all: **3**." in body(ask("count by region"))
    assert "In all" not in body(ask("top 1 region"))
    assert "In all" not in body(ask("average of amount by region"))


@pytest.mark.parametrize("question", ["profile", "", "What is in this file?"])
def test_profile_tells_of_each_column(question):
    said = ask(question)
    (table,) = tables(said)

    assert body(said) == "“sales.csv” has 3 rows and 4 columns."
    assert table.rows[0] == ("region", "text", "3", "2", "north", "south", None, "north (2 times)")
    assert table.rows[3] == ("visitors", "number", "3", "3", "5", "20", "11.6667", None)


def test_kinds_of_columns_are_told_apart():
    content = "d,e,m,t\n2025-01-31,,1,x\n2025-02-01T10:00:00Z,,n/a,2025-13-99x\n"
    (table,) = tables(ask("profile", sales(content=content)))

    assert [row[1] for row in table.rows] == ["date", "empty", "number and text", "text"]


def test_what_is_not_understood_is_explained_with_the_files_own_columns():
    said = body(ask("dance for me"))

    assert said.startswith("I did not understand that. I expected one of the forms below")
    assert "- `sum year by region`" in said
    assert said.endswith("The columns are “region”, “year”, “amount” and “visitors”.")


def test_without_a_file_it_says_what_it_can_do():
    said = body(events("sum amount", key="table"))

    assert said.startswith("I see no table yet. Attach a CSV file and ask again.")
    assert "- `sum amount by region where year = 2025`" in said


def test_impossible_sum_is_refused_in_a_sentence():
    assert body(ask("sum of region")) == "There is no sum of “region”: it holds no numbers."


def gone():
    raise OSError


@pytest.mark.parametrize(
    ("attached", "says"),
    [
        (sales(content=""), "“sales.csv” is empty."),
        (sales(content=b"\0\1"), "“sales.csv” is no text."),
        (AttachedFile("a.csv", "text/csv", gone), "“a.csv” can't be opened any more."),
    ],
)
def test_unreadable_file_is_named(attached, says):
    assert body(ask("profile", attached)) == says


OLD, NEW = sales("old.csv", "a,b\n1,2\n"), sales("new old.csv", "a,b\n3,4\n")


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("sum a", "3"),
        ("sum a in old.csv", "1"),
        ("sum a of the file “OLD.CSV”", "1"),
        ("sum a from new old.csv where b = 4", "3"),
    ],
)
def test_newest_file_answers_unless_another_is_named(question, total):
    assert body(ask(question, OLD, NEW)).startswith(f"**Sum of a: {total}**")


def test_table_in_a_plain_text_file_will_do():
    assert body(ask("sum a", file("a.txt", "a\tb\n1\t2\n"))).startswith("**Sum of a: 1**")


def test_picture_is_no_table():
    assert body(ask("sum a", file("a.png", b"a,b", "image/png"))).startswith("I see no table yet.")


def test_byte_order_mark_is_no_part_of_a_name():
    assert body(ask("sum a", sales(content="a,b\n1,2\n".encode("utf-16")))).startswith(
        "**Sum of a: 1"
    )


def test_much_is_cut_and_told():
    content = ",".join(f"c{n}" for n in range(40)) + "\n" + ("x" * 300 + "," * 39 + "\n") * 60
    said = ask("show", sales(content=content))
    (table,) = tables(said)

    assert (len(table.columns), len(table.rows)) == (30, 50)
    assert table.rows[0][0] == "x" * 200 + "…"
    assert "Shown: the first 50 of 60 lines.\n\nShown: the first 30 of 40 columns." in body(said)


def test_nothing_found_has_no_table():
    said = ask("show where year = 1999")

    assert body(said) == "0 of 3 rows of “sales.csv”, where year = 1999."
    assert tables(said) == []


@pytest.mark.parametrize("names", [["by", "of"], ["is empty", "rows"], ["where", "sum"]])
def test_examples_quote_names_that_are_keywords(names):
    attached = sales(content=f"{','.join(names)}\n1,x\n")
    said = body(ask("gibberish of no kind", attached))

    for example in [line[3:-1] for line in said.splitlines() if line.startswith("- `")]:
        assert not body(ask(example, attached)).startswith("I did not understand")


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n;\t|"), max_size=10)


@given(st.lists(NAMES, min_size=2, max_size=4))
def test_every_example_it_gives_is_understood(names):
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    content = f"{header}\n" + "1,x,,\n" * 3
    said = body(ask("gibberish of no kind", sales(content=content)))
    examples = [line[3:-1] for line in said.splitlines() if line.startswith("- `")]

    for example in examples:
        answered = body(ask(example, sales(content=content)))
        assert not answered.startswith("I did not understand")


@given(st.text(), st.text() | st.binary(), st.sampled_from(["text/csv", "text/plain"]))
def test_any_question_and_any_file_is_answered(question, content, content_type):
    said = ask(
        question,
        sales("x", content.encode() if isinstance(content, str) else content, content_type),
    )

    assert body(said).strip()
    json.dumps([event.data for event in said], ensure_ascii=False).encode()
