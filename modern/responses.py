"""Answer with a schema as JSON."""

from collections.abc import Mapping

from flask import Response
from pydantic import BaseModel


def answer(
    body: BaseModel,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    mimetype: str = "application/json",
) -> Response:
    """The schema's JSON, in field order and with text left as it is."""
    return Response(body.model_dump_json(), status, headers, mimetype)
