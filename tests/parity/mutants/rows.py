"""Faults that only the rows show: the answer is what it should be."""

from __future__ import annotations

from shared_models.sample import SAMPLE_PASSWORD
from tests.parity.mutants.exchanges import (
    LETTER,
    NEWCOMER,
    PROFILE,
    Scene,
    act,
    attach,
    say,
    submit,
)
from tests.parity.mutants.mutant import Mutant

CHANNEL = "rows"

AUTH = "modern/auth/service.py"
AUTH_ROUTES = "modern/auth/routes.py"
ADMIN = "modern/admin/service.py"
CHAT = "modern/chat/service.py"
CHAT_ROUTES = "modern/chat/routes.py"
CONVERSATION = "modern/conversation/service.py"
CONVERSATION_ROUTES = "modern/conversation/routes.py"
RATES = "modern/rates.py"


def clearing(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.post("/conversations/1/clear")


def conversation_deletion(scene: Scene) -> None:
    scene.ada.delete("/conversations/1")


def creation(scene: Scene) -> None:
    scene.bob.post("/conversations", json={"assistant_key": "guide"})


def messages(scene: Scene) -> None:
    scene.ada.get("/conversations/1/messages")


def export(scene: Scene) -> None:
    scene.ada.get("/conversations/1/export")


def answer(scene: Scene) -> None:
    say(scene.ada)


def answer_about_a_table(scene: Scene) -> None:
    number = scene.ada.post("/conversations", json={"assistant_key": "table"}).json["id"]
    file = attach(scene.ada, to=number).json["id"]
    say(scene.ada, "sum amount by region", number, attachment_ids=[file])


def answer_beyond_the_quota(scene: Scene) -> None:
    act(scene.ada, "update", 2, monthly_quota=1)
    say(scene.bob, to=6)
    say(scene.bob, to=6, client_token="another-one")


def upload(scene: Scene) -> None:
    attach(scene.ada)


def upload_deletion(scene: Scene) -> None:
    attach(scene.ada)
    attach(scene.ada, "more.csv")
    scene.ada.delete("/attachments/2")


def rating(scene: Scene) -> None:
    scene.ada.post("/feedback", json={"message_id": 2, "rating": 4, "comment": " Good. "})


def second_rating(scene: Scene) -> None:
    rating(scene)
    scene.ada.post("/feedback", json={"message_id": 2, "rating": 1, "comment": "Wrong."})


def enrolment(scene: Scene) -> None:
    scene.bob.post("/assistants/table/enrolment")


def unenrolment(scene: Scene) -> None:
    enrolment(scene)
    scene.bob.delete("/assistants/table/enrolment")


def letter(scene: Scene) -> None:
    scene.submit(scene.stranger, "/contact", **LETTER)


def wrong_letter(scene: Scene) -> None:
    scene.submit(scene.stranger, "/contact", **{**LETTER, "name": ""})


def letters(scene: Scene) -> None:
    letter(scene)
    letter(scene)


def registration(scene: Scene) -> None:
    scene.submit(scene.stranger, "/auth/register", **NEWCOMER)


def login(scene: Scene) -> None:
    scene.log_in()


def failed_login(scene: Scene) -> None:
    scene.log_in(password="wrong password")


def failed_login_and_another(scene: Scene) -> None:
    failed_login(scene)
    login(scene)


def five_failed_logins(scene: Scene) -> None:
    for _ in range(5):
        failed_login(scene)


def sign_out(scene: Scene) -> None:
    scene.ada.post("/auth/logout")


def first_visit(scene: Scene) -> None:
    scene.ada.get("/help")


def settings(scene: Scene) -> None:
    submit(scene.bob, "/settings", **PROFILE)


def password_change(scene: Scene) -> None:
    body = {"current_password": SAMPLE_PASSWORD, "new_password": "a nanosecond of wire"}
    scene.ada.post("/auth/update-password", json=body)


def leaving(scene: Scene) -> None:
    form = {"action": "request", "password": SAMPLE_PASSWORD, "reason": "Too many letters."}
    scene.log_in(scene.stranger.browser(), email="bob@example.test")
    submit(scene.bob, "/auth/deletion", **form)


def staying(scene: Scene) -> None:
    leaving(scene)
    submit(scene.bob, "/auth/deletion", action="cancel")


def new_account(scene: Scene) -> None:
    form = {"email": "x@example.test", "display_name": "X", "role": "user"}
    submit(scene.ada, "/admin/users/create", **form)


def account_change(scene: Scene) -> None:
    act(scene.ada, "update", 2, display_name="Robert")


def disabling(scene: Scene) -> None:
    act(scene.ada, "toggle", 2)


def disabling_and_enabling(scene: Scene) -> None:
    disabling(scene)
    act(scene.ada, "toggle", 2)


def account_deletion(scene: Scene) -> None:
    act(scene.ada, "delete", 2)


def clean_up(scene: Scene, *, dry_run: bool) -> None:
    scene.bob.get("/chat")
    scene.advance(36 * 3600)
    browser = scene.stranger.browser()
    scene.log_in(browser)
    token = {"X-CSRFToken": browser.get("/auth/current-user").json["csrf_token"]}
    body = {"older_than_days": 1, "dry_run": dry_run}
    browser.post("/admin/cleanup", json=body, headers=token)


def counting(scene: Scene) -> None:
    clean_up(scene, dry_run=True)


def cleaning(scene: Scene) -> None:
    clean_up(scene, dry_run=False)


CLEARED = ".values(version=version, updated_at=now, last_message_at=None)"
NOT_DELETED = """        self.session.execute(
            delete(Attachment).where(Attachment.conversation_id == conversation.id)
        )
"""
FOUND = "    found = service.list_messages("
EXPORTED = "    file = service.export(user, overview, parse_query(ExportQuery))\n"
REVOKED_LOGINS = "            self.session.execute(ended)\n"
DISABLED = '        if values.get("status") == "disabled":\n            live'
NEW_ACCOUNT = 'actor, "user.create", user.id, {"email": user.email, "role": user.role}'

MUTANTS = [
    # A column is not set, or to something else.
    Mutant("clearing keeps the version", CONVERSATION, CLEARED,
        ".values(updated_at=now, last_message_at=None)", clearing),
    Mutant("clearing keeps the time of change", CONVERSATION, CLEARED,
        ".values(version=version, last_message_at=None)", clearing),
    Mutant("clearing keeps the time of the last message", CONVERSATION, CLEARED,
        ".values(version=version, updated_at=now)", clearing),
    Mutant("a message leaves its time unsaid", CHAT, ".values(last_message_at=now)",
        ".values(last_message_at=Conversation.last_message_at)", answer),
    Mutant("a message forgets its token", CONVERSATION, "client_token=client_token,",
        "client_token=None,", answer),
    Mutant("an answer stays unfinished", CHAT, '{"body": draft.body, "state": state}',
        '{"body": draft.body}', answer),
    Mutant("an answer is not kept", CHAT, '{"body": draft.body, "state": state}',
        '{"state": state}', answer),
    Mutant("an answer loses its table", CHAT, 'values |= {"kind": "table", "data": draft.table}',
        'values |= {"kind": "table"}', answer_about_a_table),
    Mutant("an answer is of the wrong kind", CHAT,
        'values |= {"kind": "table", "data": draft.table}',
        'values |= {"data": draft.table}', answer_about_a_table),
    Mutant("a file is of another time", CHAT,
        "sha256=upload.digest,\n            created_at=self.clock(),",
        "sha256=upload.digest,\n            created_at=self.clock().replace(second=0),", upload),
    Mutant("a comment is not kept", CHAT, '"comment": wanted.comment}', '"comment": None}', rating),
    Mutant("a rating is a better one", CHAT, '"rating": wanted.rating', '"rating": 5', rating),
    Mutant("a second comment is not kept", CHAT, "index_elements=index, set_=said",
        'index_elements=index, set_={"rating": wanted.rating}', second_rating),
    Mutant("leaving an assistant leaves it active", CHAT, "assistant, active=False)",
        "assistant, active=True)", unenrolment),
    Mutant("a conversation is somebody else's", CONVERSATION, "            user_id=user.id,",
        "            user_id=1,", creation),
    Mutant("a letter is not trimmed", "modern/pages/schemas.py", "    return text\n",
        "    return value + ' '\n", letter),
    Mutant("a letter counts as answered", ADMIN,
        "created_at=self.clock())\n        self.session.add(l",
        "created_at=self.clock(), handled_at=self.clock())\n        self.session.add(l", letter),
    Mutant("the terms were not accepted", AUTH, "terms_accepted_at=now,",
        "terms_accepted_at=None,", registration),
    Mutant("the quota begins again at once", AUTH, "quota_resets_at=first_of_next_month(now),",
        "quota_resets_at=now,", registration),
    Mutant("a newcomer is an administrator", AUTH, 'role="user",', 'role="admin",', registration),
    Mutant("a newcomer has to wait", AUTH, 'status="active",\n            timezone',
        'status="pending",\n            timezone', registration),
    Mutant("an address keeps its capitals", "modern/auth/schemas.py",
        "email = value.strip().lower()", "email = value.strip()", letter),
    Mutant("a password is hashed quickly", "modern/passwords.py",
        "(password, method=HASH_METHOD)", '(password, method="pbkdf2:sha256:1000")',
        registration),
    Mutant("a password is hashed without salt", "modern/passwords.py",
        "(password, method=HASH_METHOD)", "(password, method=HASH_METHOD, salt_length=1)",
        registration),
    Mutant("a login is of no age", AUTH, "last_login_at=self.clock())",
        "last_login_at=User.last_login_at)", login),
    Mutant("a login never ends", AUTH, "expires_at=now + self._lifetime(remember=remember)",
        "expires_at=now + self._lifetime(remember=True)", login),
    Mutant("a login comes from nowhere", AUTH, "ip=visit.ip,", "ip=None,", login),
    Mutant("a login's browser is cut", AUTH, "visit.user_agent[:USER_AGENT_LENGTH]",
        "visit.user_agent[:4]", login),
    Mutant("a login's token is kept as it is", AUTH, "token_hash=_fingerprint(token)",
        "token_hash=token", login),
    Mutant("a visit is not noted", AUTH, "values(last_seen_at=now, served_by=APPLICATION)",
        "values(served_by=APPLICATION)", first_visit),
    Mutant("an account is not locked", AUTH, '{"locked_until": counted.until}', "{}",
        five_failed_logins),
    Mutant("failures are remembered", AUTH, "failed_logins=0, locked_until", "locked_until",
        failed_login_and_another),
    Mutant("the time zone is not kept", AUTH, "        user.timezone = form.timezone\n", "",
        settings),
    Mutant("the assistant is not kept", AUTH,
        "        user.default_assistant = form.default_assistant\n", "", settings),
    Mutant("the password is not changed", AUTH,
        "        user.password_hash = hash_password(wanted.new_password)\n", "", password_change),
    Mutant("why somebody leaves is not kept", AUTH, "deletion_reason=form.reason,",
        "deletion_reason=None,", leaving),
    Mutant("who stays had asked to leave", AUTH,
        'status="active", deletion_requested_at=None, deletion_reason=None',
        'status="active", deletion_reason=None', staying),
    Mutant("a temporary password may stay", ADMIN, "must_change_password=True,",
        "must_change_password=False,", new_account),
    Mutant("a temporary password lasts", ADMIN,
        "temp_secret_expires_at=now + self.settings.temporary_password_lifetime",
        "temp_secret_expires_at=None", new_account),
    Mutant("a change is nobody's", ADMIN, "actor_id=actor and actor.user.id,", "actor_id=None,",
        account_change),
    Mutant("a change comes from nowhere", ADMIN, "ip=actor and actor.ip,", "ip=None,",
        account_change),
    Mutant("a change is of no request", ADMIN, "request_id=actor and actor.request_id,",
        "request_id=None,", account_change),
    Mutant("a change says nothing", ADMIN, "detail=detail,", "detail={},", account_change),
    Mutant("a change is called otherwise", ADMIN, '"user.update"', '"user.edit"', account_change),
    # A row too many.
    Mutant("a letter comes twice", ADMIN, "        self.session.add(letter)\n",
        "        self.session.add(letter)\n        self.session.flush()\n"
        "        self.session.add(ContactMessage(**form.model_dump(), created_at=self.clock()))\n",
        letter),
    Mutant("a login is two", AUTH, "        self.session.add(login)\n",
        "        self.session.add(login)\n        self.session.add(LoginSession(user_id=user.id,"
        ' token_hash="spare", created_at=now, last_seen_at=now, expires_at=now,'
        " served_by=APPLICATION))\n", login),
    # A cascade is lost.
    Mutant("clearing leaves the files", CONVERSATION, NOT_DELETED, "", clearing),
    Mutant("an account's conversations stay", ADMIN, "        detail = {\"email\": user.email}\n",
        "        detail = {\"email\": user.email}\n"
        "        self.session.execute(update(Conversation).where("
        "Conversation.user_id == user.id).values(user_id=actor.user.id))\n", account_deletion),
    Mutant("a conversation's messages stay", CONVERSATION,
        "        removal = delete(Conversation).where(Conversation.id == conversation.id)\n",
        "        removal = delete(Conversation).where(Conversation.id == conversation.id)\n"
        "        self.session.execute(update(Message).where(Message.conversation_id =="
        " conversation.id, Message.seq == 1).values(conversation_id=2, seq=99))\n",
        conversation_deletion),
    Mutant("a deletion takes a neighbour along", CONVERSATION,
        "        removal = delete(Conversation).where(Conversation.id == conversation.id)\n",
        "        self.session.execute(delete(Conversation).where(Conversation.id == 2))\n"
        "        removal = delete(Conversation).where(Conversation.id == conversation.id)\n",
        conversation_deletion),
    # A commit at the wrong time.
    Mutant("a refused message was begun", CHAT,
        "        self._touch(conversation.id)  # first",
        "        self._touch(conversation.id)\n        self.session.commit()  # first",
        answer_beyond_the_quota),
    Mutant("a deletion is not committed", CHAT,
        "            raise Conflict(SENT)\n        self.session.commit()\n",
        "            raise Conflict(SENT)\n", upload_deletion),
    Mutant("settings are not committed", AUTH,
        "        user.default_assistant = form.default_assistant\n        self.session.commit()\n",
        "        user.default_assistant = form.default_assistant\n", settings),
    Mutant("a dry run is none", ADMIN, "        if wanted.dry_run:\n            return",
        "        if wanted.dry_run:\n"
        "            self.session.execute(delete(Conversation).where(*doomed))\n"
        "            self.session.commit()\n            return 1 or", counting),
    # A counter is not raised, or raised too often.
    Mutant("a second attempt is not counted", RATES, '{"hits": RateBucket.hits + 1}',
        '{"hits": RateBucket.hits}', letters),
    Mutant("attempts count twice", RATES, '{"hits": RateBucket.hits + 1}',
        '{"hits": RateBucket.hits + 2}', letters),
    Mutant("an attempt is not committed", RATES,
        "        self.session.commit()\n        return Count(hits, end)",
        "        return Count(hits, end)", wrong_letter),
    Mutant("a window is of another length", RATES, "return start, start + limit.window",
        "return start, start + 2 * limit.window", letter),
    Mutant("a window begins at its first attempt", RATES, "seconds - seconds % length, UTC",
        "seconds, UTC", letter),
    Mutant("letters are not limited", "modern/pages/routes.py",
        "        provide(Limiter).spend_contact(request.remote_addr)\n", "", letter),
    Mutant("registrations are not limited", AUTH_ROUTES,
        "        provide(Limiter).spend_registration(request.remote_addr)\n", "", registration),
    Mutant("logins are not limited", AUTH_ROUTES,
        "        provide(Limiter).spend_login(request.remote_addr)\n", "", login),
    Mutant("messages are not limited", CHAT_ROUTES, "    provide(Limiter).spend_send(user)\n", "",
        answer),
    Mutant("uploads are not limited", CHAT_ROUTES, "    provide(Limiter).spend_upload(user)\n", "",
        upload),
    Mutant("ratings are not limited", CHAT_ROUTES, "    provide(Limiter).spend_feedback(user)\n",
        "", rating),
    Mutant("uploads count for everybody", "modern/limits.py", 'f"upload-user:{user.id}"',
        '"upload-user"', upload),
    Mutant("a failed login is not counted", AUTH, "failed_logins=User.failed_logins + 1",
        "failed_logins=User.failed_logins", failed_login),
    Mutant("failures are not forgotten", AUTH, "            self.limiter.forget(limit.key)\n", "",
        failed_login_and_another),
    # An audit row is missing.
    *(
        Mutant(f"no record of {name}", ADMIN, f"        self.record_audit({call})\n", "", shown_by)
        for name, call, shown_by in (
            ("a new account", NEW_ACCOUNT, new_account),
            ("a switch", "actor, action, user.id, detail", disabling),
            ("a deletion", 'actor, "user.delete", user_id, detail', account_deletion),
            ("a clean-up", 'actor, "conversations.cleanup", None, detail', cleaning),
        )
    ),
    Mutant("no record of a change", ADMIN,
        '            self.record_audit(actor, "user.update", user.id, changed)\n', "",
        account_change),
    Mutant("enabling is recorded as disabling", ADMIN,
        'action = "user.disable" if status == "disabled" else "user.enable"',
        'action = "user.disable"', disabling_and_enabling),
    # A login lives on.
    Mutant("signing out ends nothing", AUTH_ROUTES,
        "    provide(AuthService).close_session(signed_in().login)\n", "", sign_out),
    Mutant("disabling ends no login", ADMIN, REVOKED_LOGINS, "", disabling),
    Mutant("leaving ends no other login", AUTH_ROUTES,
        "    provide(AuthService).revoke_sessions(me.user, keep=me.login)\n    flash",
        "    flash", leaving),
    Mutant("another name ends logins", ADMIN, DISABLED,
        DISABLED.replace('values.get("status") == "disabled"', "True"), account_change),
    # A write on GET.
    Mutant("reading messages is noted", CONVERSATION_ROUTES, FOUND,
        "    conversation.version += 1\n    service.session.commit()\n" + FOUND, messages),
    Mutant("an export is noted", CONVERSATION_ROUTES, EXPORTED,
        EXPORTED + "    overview.conversation.version += 1\n    service.session.commit()\n",
        export),
]  # fmt: skip
