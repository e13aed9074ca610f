"""Faults that only the status shows."""

from __future__ import annotations

from tests.parity.mutants.exchanges import (
    LETTER,
    NEWCOMER,
    PROFILE,
    Scene,
    act,
    attach,
    change,
    say,
    submit,
)
from tests.parity.mutants.mutant import Mutant

CHANNEL = "status"

ERRORS = "modern/errors.py"
AUTH = "modern/auth/routes.py"
PAGES = "modern/pages/routes.py"
CHAT = "modern/chat/routes.py"
CONVERSATION = "modern/conversation/routes.py"
ADMIN = "modern/admin/routes.py"


def stale_change(scene: Scene) -> None:
    scene.ada.patch("/conversations/1", json={"pinned": True}, headers={"If-Match": '"x"'})


def blind_change(scene: Scene) -> None:
    scene.ada.patch("/conversations/1", json={"pinned": True})


def wrong_change(scene: Scene) -> None:
    change(scene.ada, title=5)


def disabling_oneself(scene: Scene) -> None:
    act(scene.ada, "toggle", 1)


def large_file(scene: Scene) -> None:
    attach(scene.ada, "large.txt", b"x" * (512 * 1024 + 1))


def large_body(scene: Scene) -> None:
    scene.ada.post("/conversations", data="x" * (2**20 + 1))


def strange_file(scene: Scene) -> None:
    attach(scene.ada, "run.exe", b"MZ")


def many_messages(scene: Scene) -> None:
    for _ in range(21):
        scene.bob.post("/chat/messages", json={})


def wrong_password(scene: Scene) -> None:
    body = {"current_password": "x", "new_password": "a nanosecond of wire"}
    scene.ada.post("/auth/update-password", json=body)


def failed_login(scene: Scene) -> None:
    scene.log_in(password="wrong password")


def call_without_token(scene: Scene) -> None:
    scene.ada.browser.post("/conversations", json={"assistant_key": "guide"})


def wrong_method(scene: Scene) -> None:
    scene.ada.csrf  # noqa: B018  # a session begins with it
    scene.ada.browser.request(
        "PUT", "/conversations", headers={"X-CSRFToken": scene.ada.csrf}, json={}
    )


def first_rating(scene: Scene) -> None:
    scene.ada.post("/feedback", json={"message_id": 2, "rating": 4})


def enrolment(scene: Scene) -> None:
    scene.ada.post("/assistants/docs/enrolment")
    scene.ada.delete("/assistants/docs/enrolment")


def deletion(scene: Scene) -> None:
    scene.ada.delete("/conversations/1")


def clearing(scene: Scene) -> None:
    scene.ada.post("/conversations/1/clear")


def cleaning(scene: Scene) -> None:
    scene.ada.post("/admin/cleanup", json={"older_than_days": 1})


def account_deletion(scene: Scene) -> None:
    act(scene.ada, "delete")


def wrong_settings(scene: Scene) -> None:
    submit(scene.bob, "/settings", **{**PROFILE, "display_name": ""})


def leaving_with_a_wrong_password(scene: Scene) -> None:
    submit(scene.bob, "/auth/deletion", action="request", password="x")


def wrong_letter(scene: Scene) -> None:
    scene.submit(scene.stranger, "/contact", **{**LETTER, "name": ""})


def wrong_registration(scene: Scene) -> None:
    scene.submit(scene.stranger, "/auth/register", **{**NEWCOMER, "email": "x"})


def wrong_account(scene: Scene) -> None:
    submit(scene.ada, "/admin/users/create", email="x", display_name="X", role="user")


def wrong_filter(scene: Scene) -> None:
    scene.ada.get("/admin/users", query="sort=id")


def empty_login(scene: Scene) -> None:
    scene.log_in(email="", password="")


def sign_out(scene: Scene) -> None:
    scene.ada.post("/auth/logout")


def message_to_the_archive(scene: Scene) -> None:
    say(scene.ada, to=5)


