"""The rewrite with a fault that no answer shows: renaming changes the assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import request

from modern import create_app
from shared_models import Conversation
from shared_models.db import db

if TYPE_CHECKING:
    from flask import Response

app = create_app()


@app.after_request
def write(response: Response) -> Response:
    """Write a column that a renaming is not to touch."""
    if request.method == "PATCH" and request.view_args:
        (number,) = request.view_args.values()
        change = sa.update(Conversation).where(Conversation.id == number)
        db.session.execute(change.values(assistant_key="docs"))
        db.session.commit()
    return response
