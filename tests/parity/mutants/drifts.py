"""Faults that several channels show, the ten real drifts of an earlier migration among them."""

from __future__ import annotations

from tests.parity.mutants.exchanges import GUIDE, Scene, act, attach, change, submit
from tests.parity.mutants.mutant import Mutant

CONVERSATION = "modern/conversation/service.py"
STATEMENTS = "modern/conversation/statements.py"
ROUTES = "modern/conversation/routes.py"
SCHEMAS = "modern/conversation/schemas.py"
CHAT = "modern/chat/routes.py"


def conversations(scene: Scene) -> None:
    scene.ada.get("/conversations")


def conversation(scene: Scene) -> None:
    scene.ada.get("/conversations/1")


def more_than_fifty(scene: Scene) -> None:
    for _ in range(51):
        scene.carol.post("/conversations", json=GUIDE)
    scene.carol.get("/conversations?per_page=100")


def foreign_deletion(scene: Scene) -> None:
    scene.bob.delete("/conversations/1")


def foreign_view(scene: Scene) -> None:
    scene.bob.get("/conversations/1")


def foreign_file(scene: Scene) -> None:
    attach(scene.ada)
    scene.bob.get("/attachments/1")


def account_by_somebody(scene: Scene) -> None:
    act(scene.bob, "toggle", 3)


def page_of_a_stranger(scene: Scene) -> None:
    scene.stranger.get("/chat")


def creation_without_title(scene: Scene) -> None:
    scene.ada.post("/conversations", json=GUIDE)


def creation(scene: Scene) -> None:
    scene.ada.post("/conversations", json={**GUIDE, "title": "  Plans "})


def creation_without_token(scene: Scene) -> None:
    scene.carol.csrf  # noqa: B018  # a session begins with it
    scene.carol.browser.post("/conversations", json=GUIDE)


def current_user(scene: Scene) -> None:
    scene.ada.get("/auth/current-user")


def login_page(scene: Scene) -> None:
    scene.stranger.get("/auth/login")


def upload(scene: Scene) -> None:
    attach(scene.ada)


def download(scene: Scene) -> None:
    attach(scene.ada, "dot.png", b"\x89PNG\r\n\x1a\n\0\1\2")
    scene.ada.get("/attachments/1")


def health(scene: Scene) -> None:
    scene.stranger.get("/health")


def letter_with_a_forged_token(scene: Scene) -> None:
    form = {"name": "G", "email": "g@example.test", "subject": "s", "body": "b"}
    scene.stranger.get("/contact")
    scene.stranger.post("/contact", data={**form, "csrf_token": "forged"})


def stale_change(scene: Scene) -> None:
    scene.ada.patch("/conversations/1", json={"pinned": False}, headers={"If-Match": '"x"'})


def renaming(scene: Scene) -> None:
    change(scene.ada, title="More")


def unchanged(scene: Scene) -> None:
    tag = {"If-None-Match": scene.ada.get("/conversations/1").headers["ETag"]}
    scene.ada.get("/conversations/1", headers=tag)


