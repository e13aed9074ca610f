"""Changes of the source that nobody can notice from outside."""

from __future__ import annotations

from functools import partial

from tests.parity.mutants.mutant import Mutant

SERVICE = "modern/conversation/service.py"
ROUTES = "modern/conversation/routes.py"


def nothing(_scene: object) -> None:
    """Show nothing: there is no fault to be shown."""


Variant = partial(Mutant, shown_by=nothing)

PAGE = """        rows = self.session.execute(statements.page(*wanted), {**wanted, **part})
        items = [Overview(*row) for row in rows]
        if 0 < len(items) < query.per_page:  # the last page, so there is nothing else to count
            return Slice(items, part["offset"] + len(items))
        return Slice(items, self.session.scalar(statements.total(*wanted), wanted) or 0)
"""
TOTAL_FIRST = """        total = self.session.scalar(statements.total(*wanted), wanted) or 0
        rows = self.session.execute(statements.page(*wanted), {**wanted, **part})
        return Slice([Overview(*row) for row in rows], total)
"""
VIEW = 'blueprint.add_url_rule("", view_func=Collection.as_view("collection"))\n'
TWO_VIEWS = """_collection = Collection()
blueprint.add_url_rule("", "listed", login_required(_collection.get), methods=["GET"])
blueprint.add_url_rule("", "created", login_required(_collection.post), methods=["POST"])
"""
ADDED = "        self.session.add(letter)\n        self.session.commit()\n"
INSERTED = """        self.session.execute(
            __import__("sqlalchemy").insert(ContactMessage).values(
                **form.model_dump(), created_at=letter.created_at
            )
        )
        self.session.commit()
"""
FURTHER = "id=(self.session.scalar(select(func.max({0}.id))) or 0) + 1000,"

VARIANTS = [
    Variant("control itself", "legacy/app.py", "app = Flask(__name__", "app = Flask(__name__"),
    Variant("candidate itself", SERVICE, PAGE, PAGE),
    Variant("queries in another order", SERVICE, PAGE, TOTAL_FIRST),
    Variant("attachments are loaded one by one", SERVICE,
        "            .limit(query.limit + 1)  # one more, to know whether there are older ones\n"
        "            .options(selectinload(Message.attachments))\n",
        "            .limit(query.limit + 1)\n"),
    Variant("users are loaded one by one", "modern/auth/service.py",
        "    .options(contains_eager(LoginSession.user))\n", ""),
    Variant("keys in another order", "modern/responses.py", "body.model_dump_json()",
        '__import__("json").dumps(body.model_dump(mode="json"), sort_keys=True, indent=1)'),
    Variant("a view is two functions", ROUTES, VIEW, TWO_VIEWS),
    Variant("a row is inserted by a statement", "modern/admin/service.py", ADDED, INSERTED),
    Variant("conversations have other ids", SERVICE, "        conversation = Conversation(\n",
        f"        conversation = Conversation({FURTHER.format('Conversation')}\n"),
    Variant("messages have other ids", SERVICE, "        message = Message(\n",
        f"        message = Message({FURTHER.format('Message')}\n"),
    Variant("the clock is another", "modern/clock.py", "return datetime.now(UTC)",
        'return datetime.fromtimestamp(__import__("time").time_ns() // 1000 / 1e6, UTC)'),
    Variant("headers in another order", "modern/headers.py", "response.headers.update(fixed)",
        "response.headers.update(dict(reversed(fixed.items())))"),
    Variant("a policy in another order", "modern/headers.py",
        "script-src 'self'; style-src 'self'; ", "style-src 'self'; script-src 'self'; "),
    Variant("every cell is quoted", "modern/tables.py", 'lineterminator="\\r\\n"',
        'lineterminator="\\r\\n", quoting=csv.QUOTE_ALL'),
    Variant("other mark-up", "modern/templates/layout.html",
        '<span class="who">{{ who.display_name }}</span>',
        '<em data-who="{{ who.display_name }}"> {{ who.display_name }}\n</em>'),
]  # fmt: skip
