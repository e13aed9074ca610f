"""The help texts as HTML, for the page /help of both applications."""

from markdown_it import MarkdownIt

# HTML in a text stays text, and a link that could run a script stays no link.
_renderer = MarkdownIt("js-default")


def html_of(markdown: str) -> str:
    """The HTML of a Markdown text; safe to put into a page as it is."""
    html: str = _renderer.render(markdown)
    return html