def part_of_a_file(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.get("/attachments/1", headers={"Range": "bytes=3-5"})


def wrong_settings(scene: Scene) -> None:
    form = {"display_name": "Bob", "timezone": "Nowhere", "default_assistant": "docs"}
    submit(scene.bob, "/settings", **form)


SEEN = ("status", "header", "body")
OWNED = 'Conversation.id == bindparam("id"), Conversation.user_id == bindparam("user_id")'
LISTED = """Page(items=items, page=query.page, per_page=query.per_page, total=found.total)
        )

    def post"""
MUTANTS = [
    # The ten of the earlier migration.
    Mutant("a list becomes an object", ROUTES,
        LISTED, LISTED.replace("Page(items=items, ", 'Ack(success=True, message="", ').replace(
        "page=query.page, per_page=query.per_page, total=", "count="), conversations, ("body",)),
    Mutant("times are RFC 822", SCHEMAS, "    created_at: datetime\n    updated_at: datetime\n",
        '    created_at: Annotated[datetime, __import__("pydantic").PlainSerializer('
        '__import__("werkzeug.http").http.http_date)]\n    updated_at: datetime\n',
        conversation, ("body",)),
    Mutant("a list is cut at 50", CONVERSATION, '{"limit": query.per_page,',
        '{"limit": min(50, query.per_page),', more_than_fifty, ("body",)),
    Mutant("an item becomes an array", "modern/responses.py", "Response(body.model_dump_json(),",
        'Response("[" + body.model_dump_json() + "]",', conversation, ("body",)),
    Mutant("somebody else's is a bad request", "modern/errors.py", "failures.NotFound: 404",
        "failures.NotFound: 400", foreign_deletion, ("status",)),
    Mutant("a view is noted", ROUTES,
        '        response.headers["Cache-Control"] = "private, no-cache"\n',
        '        response.headers["Cache-Control"] = "private, no-cache"\n'
        "        kept = provide(ConversationService)\n"
        "        kept.get_owned(signed_in().user, conv_id).conversation.version += 1\n"
        "        kept.session.commit()\n", conversation, ("rows",)),
    Mutant("an address gets a slash", ROUTES, 'add_url_rule("", view', 'add_url_rule("/", view',
        conversations, ("status", "redirect", "header", "cookie", "body", "rows")),
    Mutant("the login has another address", "modern/localpath.py", 'LOGIN = "/auth/login"',
        'LOGIN = "/auth/sign-in"', page_of_a_stranger, ("redirect",)),
    Mutant("a missing title gets a default", CONVERSATION, "            title=title,",
        '            title=title or "Untitled",', creation_without_title, ("body", "rows")),
    Mutant("a form that needed no token needs one", "modern/config.py",
        '"WTF_CSRF_TIME_LIMIT": None,',
        '"WTF_CSRF_TIME_LIMIT": None, "WTF_CSRF_METHODS": {"GET"},', health, SEEN),
    # Permissions.
    Mutant("everybody sees a conversation", STATEMENTS, OWNED,
        'Conversation.id == bindparam("id")', foreign_view, SEEN),
    Mutant("everybody deletes a conversation", STATEMENTS, OWNED,
        'Conversation.id == bindparam("id")', foreign_deletion,
        ("status", "body", "rows")),
    Mutant("everybody sees a file", "modern/chat/service.py",
        "if found is None or found.user_id != user.id:", "if found is None:", foreign_file, SEEN),
    Mutant("everybody administers", "modern/admin/service.py", 'if user.role != "admin":',
        'if user.role == "nobody":', account_by_somebody, ("body", "rows")),
    # CSRF dropped.
    Mutant("calls need no token", "modern/__init__.py", "    csrf.init_app(app)\n",
        "    csrf.init_app(app)\n    csrf.exempt(conversation_blueprint)\n",
        creation_without_token, ("status", "header", "redirect", "body", "rows")),
    Mutant("any token does", "modern/__init__.py", "    csrf.init_app(app)\n",
        "    csrf.init_app(app)\n    csrf.exempt(pages_blueprint)\n",
        letter_with_a_forged_token, ("status", "redirect", "body", "rows", "cookie")),
    Mutant("a token is constant", "modern/auth/routes.py", "generate_csrf()))", '"token"))',
        current_user, ("body", "cookie")),
    Mutant("a form has no token", "modern/templates/auth/login.html",
        '      <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">\n', "",
        login_page, ("body", "cookie")),
    # Preconditions, ranges, and what is written with the answer.
    Mutant("a stale change is made", "modern/conversation/etags.py",
        "if not request.if_match.contains(etag(conversation)):",
        "if not request.if_match:", stale_change, (*SEEN, "rows")),
    Mutant("a change keeps the version", CONVERSATION,
        '"version": version + 1, "updated_at"', '"updated_at"', renaming,
        ("header", "body", "rows")),
    Mutant("a change is of no time", CONVERSATION,
        '"version": version + 1, "updated_at": self.clock()', '"version": version + 1',
        renaming, ("body", "rows")),
    Mutant("a copy is never good", ROUTES, "        response.make_conditional(request)\n", "",
        unchanged, SEEN),
    Mutant("files come whole", CHAT, "            as_attachment=True,\n",
        "            as_attachment=True,\n            conditional=False,\n", part_of_a_file, SEEN),
    Mutant("a title is not trimmed", SCHEMAS, "title = value.strip()", "title = value", creation,
        ("body", "rows")),
    Mutant("wrong settings are saved", "modern/auth/schemas.py",
        "if value not in available_timezones():", "if not value:", wrong_settings,
        ("status", "redirect", "body", "rows", "cookie")),
    Mutant("a file is kept under its own name", "modern/chat/uploads.py",
        "name = secrets.token_hex(16)", "name = upload.name", upload, ("rows", "outbound")),
    Mutant("a file is kept under a short name", "modern/chat/uploads.py",
        "name = secrets.token_hex(16)", "name = secrets.token_hex(8)", upload,
        ("rows", "outbound")),
    Mutant("a byte is missing", "modern/chat/uploads.py",
        "(folder / name).write_bytes(upload.content)",
        "(folder / name).write_bytes(upload.content[:-1])", download, ("body", "outbound")),
    Mutant("a byte is another", "modern/chat/uploads.py",
        "(folder / name).write_bytes(upload.content)",
        "(folder / name).write_bytes(upload.content[:-1] + b'x')", download, ("body", "outbound")),
]  # fmt: skip