MUTANTS = [
    Mutant("a stale change is a conflict", ERRORS, "failures.Stale: 412",
        "failures.Stale: 409", stale_change),
    Mutant("a blind change is a bad request", ERRORS, "failures.PreconditionRequired: 428",
        "failures.PreconditionRequired: 400", blind_change),
    Mutant("an invalid body is a conflict", ERRORS, "failures.Invalid: 422",
        "failures.Invalid: 409", wrong_change),
    Mutant("a conflict is a bad request", ERRORS, "failures.Conflict: 409",
        "failures.Conflict: 400", disabling_oneself),
    Mutant("an archived conversation is forbidden", ERRORS, "failures.Conflict: 409",
        "failures.Conflict: 403", message_to_the_archive),
    Mutant("a large file is a bad request", ERRORS, "failures.TooLarge: 413",
        "failures.TooLarge: 400", large_file),
    Mutant("a large body is a bad request", ERRORS, "respond(Refusal(status, code, detail.replace",
        "respond(Refusal({413: 400}.get(status, status), code, detail.replace", large_body),
    Mutant("a file of another type is a bad request", ERRORS, "failures.UnsupportedType: 415",
        "failures.UnsupportedType: 400", strange_file),
    Mutant("a limit is unavailability", ERRORS, "failures.RateLimited: 429",
        "failures.RateLimited: 503", many_messages),
    Mutant("a wrong password is a lost login", ERRORS, "failures.WrongPassword: 403",
        "failures.WrongPassword: 401", wrong_password),
    Mutant("a missing token is forbidden", ERRORS, 'Refusal(400, "csrf"',
        'Refusal(403, "csrf"', call_without_token),
    Mutant("a wrong method is not found", ERRORS, "respond(Refusal(status, code, detail.replace",
        "respond(Refusal({405: 404}.get(status, status), code, detail.replace", wrong_method),
    Mutant("a failed login is forbidden", AUTH, "failure.detail), 401", "failure.detail), 403",
        failed_login),
    Mutant("an empty login is a bad request", AUTH, "back, failure.messages), 422",
        "back, failure.messages), 409", empty_login),
    Mutant("a wrong registration is fine", AUTH, "_register_page(failure.messages), 422",
        "_register_page(failure.messages), 200", wrong_registration),
    Mutant("leaving with a wrong password is a lost login", AUTH,
        'errors={"password": failure.detail}), 403', 'errors={"password": failure.detail}), 401',
        leaving_with_a_wrong_password),
    Mutant("wrong settings are fine", PAGES, "failure.messages), 422", "failure.messages), 200",
        wrong_settings),
    Mutant("a wrong letter is a conflict", PAGES, "return page, 422", "return page, 409",
        wrong_letter),
    Mutant("a wrong account is fine", ADMIN, 'admin/create.html", errors=failure.messages), 422',
        'admin/create.html", errors=failure.messages), 200', wrong_account),
    Mutant("a wrong filter is fine", ADMIN,
        '_list_page("users", AdminQuery(), Slice([], 0), failure.messages), 422',
        '_list_page("users", AdminQuery(), Slice([], 0), failure.messages), 200', wrong_filter),
    Mutant("a first rating is accepted", CHAT, "201 if first else 200", "202 if first else 200",
        first_rating),
    Mutant("an enrolment is created", CHAT,
        "service.get_enabled(key))\n        return answer(AssistantItem.of(choice))",
        "service.get_enabled(key))\n        return answer(AssistantItem.of(choice), 201)",
        enrolment),
    Mutant("a deletion is accepted", CONVERSATION, '"Conversation deleted.", id=conv_id)',
        '"Conversation deleted.", id=conv_id), 202', deletion),
    Mutant("clearing is accepted", CONVERSATION, 'cleared.", id=conv_id, count=count)',
        'cleared.", id=conv_id, count=count), 202', clearing),
    Mutant("cleaning up is accepted", ADMIN, 'empty {noun}.", count=count)',
        'empty {noun}.", count=count), 202', cleaning),
    Mutant("deleting an account is accepted", ADMIN, '"Account deleted.", id=user_id)',
        '"Account deleted.", id=user_id), 202', account_deletion),
    Mutant("signing out sees other", AUTH,
        'flash("You are signed out.")\n    return redirect(LOGIN)',
        'flash("You are signed out.")\n    return redirect(LOGIN, 303)', sign_out),
    Mutant("signing out is permanent", AUTH,
        'flash("You are signed out.")\n    return redirect(LOGIN)',
        'flash("You are signed out.")\n    return redirect(LOGIN, 301)', sign_out),
]  # fmt: skip
