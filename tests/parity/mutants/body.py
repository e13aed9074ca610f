"""Faults that only the body shows."""

from __future__ import annotations

from tests.parity.mutants.exchanges import GUIDE, PROFILE, Scene, act, attach, change, say, submit
from tests.parity.mutants.mutant import Mutant

CHANNEL = "body"

SERVICE = "modern/conversation/service.py"
STATEMENTS = "modern/conversation/statements.py"
SCHEMAS = "modern/conversation/schemas.py"
OVERVIEW = "modern/conversation/overview.py"
FINDING = "modern/conversation/finding.py"
EXPORT = "modern/conversation/export.py"
FIGURES = "modern/admin/figures.py"
LISTING = "modern/admin/listing.py"
FAILURES = "modern/failures.py"
TIMES = "modern/times.py"
SSE = "modern/sse.py"
TEMPLATES = "modern/templates"
LOGIN = f"{TEMPLATES}/auth/login.html"
LAYOUT = f"{TEMPLATES}/layout.html"
FIELDS = f"{TEMPLATES}/fields.html"


def conversations(scene: Scene) -> None:
    scene.ada.get("/conversations")


def pinned_one(scene: Scene) -> None:
    change(scene.ada, 4, pinned=True)
    scene.ada.get("/conversations")


def first_page(scene: Scene) -> None:
    scene.ada.get("/conversations?per_page=2")


def second_page(scene: Scene) -> None:
    scene.ada.get("/conversations?per_page=2&page=2")


def conversations_with_docs(scene: Scene) -> None:
    scene.ada.get("/conversations?assistant_key=docs")


def conversation(scene: Scene) -> None:
    scene.ada.get("/conversations/1")


def new_conversations(scene: Scene) -> None:
    scene.carol.post("/conversations", json=GUIDE)
    scene.carol.get("/conversations")


def messages(scene: Scene) -> None:
    scene.ada.get("/conversations/1/messages")


def older_messages(scene: Scene) -> None:
    scene.ada.get("/conversations/1/messages?limit=2&before=4")


def missing_conversation(scene: Scene) -> None:
    scene.ada.get("/conversations/999")


def wrong_change(scene: Scene) -> None:
    scene.ada.post("/conversations", json={**GUIDE, "title": 5, "user_id": 1})


def search(scene: Scene) -> None:
    scene.ada.get("/conversations/search?q=the")


