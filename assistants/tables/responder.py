"""The assistant `table`: answers questions about an attached CSV file."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from assistants.port import AttachedFile, Context, Events
from assistants.reading import UnreadableError, read_text
from assistants.tables.abilities import abilities
from assistants.tables.answer import Answer, answer
from assistants.tables.columns import Columns
from assistants.tables.measures import ImpossibleError
from assistants.tables.parser import NotUnderstoodError
from assistants.tables.question import read_question
from assistants.tables.sheet import MOST_TEXT, read_sheet

NO_FILE = "I see no table yet. Attach a CSV file and ask again."


class TableResponder:
    """Profiles, filters, groups and sums the newest CSV file, or the one that is named."""

    def reply(self, context: Context) -> Events:
        """A sentence that tells how the question was read, and mostly a table."""
        answered = _answer(context)
        yield from context.say(answered.text)
        if answered.table:
            yield answered.table


def _answer(context: Context) -> Answer:
    file, question = _chosen(_tables(context.files), context.text)
    if file is None:
        return Answer(f"{NO_FILE}\n\n{abilities()}")
    try:
        columns = Columns(read_sheet(read_text(file, MOST_TEXT)))
    except UnreadableError as error:
        return Answer(f"“{file.name}” {error}.")
    try:
        query = read_question(question, columns.names, columns.is_mostly_numeric)
        return answer(columns, query, file.name)
    except NotUnderstoodError as error:
        return Answer(f"I did not understand that. {error}\n\n{abilities(columns)}")
    except ImpossibleError as error:
        return Answer(str(error))


def _tables(files: Sequence[AttachedFile]) -> list[AttachedFile]:
    """The CSV files; where there are none, whatever else is plain text."""
    found = [file for file in files if "csv" in file.content_type or _suffix(file) in _SUFFIXES]
    return found or [file for file in files if file.content_type == "text/plain"]


def _chosen(files: Sequence[AttachedFile], question: str) -> tuple[AttachedFile | None, str]:
    """The file that the question names, or the newest; and the question without the name."""
    # Of two names, one in the other, the longer is meant; of two equal ones the newer file.
    files = files[::-1]
    for file in sorted(files, key=lambda file: -len(file.name)):
        named = re.compile(_NAMED.format(re.escape(file.name)), re.IGNORECASE)
        if named.search(question):
            return file, named.sub(" ", question)
    return (files[0] if files else None), question


def _suffix(file: AttachedFile) -> str:
    return PurePath(file.name).suffix.lower()


_SUFFIXES = {".csv", ".tsv"}
_NAMED = r"(?:\b(?:in|of|from|for)\s+)?(?:the file\s+)?[\"“']?(?<!\w){}(?!\w)[\"”']?"
