"""The addresses of the admin area: pages for people, and what their buttons call."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from modern.admin.access import actor, administrators_only
from modern.admin.schemas import (
    AdminQuery,
    AdminUserCreate,
    AdminUserItem,
    AdminUserUpdate,
    AuditItem,
    CleanupRequest,
)
from modern.admin.service import AdminService, Change
from modern.chat.service import AssistantService
from modern.failures import Invalid
from modern.paging import Slice
from modern.parsing import parse_form, parse_json, parse_query
from modern.responses import answer
from modern.schemas import Ack
from modern.services import provide
from shared_models import User

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/")
@administrators_only
def dashboard() -> str:
    """Show how much the workspace is used."""
    return render_template("admin/dashboard.html", stats=provide(AdminService).stats())


@blueprint.get("/users")
@administrators_only
def users() -> ResponseReturnValue:
    """Show the accounts, a page at a time."""
    try:
        query = parse_query(AdminQuery)
    except Invalid as failure:
        return _list_page("users", AdminQuery(), Slice([], 0), failure.messages), 422
    found = provide(AdminService).list_users(query)
    return _list_page("users", query, Slice([_item(user) for user in found.items], found.total))


@blueprint.get("/audit")
@administrators_only
def audit() -> ResponseReturnValue:
    """Show what administrators changed, a page at a time."""
    try:
        query = parse_query(AdminQuery)
    except Invalid as failure:
        return _list_page("audit", AdminQuery(), Slice([], 0), failure.messages), 422
    found = provide(AdminService).list_audit(query)
    return _list_page("audit", query, Slice([_change(each) for each in found.items], found.total))


class CreateUser(MethodView):
    """The form that makes an account for somebody."""

    decorators = [administrators_only]  # noqa: RUF012  # how Flask spells it

    def get(self) -> str:
        """Show the form."""
        return render_template("admin/create.html", errors={})

    def post(self) -> ResponseReturnValue:
        """Make the account, or show the form again with what is wrong."""
        try:
            made = provide(AdminService).create_user(actor(), parse_form(AdminUserCreate))
        except Invalid as failure:
            return render_template("admin/create.html", errors=failure.messages), 422
        flash(
            f"Account for {made.user.email} created. Temporary password: {made.password}"
            " (valid for 72 hours)."
        )
        return redirect("/admin/users")


@blueprint.post("/users/<int:user_id>/approve")
@administrators_only
def approve(user_id: int) -> Response:
    """Let in somebody who waits for it."""
    return answer(_item(provide(AdminService).approve_user(actor(), user_id)))


@blueprint.post("/users/<int:user_id>/toggle")
@administrators_only
def toggle(user_id: int) -> Response:
    """Disable an account, or enable it again."""
    return answer(_item(provide(AdminService).toggle_user(actor(), user_id)))


@blueprint.post("/users/<int:user_id>/update")
@administrators_only
def update_user(user_id: int) -> Response:
    """Change what an account is called, may do and may use."""
    service = provide(AdminService)
    user = service.get_user(user_id)
    return answer(_item(service.update_user(actor(), user, parse_json(AdminUserUpdate))))


@blueprint.post("/users/<int:user_id>/delete")
@administrators_only
def delete_user(user_id: int) -> Response:
    """Delete an account with everything in it."""
    provide(AdminService).delete_user(actor(), user_id)
    return answer(Ack(success=True, message="Account deleted.", id=user_id))


@blueprint.get("/stats")
@administrators_only
def stats() -> Response:
    """Tell a program how much the workspace is used."""
    return answer(provide(AdminService).stats())


@blueprint.get("/export.csv")
@administrators_only
def export_csv() -> Response:
    """Hand out the accounts as a table."""
    table = provide(AdminService).export_users_csv(parse_query(AdminQuery))
    headers = {"Content-Disposition": "attachment; filename=users.csv"}
    return Response(table, 200, headers, content_type="text/csv; charset=utf-8")


@blueprint.post("/cleanup")
@administrators_only
def cleanup() -> Response:
    """Delete conversations that never began, or say how many there are."""
    wanted = parse_json(CleanupRequest)
    count = provide(AdminService).cleanup_empty(actor(), wanted)
    noun = "conversation" if count == 1 else "conversations"
    verb = "Would delete" if wanted.dry_run else "Deleted"
    return answer(Ack(success=True, message=f"{verb} {count} empty {noun}.", count=count))


def _list_page(
    name: str, query: AdminQuery, found: Slice[object], errors: dict[str, str] | None = None
) -> str:
    return render_template(
        f"admin/{name}.html",
        found=found,
        query=query,
        asked=request.args,
        errors=errors or {},
        pages=max(1, -(-found.total // query.per_page)),
    )


def _item(user: User) -> AdminUserItem:
    stored = {name: getattr(user, name, None) for name in AdminUserItem.model_fields}
    return AdminUserItem.model_validate({**stored, "usage": provide(AssistantService).usage(user)})


def _change(change: Change) -> AuditItem:
    event = change.event
    stored = {name: getattr(event, name, None) for name in AuditItem.model_fields}
    target = (
        event.target_type if event.target_id is None else f"{event.target_type} {event.target_id}"
    )
    return AuditItem.model_validate({**stored, "actor": change.actor, "target": target})


blueprint.add_url_rule("/users/create", view_func=CreateUser.as_view("create_user"))
