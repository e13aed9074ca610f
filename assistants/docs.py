"""The assistant `docs`: quotes what the user's own texts say, and nothing else."""

from collections.abc import Sequence

from assistants import config
from assistants.documents import Document, documents
from assistants.passages import Passage
from assistants.port import Context, Events
from assistants.ranking import Index
from assistants.words import asked, terms

COVERED = 0.35
"""How much of a question a passage has to cover, if the config has no `threshold`."""
QUOTED = 3
"""How many passages are quoted at most, if the config has no `passages`."""

NOTHING_TO_READ = (
    "There is nothing to quote from yet. Attach a text or Markdown file, "
    "or write down what you want to find again, and ask me about it."
)


class Docs:
    """Quotes the passages that fit a question best, or says that there are none."""

    def reply(self, context: Context) -> Events:
        """Quotes with their places, and what could not be read."""
        threshold = config.number(context, "threshold", COVERED, 0, 1)
        most = int(config.number(context, "passages", QUOTED, 1, 10))
        found, notes = documents(context)
        answer = _answer(asked(context.text), found, threshold, most)
        yield from context.say("\n\n".join([answer, *notes]))


def _answer(wanted: list[str], found: list[Document], threshold: float, most: int) -> str:
    if not found:
        return NOTHING_TO_READ
    if not wanted:
        return f"What shall I look for? I can search {_listed(found)}."
    quotes = _best(wanted, found, threshold)[:most]
    if not quotes:
        return (
            f"I found nothing about that in {_listed(found)}. I only quote what is written "
            "there, so ask with words that the text itself would use."
        )
    head = "This passage fits best:" if len(quotes) == 1 else "These passages fit best:"
    return "\n\n".join([head, *quotes])


def _best(wanted: list[str], found: list[Document], threshold: float) -> list[str]:
    """The quotes that cover enough of the question, the best first, each text once."""
    places = [(document.name, passage) for document in found for passage in document.passages]
    index = Index([terms(" ".join([*passage.headings, passage.text])) for _, passage in places])
    hits = [places[hit.document] for hit in index.search(wanted) if hit.coverage >= threshold]
    once = {passage.text: (name, passage) for name, passage in reversed(hits)}
    return [_quote(name, passage) for name, passage in reversed(once.values())]


def _quote(name: str, passage: Passage) -> str:
    place = [f"**{name}**"]
    if passage.headings:
        place.append(f"“{' / '.join(passage.headings)}”")
    if passage.line is not None:
        place.append(f"line {passage.line}")
    quoted = "\n".join(f"> {line}".rstrip() for line in passage.text.splitlines())
    return f"{', '.join(place)}:\n\n{quoted}"


def _listed(found: Sequence[Document]) -> str:
    *names, last = [document.name for document in found]
    return f"{', '.join(names)} and {last}" if names else last
