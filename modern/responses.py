"""Answer with a schema as JSON, or show Markdown in a page."""

from collections.abc import Mapping

from flask import Response
from markupsafe import Markup
from pydantic import BaseModel

from assistants.markup import html_of


def answer(
    body: BaseModel,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    mimetype: str = "application/json",
) -> Response:
    """The schema's JSON, in field order and with text left as it is."""
    return Response(body.model_dump_json(), status, headers, mimetype)


def markdown(text: str) -> Markup:
    """Markdown as a part of a page."""
    return Markup(html_of(text))  # noqa: S704  # the renderer lets no HTML of the text through
