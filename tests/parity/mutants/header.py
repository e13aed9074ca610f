"""Faults that only a header shows."""

from __future__ import annotations

from tests.parity.mutants.exchanges import CSV, Scene, attach, say
from tests.parity.mutants.mutant import Mutant

CHANNEL = "header"

HEADERS = "modern/headers.py"
ERRORS = "modern/errors.py"
CHAT = "modern/chat/routes.py"
EXPORT = "modern/conversation/export.py"
CONVERSATION = "modern/conversation/routes.py"
SET_ID = '        response.headers["X-Request-ID"] = request_id()\n'


def page(scene: Scene) -> None:
    scene.stranger.get("/help")


def conversation(scene: Scene) -> None:
    scene.ada.get("/conversations/1")


def conversations(scene: Scene) -> None:
    scene.ada.get("/conversations")


def export_csv(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export?format=csv")


def export_markdown(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export?format=md")


def accounts(scene: Scene) -> None:
    scene.ada.get("/admin/export.csv")


def wrong_method(scene: Scene) -> None:
    token = {"X-CSRFToken": scene.ada.csrf}
    scene.ada.browser.request("PUT", "/conversations", headers=token, json={})


def file(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.get("/attachments/1")


def part_of_a_file(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.get("/attachments/1", headers={"Range": "bytes=3-5"})


def part_beyond_a_file(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.get("/attachments/1", headers={"Range": f"bytes={len(CSV) + 1}-"})


def picture(scene: Scene) -> None:
    attach(scene.ada, "dot.png", b"\x89PNG\r\n\x1a\n\0")
    scene.ada.get("/attachments/1")


def answer(scene: Scene) -> None:
    say(scene.ada)


def many_messages(scene: Scene) -> None:
    for _ in range(21):
        scene.bob.post("/chat/messages", json={})


MUTANTS = [
    Mutant("a policy lacks a directive", HEADERS, """; "
    "object-src 'none'\"""", '"', page),
    Mutant("a policy allows less", HEADERS, "img-src 'self' data:; ", "img-src 'self'; ", page),
    Mutant("a policy allows scripts in pages", HEADERS, "script-src 'self'",
        "script-src 'self' 'unsafe-inline'", page),
    Mutant("a policy only reports", HEADERS, '"Content-Security-Policy": C',
        '"Content-Security-Policy-Report-Only": C', page),
    Mutant("frames are allowed", HEADERS, '"X-Frame-Options": "DENY"',
        '"X-Frame-Options": "SAMEORIGIN"', page),
    Mutant("types are guessed", HEADERS, '    "X-Content-Type-Options": "nosniff",\n', "", page),
    Mutant("the referrer is told", HEADERS, '"Referrer-Policy": "same-origin"',
        '"Referrer-Policy": "unsafe-url"', page),
    Mutant("the camera is allowed", HEADERS, "camera=()", "camera=(self)", page),
    Mutant("windows are shared", HEADERS, '    "Cross-Origin-Opener-Policy": "same-origin",\n', "",
        page),
    Mutant("every site may read", HEADERS, SET_ID,
        SET_ID + '        response.headers["Access-Control-Allow-Origin"] = "*"\n', page),
    Mutant("a header of its own", HEADERS, SET_ID,
        SET_ID + '        response.headers["X-Served-By"] = "modern"\n', page),
    Mutant("the language is told", HEADERS, SET_ID,
        SET_ID + '        response.headers["Content-Language"] = "en"\n', page),
    Mutant("it varies by more", HEADERS, SET_ID,
        SET_ID + '        response.vary.add("Accept-Language")\n', page),
    Mutant("pages are kept", HEADERS, '"Cache-Control", "no-store"', '"Cache-Control", "no-cache"',
        page),
    Mutant("lists are kept for a minute", HEADERS, '"Cache-Control", "no-store"',
        '"Cache-Control", "private, max-age=60"', conversations),
    Mutant("proxies keep a conversation", CONVERSATION, '"private, no-cache"',
        '"public, no-cache"', conversation),
    Mutant("a file is kept for a minute", CHAT, '"private, no-cache"', '"private, max-age=60"',
        file),
    Mutant("a tag is weak", CONVERSATION, "quote_etag(etag(overview.conversation))",
        "quote_etag(etag(overview.conversation), weak=True)", conversation),
    Mutant("a tag is without its version", "modern/conversation/etags.py",
        'f"{conversation.id}-{conversation.version}"', 'f"{conversation.id}"', conversation),
    Mutant("a tag is missing", CONVERSATION,
        '    headers = {"ETag": quote_etag(etag(overview.conversation))}',
        "    headers = {}", conversation),
    Mutant("a file is old", CHAT, "last_modified=found.created_at", "last_modified=1",
        file),
    Mutant("a file has no tag", CHAT, "etag=found.sha256[:32]", "etag=False", file),
    Mutant("a tag of a file is of another length", CHAT, "found.sha256[:32]", "found.sha256[:31]",
        file),
    Mutant("an export is shown", CONVERSATION, "attachment; filename={", "inline; filename={",
        export_csv),
    Mutant("an export has another name", EXPORT, 'f"conversation-{', 'f"export-{', export_csv),
    Mutant("a file is shown", CHAT, "as_attachment=True", "as_attachment=False", file),
    Mutant("a file loses its name", CHAT, "download_name=found.original_name",
        "download_name=found.stored_name", file),
    Mutant("a table has no charset", "modern/admin/routes.py", "text/csv; charset=utf-8",
        "text/csv", accounts),
    Mutant("a table tells of its heading", EXPORT, "text/csv; charset=utf-8",
        "text/csv; charset=utf-8; header=present", export_csv),
    Mutant("Markdown is plain text", EXPORT, "text/markdown; charset=utf-8",
        "text/plain; charset=utf-8", export_markdown),
    Mutant("a picture is of no type", CHAT, "            found.content_type,",
        '            "application/octet-stream",', picture),
    Mutant("no method is named", ERRORS, '{"Allow", "C', '{"C', wrong_method),
    Mutant("a method too many is named", ERRORS, "k: v for k, v in error.get_headers()",
        'k: v + ", PUT" for k, v in error.get_headers()', wrong_method),
    Mutant("the length is not told", ERRORS, '"Allow", "Content-Range", ', '"Allow", ',
        part_beyond_a_file),
    Mutant("parts are not offered", CHAT,
        '        response.headers["Cache-Control"] = "private, no-cache"\n',
        '        response.headers["Cache-Control"] = "private, no-cache"\n'
        '        response.headers.pop("Accept-Ranges", None)\n', part_of_a_file),
    Mutant("the time to wait has another name", ERRORS, 'headers["Retry-After"] =',
        'headers["X-Retry-After"] =', many_messages),
    Mutant("a proxy may collect a stream", "modern/sse.py", '    "X-Accel-Buffering": "no",\n', "",
        answer),
    Mutant("a stream may be kept", "modern/sse.py", '"Cache-Control": "no-store"',
        '"Cache-Control": "no-cache"', answer),
    Mutant("a stream has no charset", "modern/sse.py", "text/event-stream; charset=utf-8",
        "text/event-stream", answer),
]  # fmt: skip
