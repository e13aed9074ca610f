"""A question as tokens, and the columns that they name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistants.words import terms, words

_token = re.compile(
    r"""
    "(?P<double>[^"]*)" | “(?P<curly>[^”]*)” | '(?P<single>[^']*)'(?!\w)
    | (?P<plain>
        <=|>=|!=|<>|==|[<>=,≤≥≠]
        | [^\s<>=,]*[0-9](?:[.,][0-9]+)*%?(?=[\s,]|$)   # 1,200.50 is one token
        | [^\s<>=,"“”≤≥≠!]+
    )
    """,
    re.VERBOSE,
)


SIGNS = frozenset(["<=", ">=", "!=", "<>", "==", "<", ">", "=", "≤", "≥", "≠", ","])


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or quoted text, and where it stands in the question."""

    text: str
    start: int
    end: int
    is_quoted: bool = False

    @property
    def word(self) -> str:
        """What keywords are compared with; a quoted text is none."""
        return "" if self.is_quoted else self.text.casefold().replace("\u2019", "'")


def tokens_of(question: str) -> list[Token]:
    """All tokens, without the marks that end a sentence."""
    found = []
    for match in _token.finditer(question.rstrip(" \t\r\n?!.;:")):
        plain = match["plain"]
        text = plain if plain is not None else match[match.lastgroup or 0]
        found.append(Token(text, match.start(), match.end(), is_quoted=plain is None))
    return found


class Names:
    """The columns of a sheet by what they may be called."""

    def __init__(self, names: Sequence[str]) -> None:
        self.columns = tuple(names)
        numbered = list(enumerate(names))[::-1]  # of two, the first is meant
        self._exact = {name.casefold(): number for number, name in numbered}
        self._worded = {tuple(words(name)): number for number, name in numbered}
        self._stemmed = {tuple(terms(name)): number for number, name in numbered}
        self._longest = max((len(words(name)) for name in names), default=0) + 1

    def find(self, tokens: Sequence[Token]) -> tuple[int, int] | None:
        """The column that the first tokens name, and how many tokens that takes.

        As many tokens as possible are taken; a part of a name will do if no other column has it.
        """
        joined = next((at for at, token in enumerate(tokens) if token.word in SIGNS), len(tokens))
        for look_up in (self._look_up, self._look_up_part):
            for length in range(min(self._longest, joined), 0, -1):
                column = look_up(" ".join(token.text for token in tokens[:length]))
                if column is not None:
                    return column, length
        return None

    def _look_up(self, text: str) -> int | None:
        if text.casefold() in self._exact:
            return self._exact[text.casefold()]
        spoken = tuple(words(text))
        if not spoken:
            return None
        return self._worded.get(spoken, self._stemmed.get(tuple(terms(text))))

    def _look_up_part(self, text: str) -> int | None:
        wanted = set(terms(text))
        holding = {n for name, n in self._stemmed.items() if wanted and wanted.issubset(name)}
        return holding.pop() if len(holding) == 1 else None