def export_json(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export")


def export_csv(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export?format=csv")


def export_of_a_formula(scene: Scene) -> None:
    say(scene.ada, "=1+1")
    scene.ada.get("/conversations/1/export?format=csv")


def export_markdown(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export?format=md")


def figures(scene: Scene) -> None:
    for message, stars in ((2, 4), (4, 5), (7, 5)):
        scene.ada.post("/feedback", json={"message_id": message, "rating": stars})
    scene.ada.get("/admin/stats")


def accounts(scene: Scene) -> None:
    scene.ada.get("/admin/users?sort=-email")


def accounts_by_percent(scene: Scene) -> None:
    scene.ada.get("/admin/users?q=%25")


def accounts_as_a_table(scene: Scene) -> None:
    scene.ada.get("/admin/export.csv")


def account(scene: Scene) -> None:
    act(scene.ada, "update", 2, display_name="Robert")


def changes(scene: Scene) -> None:
    act(scene.ada, "toggle", 2)
    act(scene.ada, "toggle", 2)
    scene.ada.get("/admin/audit")


def current_user(scene: Scene) -> None:
    scene.ada.get("/auth/current-user")


def sessions(scene: Scene) -> None:
    scene.ada.get("/auth/sessions")


def assistants(scene: Scene) -> None:
    scene.ada.get("/assistants")


def health(scene: Scene) -> None:
    scene.stranger.get("/health")


def answer(scene: Scene) -> None:
    say(scene.ada)


def listening(scene: Scene) -> None:
    scene.ada.get("/conversations/1/events", headers={"Last-Event-ID": "2"})


def upload(scene: Scene) -> None:
    attach(scene.ada)


def login_page(scene: Scene) -> None:
    scene.stranger.get("/auth/login?next=/settings")


def help_page(scene: Scene) -> None:
    scene.stranger.get("/help")


def contact_page(scene: Scene) -> None:
    scene.stranger.get("/contact")


def settings_page(scene: Scene) -> None:
    submit(scene.bob, "/settings", **PROFILE)
    scene.bob.get("/settings")


def workspace(scene: Scene) -> None:
    scene.ada.get("/chat?conversation=1")


def deletion_page(scene: Scene) -> None:
    scene.bob.get("/auth/deletion")


ITEM = "    pinned: bool\n    assistant_key: str\n"

MUTANTS = [
    # Values of JSON.
    Mutant("a member is missing", SCHEMAS, ITEM, "    assistant_key: str\n", conversations),
    Mutant("a member is too many", SCHEMAS, ITEM, ITEM + "    user_id: int\n", conversations),
    Mutant("a truth is a number", SCHEMAS, ITEM, "    pinned: int\n    assistant_key: str\n",
        conversations),
    Mutant("a number is a text", SCHEMAS, "    message_count: int\n",
        '    message_count: Annotated[int, __import__("pydantic").PlainSerializer(str)]\n',
        conversations),
    Mutant("a number is another", OVERVIEW, "    message_count: int = 0\n",
        "    message_count: int = 1\n", new_conversations),
    Mutant("null is empty", OVERVIEW, "            return None\n", '            return ""\n',
        new_conversations),
    Mutant("empty is null", SCHEMAS, "    attachments: list[AttachmentItem]\n",
        '    attachments: Annotated[list[AttachmentItem], __import__("pydantic").PlainSerializer('
        "lambda items: items or None)]\n", messages),
    Mutant("a text is cut sooner", OVERVIEW, "PREVIEW_LENGTH = 80", "PREVIEW_LENGTH = 60",
        conversations),
    Mutant("white space stays", OVERVIEW, '" ".join(self.newest_body.split())[:P',
        '(" " + self.newest_body)[:P', conversations),
    Mutant("a mean is rounded", FIGURES, "round(float(average), 2)", "round(float(average), 1)",
        figures),
    Mutant("a mean is not rounded", FIGURES, "round(float(average), 2)", "float(average)",
        figures),
    Mutant("a group is not counted", FIGURES, '("active", "pending", "disabled", "deleting"), 0)',
        '("active", "pending", "disabled", "deleting"), 1)', figures),
    Mutant("days are too few", FIGURES, "DAYS = 30", "DAYS = 29", figures),
    Mutant("days are in another order", FIGURES, "for back in reversed(range(DAYS))]",
        "for back in range(DAYS)][:1] + [today - timedelta(days=back) "
        "for back in reversed(range(1, DAYS))]", figures),
    Mutant("what remains is what was used", "modern/quota.py", "max(0, limit - used)", "used",
        current_user),
    Mutant("no limit is zero", "modern/quota.py", "limit = user.monthly_quota or None",
        "limit = user.monthly_quota + 1", current_user),
    Mutant("an address is in capitals", "modern/auth/service.py",
        "email=user.email,\n            s",
        "email=user.email.upper(),\n            s", current_user),
    Mutant("a token is nobody's", "modern/auth/routes.py", "generate_csrf()))",
        '(generate_csrf(), __import__("itsdangerous").URLSafeTimedSerializer("k", "s").dumps('
        '__import__("secrets").token_hex(20)))[1]))', current_user),
    Mutant("no login is the present one", "modern/auth/routes.py", "current=login is current",
        "current=False", sessions),
    Mutant("nobody has enrolled", "modern/chat/schemas.py", '"enrolled": choice.enrolled',
        '"enrolled": not choice.enrolled', assistants),
    Mutant("the schema is unknown", "modern/admin/service.py", "schema_revision=revision",
        "schema_revision=None", health),
    Mutant("a digest is cut", "modern/chat/schemas.py", "sha256=attachment.sha256,",
        "sha256=attachment.sha256[:32],", upload),
    Mutant("a file is elsewhere", "modern/chat/schemas.py", 'url=f"/attachments/{',
        'url=f"/files/{', upload),
    # Times.
    Mutant("a time is of another zone", SCHEMAS, "    updated_at: datetime\n",
        '    updated_at: Annotated[datetime, __import__("pydantic").PlainSerializer('
        "lambda t: t.isoformat() + '+02:00')]\n", conversation),
    Mutant("a time is local", SCHEMAS, "    updated_at: datetime\n",
        '    updated_at: Annotated[datetime, AfterValidator(lambda t: t +'
        ' __import__("datetime").timedelta(hours=2))]\n', conversation),
    Mutant("a time is in seconds", SCHEMAS, "    updated_at: datetime\n",
        '    updated_at: Annotated[datetime, __import__("pydantic").PlainSerializer('
        "lambda t: int(t.timestamp()))]\n", conversation),
    Mutant("a day is written otherwise", TIMES, "{day.day} {day:%B %Y}", "{day:%d %B %Y}",
        settings_page),
    Mutant("a minute is of UTC", TIMES, "moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M",
        "moment:%Y-%m-%d %H:%M", settings_page),
    Mutant("a minute is American", TIMES, "%Y-%m-%d %H:%M}", "%m/%d/%Y %H:%M}", settings_page),
    # Order, pages, filters.
    Mutant("pinned ones are not first", STATEMENTS,
        "Conversation.pinned.desc(), latest.desc()", "latest.desc()", pinned_one),
    Mutant("the oldest are first", STATEMENTS, "latest.desc(), Conversation.id.desc())",
        "latest.asc(), Conversation.id.desc())", conversations),
    Mutant("a page begins later", "modern/paging.py", "(page - 1) * per_page",
        "(page - 1) * per_page + 1", second_page),
    Mutant("pages count from nought", "modern/paging.py", "(page - 1) * per_page",
        "page * per_page", conversations),
    Mutant("every page is the first", "modern/paging.py", "(page - 1) * per_page", "0",
        second_page),
    Mutant("a page has one too many", SERVICE, '{"limit": query.per_page,',
        '{"limit": query.per_page + 1,', first_page),
    Mutant("messages are newest first", SERVICE, "found[: query.limit][::-1]",
        "found[: query.limit]", messages),
    Mutant("messages before one have that too", SERVICE, "query.before - 1", "query.before",
        older_messages),
    Mutant("one message is left out", SERVICE, "found[: query.limit][::-1]",
        "found[1 : query.limit][::-1]", messages),
    Mutant("the archived are open", SERVICE,
        '{"user_id": user.id, "status": query.status}', '{"user_id": user.id}', conversations),
    Mutant("everybody's are listed", SERVICE,
        '{"user_id": user.id, "status": query.status}', '{"status": query.status}',
        conversations),
    Mutant("an assistant is not looked for", SERVICE, "if query.assistant_key is not None:",
        "if query.assistant_key is None:", conversations_with_docs),
    Mutant("the oldest are found first", FINDING, "place.c.at.desc(), place",
        "place.c.at.asc(), place", search),
    Mutant("titles are not found", FINDING,
        "union_all(_messages(user_id, in_body), _titles(user_id, in_title))",
        "union_all(_messages(user_id, in_body), _titles(0, in_title))", search),
    Mutant("everybody's are found", FINDING,
        ".where(Conversation.user_id == user_id, fits)\n    )\n\n\ndef _titles",
        ".where(fits)\n    )\n\n\ndef _titles", search),
    Mutant("the order is the other one", LISTING, "column.desc() if query.sort",
        "column.asc() if query.sort", accounts),
    Mutant("a percent sign finds all", LISTING, "icontains(text, autoescape=True)",
        "icontains(text)", accounts_by_percent),
    Mutant("the first change is first", LISTING, "AuditEvent.at.desc(), AuditEvent.id.desc()",
        "AuditEvent.at, AuditEvent.id", changes),
    # Texts of errors.
    Mutant("an error says something else", FAILURES,
        'code = "not_found"\n    detail = "There is nothing here."',
        'code = "not_found"\n    detail = "Not found."', missing_conversation),
    Mutant("an error tells one field only", FAILURES, "for fault in faults if fault.loc)\n",
        "for fault in faults[:1] if fault.loc)\n", wrong_change),
    Mutant("an error tells the path", "modern/errors.py", "detail=refusal.detail,",
        'detail=f"{refusal.detail} ({request.path})",', missing_conversation),
    # Files and tables.
    Mutant("a column is missing", EXPORT, '"kind", "state", "body")', '"kind", "body")',
        export_csv),
    Mutant("columns are in another order", EXPORT, "m.sender, m.kind, m.state,",
        "m.kind, m.sender, m.state,", export_csv),
    Mutant("a formula is run", "modern/tables.py", '("=", "+"', '("+"', export_of_a_formula),
    Mutant("a table is parted by semicolons", "modern/tables.py", 'lineterminator="\\r\\n")',
        'lineterminator="\\r\\n", delimiter=";")', accounts_as_a_table),
    Mutant("lines of a table end with LF", "modern/tables.py", 'lineterminator="\\r\\n"',
        'lineterminator="\\n"', accounts_as_a_table),
    Mutant("a table's last line is not ended", "modern/tables.py", "return text.getvalue()",
        "return text.getvalue().rstrip()", export_csv),
    Mutant("a table begins with a byte order mark", "modern/tables.py", "return text.getvalue()",
        'return "\ufeff" + text.getvalue()', export_csv),
    Mutant("every cell is quoted", "modern/tables.py", 'f"\'{cell}" if', 'f"\'{cell}" if True or',
        accounts_as_a_table),
    Mutant("a heading is of another level", EXPORT, 'f"# {title}"', 'f"## {title}"',
        export_markdown),
    Mutant("a line is missing", EXPORT, '"\\n\\n".join(parts)', '"\\n\\n".join(parts[1:])',
        export_markdown),
    Mutant("a document is of another version", SCHEMAS,
        "schema_version: Literal[1] = 1", "schema_version: Literal[2] = 2", export_json),
    # Streams.
    Mutant("a stream has no end", "modern/chat/answer.py",
        '        yield numbered.event("done", outcome.data)\n', "        del outcome\n", answer),
    Mutant("a stream has another event", "modern/chat/answer.py",
        'numbered.event("done", outcome.data)', 'numbered.event("delta", outcome.data)', answer),
    Mutant("events are numbered otherwise", "modern/chat/answer.py", "        self._next = 0",
        "        self._next = 1", answer),
    Mutant("events are not numbered", SSE, 'f"id: {identifier}\\nevent: {name}', 'f"event: {name}',
        answer),
    Mutant("events come in pairs", "modern/chat/answer.py",
        "            yield numbered.event(said.event, said.data)\n",
        "            yield numbered.event(said.event, said.data)\n"
        "            yield numbered.event(said.event, said.data)\n", answer),
    Mutant("a listener waits longer", "modern/conversation/watching.py", "RETRY_MS = 1000",
        "RETRY_MS = 3000", listening),
    Mutant("a listener misses one", SERVICE, "Message.seq > seq)", "Message.seq > seq + 1)",
        listening),
    Mutant("a listener hears it in another order", SERVICE, "seq > seq).order_by(Message.seq)",
        "seq > seq).order_by(Message.seq.desc())", listening),
    # Pages.
    Mutant("a heading says something else", LOGIN, "<h1>Sign in</h1>", "<h1>Log in</h1>",
        login_page),
    Mutant("a title says something else", LOGIN, "{% block title %}Sign in{%",
        "{% block title %}Log in{%", login_page),
    Mutant("a form's token is constant", LOGIN, 'value="{{ csrf_token() }}"',
        'value="{{ csrf_token()[:0] }}x"', login_page),
    Mutant("a form is sent elsewhere", LOGIN, 'action="/auth/login"', 'action="/login"',
        login_page),
    Mutant("a form is sent by GET", LOGIN, '<form method="post"', '<form method="get"',
        login_page),
    Mutant("a field has another name", LOGIN, 'input("email", "E-mail"', 'input("mail", "E-mail"',
        login_page),
    Mutant("a field is of another type", LOGIN, '"Password", "password"', '"Password", "text"',
        login_page),
    Mutant("a field has another label", LOGIN, '"E-mail", "email"', '"Address", "email"',
        login_page),
    Mutant("a field takes more", LOGIN, "maxlength=254", "maxlength=255", login_page),
    Mutant("a field may be empty", FIELDS, '{% endif %} required\n          {{- described(name, e'
        'rrors, hint) }}', "{% endif %}\n          {{- described(name, errors, hint) }}",
        login_page),
    Mutant("a browser is not told what to fill in", LOGIN, '"current-password"', '"off"',
        login_page),
    Mutant("fields are in another order", LOGIN,
        '      {{- input("password", "Password", "password", "current-password", errors) }}\n'
        '      {{- checkbox("remember", "Keep me signed in", errors,'
        ' request.form.get("remember") == "1") }}\n',
        '      {{- checkbox("remember", "Keep me signed in", errors,'
        ' request.form.get("remember") == "1") }}\n'
        '      {{- input("password", "Password", "password", "current-password", errors) }}\n',
        login_page),
    Mutant("a hidden field is lost", LOGIN, "{%- if back %}", "{%- if back and refusal %}",
        login_page),
    Mutant("a link leads elsewhere", LOGIN, 'href="/auth/register"', 'href="/register"',
        login_page),
    Mutant("a link is missing", LAYOUT, '    <a href="/legal/privacy">Privacy</a>\n', "",
        help_page),
    Mutant("a link says something else", LAYOUT, ">Contact</a>", ">Write to us</a>", help_page),
    Mutant("a paragraph is missing", f"{TEMPLATES}/contact.html",
        "    <p>Write to the people who run this workspace. They answer by e-mail.</p>\n", "",
        contact_page),
    Mutant("a choice is not chosen", FIELDS, "{% if value == chosen %} selected{% endif %}", "",
        settings_page),
    Mutant("a choice is missing", "modern/chat/choice.py", "return [choice.assistant for",
        "return [choice.assistant for choice in ready[:1]] or [choice.assistant for",
        settings_page),
    Mutant("a page greets nobody", LAYOUT, "{{ who.display_name }}", "", workspace),
    Mutant("everybody is led to the admin area", LAYOUT, "{%- if who.administers %}",
        "{%- if who %}", deletion_page),
]  # fmt: skip
