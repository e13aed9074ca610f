"""The assistant `guide`: answers questions about the workspace from the help texts."""

from functools import cache

from assistants.handbook import Section, topics
from assistants.port import Context, Events
from assistants.ranking import Index
from assistants.words import asked, terms

COVERED = 0.45
"""How much of a question its answer has to cover."""
SURE = 0.7
"""How much it has to cover so that no doubt is told."""
FURTHER = 3
"""How many more sections are linked."""

WELCOME = (
    "I answer questions about this workspace from its help pages. "
    "Ask me for example “How do I rename a conversation?”, or look at one of these:"
)
UNSURE = "I am not sure that I understood you; this comes nearest."
UNKNOWN = "I found nothing about that in the help pages, and they are all I know. They cover:"


class Guide:
    """Quotes the section of the help texts that fits the question best, with a link to it."""

    def reply(self, context: Context) -> Events:
        """The section, or what there is to ask about."""
        yield from context.say(_answer(context.text))


def _answer(question: str) -> str:
    wanted = asked(question)
    if not wanted:
        return f"{WELCOME}\n\n{_contents()}"
    sections, index = _indexed()
    hits = [hit for hit in index.search(wanted) if hit.coverage >= COVERED]
    if not hits:
        return f"{UNKNOWN}\n\n{_contents()}"
    near = [sections[hit.document] for hit in hits if hit.score > hits[0].score / 2]
    answer = _quoted(near[0], near[1 : 1 + FURTHER])
    return answer if hits[0].coverage >= SURE else f"{UNSURE}\n\n{answer}"


def _quoted(section: Section, others: list[Section]) -> str:
    answer = f"**{section.title}**\n\n{section.body}\n\nSource: {section.link}"
    further = ", ".join(other.link for other in others)
    return f"{answer}\n\nSee also: {further}" if further else answer


def _contents() -> str:
    return "\n".join(f"- [{topic.title}](/help#{topic.anchor})" for topic in topics())


@cache
def _indexed() -> tuple[list[Section], Index]:
    sections = [section for topic in topics() for section in topic.sections]
    return sections, Index([_weighed(section) for section in sections])


def _weighed(section: Section) -> list[str]:
    # A title says in few words what the section is about, so they count fourfold.
    return terms(f"{section.title} " * 4 + f"{section.also} {section.body}")
