"""Who may enter the admin area."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from modern.admin.service import Actor, AdminService
from modern.headers import request_id
from modern.identity import signed_in
from modern.services import provide

P = ParamSpec("P")
R = TypeVar("R")


def administrators_only(view: Callable[P, R]) -> Callable[P, R]:
    """Let only administrators through to the view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        provide(AdminService).require_admin(signed_in().user)
        return view(*args, **kwargs)

    return guarded


def actor() -> Actor:
    """The administrator who asks, as the record of changes names them."""
    return Actor(signed_in().user, request.remote_addr, request_id())
