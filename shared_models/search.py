"""What a person types into a search, as an expression for the full text of either database.

All words have to occur, each perhaps as the beginning of a longer one; words in double quotes have
to stand side by side. Case, accents and all signs are disregarded, on both databases alike.

    SQLite      WHERE message_search MATCH :expression, joined with message on rowid = id
    PostgreSQL  WHERE search_words(message.body) @@ to_tsquery('simple', :expression)

and likewise `conversation_search` and `search_words(conversation.title)`. No text makes either
expression fail, whatever it holds. The migration 0002 makes what they stand on.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_PHRASES = 32
LONGEST_WORD = 500
"""Longer words are searched by their beginning; PostgreSQL refuses those of more than 2 KB."""

_quoted = re.compile('["\u201c\u201d]([^"\u201c\u201d]*)["\u201c\u201d]')
_accents = re.compile("[\u0300-\u036f]+")
_own_table = re.compile(r"(message|conversation)_search(_\w+)?")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that have to stand side by side; the last may be the beginning of a longer one."""

    words: tuple[str, ...]
    is_prefix: bool = True


def phrases(text: str) -> tuple[Phrase, ...]:
    """What has to occur; nothing if the text has no word in it."""
    return tuple(dict.fromkeys(_phrases(text)))[:MOST_PHRASES]


def folded(text: str) -> str:
    """The text as it is compared: in lower case and without accents."""
    return _accents.sub("", unicodedata.normalize("NFKD", text.lower()))


def fts5_expression(text: str) -> str | None:
    """What stands behind MATCH on SQLite, or None if there is nothing to look for."""
    # FTS5 folds by itself, as it did with what it searches.
    return " ".join(map(_for_fts5, phrases(text))) or None


def tsquery_expression(text: str) -> str | None:
    """What `to_tsquery('simple', …)` takes on PostgreSQL, or None if there is nothing."""
    return " & ".join(filter(None, map(_for_tsquery, phrases(text)))) or None


def is_of_models(name: str | None, kind: str, _parents: object) -> bool:
    """Tell Alembic (`include_name`) what to compare with the models: all but the search's own."""
    if kind == "index":
        return not str(name).endswith("_search")
    return kind != "table" or not _own_table.fullmatch(str(name))


def _phrases(text: str) -> Iterator[Phrase]:
    # Every second part stood in quotes.
    for number, part in enumerate(_quoted.split(text)):
        words = _words(part)
        if number % 2 == 0:
            yield from (Phrase((word,)) for word in words)
        elif words:
            yield Phrase(words, is_prefix=False)


def _words(text: str) -> tuple[str, ...]:
    """The runs of letters, digits and marks."""
    spaced = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return tuple(word[:LONGEST_WORD] for word in spaced.split())


def _for_fts5(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + ("*" if phrase.is_prefix else "")


def _for_tsquery(phrase: Phrase) -> str:
    # Folding may make two words of one (of ½, 1 and 2), or none: of an accent that stands alone.
    words = _words(folded(" ".join(phrase.words)))
    side_by_side = " <-> ".join(f"'{word}'" for word in words)
    if not words:
        return ""
    return f"{side_by_side}:*" if phrase.is_prefix else f"({side_by_side})"
