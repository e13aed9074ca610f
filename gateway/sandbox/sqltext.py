"""The words of SQL text: quotes and comments are skipped, statements told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["sqlite", "postgresql"]

# A quote that is not closed reaches to the end: nothing behind it is taken for a keyword.
_SQLITE = r"""
    (?P<space>\s+ | --[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<nested>(?!))
    | (?P<quoted>'(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | `(?:[^`]|``)*(?:`|\Z)
        | \[[^\]]*(?:\]|\Z))
"""
_POSTGRESQL = r"""
    (?P<space>\s+ | --[^\n]*)
    | (?P<nested>/\*)
    | (?P<quoted>[eE]'(?:[^'\\]|''|\\.)*(?:'|\Z) | '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z)
        | \$\$.*?(?:\$\$|\Z) | \$(?P<tag>[^\W\d]\w*)\$.*?(?:\$(?P=tag)\$|\Z))
"""
_WORDS = r" | (?P<word>[^\W\d][\w$]*) | (?P<other>\d[\w.]* | .)"
_TOKEN = {
    "sqlite": re.compile(_SQLITE + _WORDS, re.VERBOSE | re.DOTALL),
    "postgresql": re.compile(_POSTGRESQL + _WORDS, re.VERBOSE | re.DOTALL),
}
_COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Words:
    """One statement: its words in capitals, everything else as it stands.

    A quoted name keeps its quotes, so it is never taken for a keyword.
    """

    tokens: tuple[str, ...]

    def starts(self, *words: str) -> bool:
        """Tell whether the statement begins with these words."""
        return self.tokens[: len(words)] == words

    @property
    def calls(self) -> frozenset[str]:
        """The names, in capitals, that are followed by an opening parenthesis."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return frozenset(name.strip('"').upper() for name, after in pairs if after == "(")


def statements(sql: str, language: Language) -> tuple[Words, ...]:
    """Divide a text into its statements; empty ones are left out."""
    found: list[list[str]] = [[]]
    at = 0
    while match := _TOKEN[language].match(sql, at):
        at = match.end()
        if match["nested"]:
            at = _end_of_comment(sql, at)
        elif match["other"] == ";":
            found.append([])
        elif not match["space"]:
            found[-1].append(match[0].upper() if match["word"] else match[0])
    return tuple(Words(tuple(tokens)) for tokens in found if tokens)


def _end_of_comment(sql: str, at: int) -> int:
    """Find the end of a comment that may hold comments, as PostgreSQL's may."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, at)):
        at = edge.end()
        depth += 1 if edge[0] == "/*" else -1
    return len(sql) if depth else at


def name_of(token: str) -> str:
    """Give the name that a token stands for; the case of a bare one does not matter."""
    if token[:1] in {'"', "`", "[", "'"}:
        return token[1:-1].replace(token[-1] * 2, token[-1])
    return token.lower()
