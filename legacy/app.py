"""The conversation workspace as one Flask module, the way it grew.

It keeps the contract of the rewrite, except for these quirks. Browsers and scripts have come
to rely on them, so they stay until a route moves:

AD-01  JSON errors are {"error": "…"}.
AD-02  What does not validate is answered with 400.
AD-03  Lists are bare arrays; how many more there are, nobody is told.
AD-04  JSON without a login is a redirect to the login page.
AD-05  A denial in the admin area is 200 {"success": false}.
AD-06  Creating answers 200, without a Location.
AD-07  Times in JSON are UTC without saying so.
AD-08  /admin answers like /admin/.
AD-09  A failed login shows the form again with 200.
AD-10  Pages have inline event handlers, which the CSP allows by their hashes.

Run it with `gunicorn legacy.app:app`, on a database made by `python -m shared_models upgrade`.
"""

import base64
import csv
import hashlib
import json
import math
import os
import re
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from io import StringIO
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo, available_timezones

from flask import (
    Flask,
    abort,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    session,
    stream_with_context,
)
from flask_login import (
    COOKIE_NAME,
    LoginManager,
    UserMixin,
    current_user,
    decode_cookie,
    login_required,
    login_user,
    logout_user,
)
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy import Boolean, Integer, String, bindparam, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.security import check_password_hash, generate_password_hash

from assistants import AttachedFile, Context, PastMessage, by_words, paced, responder_of
from assistants.handbook import topics
from assistants.markup import html_of
from legacy.models import (
    Assistant,
    Attachment,
    AuditEvent,
    ContactMessage,
    Conversation,
    Enrolment,
    Feedback,
    LoginSession,
    Message,
    RateBucket,
    User,
    db,
)
from shared_models.columns import UtcDateTime
from shared_models.db import ENGINE_OPTIONS
from shared_models.passwords import HASH_METHOD, is_common
from shared_models.search import fts5_expression, phrases, tsquery_expression
from shared_models.settings import DEVELOPMENT_SECRET_KEY, database_url, shared_settings
from shared_models.snippet import snippet

# ----------------------------------------------------------------------------------------------
# Configuration
# ----------------------------------------------------------------------------------------------

APP_ENV = os.environ.get("APP_ENV") or "development"
if APP_ENV not in {"development", "testing", "staging", "production"}:
    raise RuntimeError(
        f"APP_ENV is {APP_ENV!r}. Use one of development, testing, staging, production."
    )
PUBLIC = APP_ENV in {"staging", "production"}

SECRET_KEY = os.environ.get("SECRET_KEY") or ("" if PUBLIC else DEVELOPMENT_SECRET_KEY)
if PUBLIC and (len(SECRET_KEY) < 32 or SECRET_KEY == DEVELOPMENT_SECRET_KEY):
    raise RuntimeError(
        f"With APP_ENV={APP_ENV}, set SECRET_KEY to at least 32 random characters "
        "that are not the key for development."
    )

SETTINGS = shared_settings()
LARGEST_SEQ = 2**31 - 1  # PostgreSQL's integer
LARGEST_ID = 2**63 - 1
JSON_PATHS = (
    "/conversations",
    "/auth/current-user",
    "/auth/sessions",
    "/auth/update-password",
    "/chat/messages",
    "/assistants",
    "/attachments",
    "/feedback",
    "/health",
    "/admin/stats",
    "/admin/export.csv",
    "/admin/cleanup",
)

# What templates write into onclick; each is allowed by the hash of its text, see AD-10.
INLINE_HANDLERS = {
    "new_conversation": "newConversation(this)",
    "show_open": "showList('open')",
    "show_archived": "showList('archived')",
    "pin": "pinConversation(this)",
    "clear_messages": "clearConversation()",
    "search": "searchMessages(this); return false",
    "send": "sendMessage(this); return false",
    "stop": "stopAnswer()",
    "attach": "attachFiles(this)",
    "change_password": "changePassword(this); return false",
    "sign_out_elsewhere": "signOutElsewhere()",
    "enrol": "enrolOrLeave(this)",
    "clean_up": "cleanUp(this, event); return false",
    "act": "actOnUser(event)",
    "update_user": "updateUser(event); return false",
}


def csp_hash(script):
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-hashes' "
        + " ".join(csp_hash(script) for script in INLINE_HANDLERS.values())
        + "; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
}
if PUBLIC:
    SECURITY_HEADERS["Strict-Transport-Security"] = "max-age=31536000"

app = Flask(__name__)
app.config.update(
    SECRET_KEY=SECRET_KEY,
    TESTING=APP_ENV == "testing",
    MAX_CONTENT_LENGTH=SETTINGS.max_content_length,
    SQLALCHEMY_DATABASE_URI=database_url(),
    SQLALCHEMY_ENGINE_OPTIONS=dict(ENGINE_OPTIONS),
    WTF_CSRF_TIME_LIMIT=None,
    SESSION_COOKIE_NAME="session",
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=PUBLIC,
    REMEMBER_COOKIE_HTTPONLY=True,
    REMEMBER_COOKIE_SAMESITE="Lax",
    REMEMBER_COOKIE_SECURE=PUBLIC,
    REMEMBER_COOKIE_DURATION=SETTINGS.remembered_session_lifetime,
)
app.json.ensure_ascii = False
app.json.sort_keys = False
app.jinja_env.trim_blocks = True
app.jinja_env.lstrip_blocks = True

db.init_app(app)
CSRFProtect(app)
# Flask-Login's own context processor would ask the database even for the page of a 500.
login_manager = LoginManager(app, add_context_processor=False)
login_manager.session_protection = "basic"
login_manager.login_view = "/auth/login"


# ----------------------------------------------------------------------------------------------
# Small things that everything below uses
# ----------------------------------------------------------------------------------------------

UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL has no NUL, UTF-8 no surrogates


def now():
    return datetime.now(UTC)


def iso(moment):
    return moment and moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def local_minute(moment, timezone):
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def local_day(moment, timezone):
    day = moment.astimezone(ZoneInfo(timezone))
    return f"{day.day} {day:%B %Y}"


def deletion_day(user):
    """The day on which an account goes, or None if it stays."""
    asked = user.deletion_requested_at
    return asked and local_day(asked + SETTINGS.deletion_grace, user.timezone)


def is_storable(value):
    return isinstance(value, str) and not UNSTORABLE.search(value)


def is_email(value):
    return (
        len(value) <= SETTINGS.email_max_length
        and is_storable(value)
        and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value) is not None
    )


def is_local_path(target):
    decoded = unquote(target)
    if re.search(r"[\x00-\x1f\x7f-\x9f]", target + decoded) or "\\" in target:
        return False
    return all(
        path.startswith("/") and not path.startswith(("//", "/\\")) for path in (target, decoded)
    )


def refuse(status, message, headers=None):
    abort(error_response(status, message, headers))


def refuse_fields(names):
    refuse(400, f"Some fields are not right: {UNSTORABLE.sub('�', ', '.join(names))}.")


def refuse_wrong(unknown=(), **rules):
    """Refuse unless all rules hold; each is named after the field that it is about."""
    wrong = [name for name, right in rules.items() if not right]
    if wrong or unknown:
        refuse_fields([*wrong, *unknown])


def query_number(name, default, low=1, high=LARGEST_ID):
    """A whole number of the query string, or None where it is malformed."""
    value = request.args.get(name)
    return default if value is None else as_number(value, low, high)


def as_number(digits, low, high):
    number = int(digits) if re.fullmatch(r"[0-9]{1,40}", digits) else -1
    return number if low <= number <= high else None


def page_query():
    """page and per_page; None for one that is malformed."""
    return query_number("page", 1, high=10_000), query_number("per_page", 20, high=100)


def wanted_part(**rules):
    """How many rows of a list to show and how many to skip; refused unless all rules hold."""
    page, per_page = page_query()
    refuse_wrong(**rules, page=page, per_page=per_page)
    return per_page, (page - 1) * per_page


def sql(statement, **values):
    """Run SQL with bound values; moments are stored as the models store them."""
    moments = [name for name, value in values.items() if isinstance(value, datetime)]
    return db.session.execute(prepared(statement, *moments), values)


@cache
def prepared(statement, *moments):
    return text(statement).bindparams(*[bindparam(name, type_=UtcDateTime) for name in moments])


def picked(row, *names):
    return {name: getattr(row, name) for name in names}


def download(content, content_type, name):
    response = make_response(content)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def json_object(*allowed):
    """The body's JSON object, and the names of fields in it that nobody knows."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # a body of nothing but brackets
        body = None
    if not isinstance(body, dict):
        refuse(400, "Send a JSON object.")
    return body, [name for name in body if name not in allowed]


def count_attempt(key, window):
    """Count one attempt in the present window: the hits so far, and when the window ends.

    It is committed at once: whatever happens to the request, the attempt was made.
    """
    start, end = window_of(window)
    hits = sql(
        "INSERT INTO rate_bucket (key, window_start, hits, expires_at)"
        " VALUES (:key, :start, 1, :end)"
        " ON CONFLICT (key, window_start) DO UPDATE SET hits = rate_bucket.hits + 1"
        " RETURNING hits",
        key=key,
        start=start,
        end=end,
    ).scalar_one()
    db.session.commit()
    return hits, end


def limit(key, most, window):
    hits, end = count_attempt(key, window)
    if hits > most:
        refuse_until(end)


def window_of(length):
    seconds = int(length.total_seconds())
    start = int(now().timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(start + seconds, UTC)


def refuse_until(end):
    wait = max(1, math.ceil((end - now()).total_seconds()))
    message = f"Too many attempts. Try again in {wait} seconds."
    refuse(429, message, {"Retry-After": str(wait)})


# ----------------------------------------------------------------------------------------------
# Every request and every response
# ----------------------------------------------------------------------------------------------


ADMITTED = ("active", "deleting")


class SignedIn(UserMixin):
    """A login as Flask-Login sees it: known by its token, so that it can be revoked."""

    def __init__(self, token, login):
        self.token = token
        self.login = login
        self.display_name = login.user.display_name
        self.administers = login.user.role == "admin"
        self.deletion_day = deletion_day(login.user)

    @property
    def user(self):
        return self.login.user

    def get_id(self):
        return self.token


LOGIN = (
    select(LoginSession)
    .options(joinedload(LoginSession.user, innerjoin=True))
    .where(LoginSession.token_hash == bindparam("token_hash"))
)


@login_manager.user_loader
def load_login(token):
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    login = db.session.scalar(LOGIN, {"token_hash": token_hash})
    if login is None or not is_live(login) or login.user.status not in ADMITTED:
        return None
    moment = now()
    if moment - login.last_seen_at >= SETTINGS.last_seen_interval:
        login.last_seen_at = moment
        login.served_by = "legacy"
        db.session.commit()
    g.signed_in = SignedIn(token, login)
    return g.signed_in


def is_live(login):
    if login.revoked_at is not None or login.expires_at <= now():
        return False
    remembered = login.expires_at - login.created_at > SETTINGS.session_lifetime
    return remembered or now() - login.last_seen_at <= SETTINGS.session_idle_limit


@login_manager.unauthorized_handler
def ask_to_sign_in():
    target = "/chat"
    if request.method in {"GET", "HEAD"}:
        query = request.query_string.decode("utf-8", "replace")
        target = f"{request.path}?{query}" if query else request.path
    return redirect(f"/auth/login?next={quote(target, safe='/')}")


def request_id():
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        sane = re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given)
        g.request_id = given if sane else uuid.uuid4().hex
    return g.request_id


@app.after_request
def add_headers(response):
    response.headers.update(SECURITY_HEADERS)
    response.headers["X-Request-ID"] = request_id()
    # Static files come with a rule of their own; all else depends on who is signed in.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def show(template, status=200, **values):
    viewer = current_user if current_user.is_authenticated else None
    return render_template(template, viewer=viewer, handlers=INLINE_HANDLERS, **values), status


def speaks_json(path):
    listed = any(f"{path}/".startswith(f"{prefix}/") for prefix in JSON_PATHS)
    return listed or re.match(r"/admin/users/\d+(/|$)", path) is not None


def error_response(status, message, headers=None):
    if speaks_json(request.path):
        return make_response(jsonify(error=message), status, headers or {})
    # After a crash the database may be what is broken, so only ask who is known already.
    signed_in = current_user.is_authenticated if status < 500 else "signed_in" in g
    body = render_template(
        "error.html",
        title=HTTP_STATUS_CODES.get(status, "Error"),
        message=message,
        viewer=g.signed_in if signed_in else None,
    )
    return make_response(body, status, headers or {})


@app.errorhandler(CSRFError)
def csrf_failed(_error):
    return error_response(
        400,
        "The form has expired or was sent from another site. Reload the page and try again.",
    )


@app.errorhandler(HTTPException)
def http_error(error):
    messages = {
        404: "There is nothing here.",
        405: f"This address does not answer {request.method}.",
        413: "The request is too large.",
        416: "The file has no such part.",
        500: "Something went wrong on our side.",
    }
    message = messages.get(error.code) or error.description or error.name
    kept = {k: v for k, v in error.get_headers() if k in {"Allow", "Content-Range", "Retry-After"}}
    return error_response(error.code or 500, message, kept)


# ----------------------------------------------------------------------------------------------
# Pages
# ----------------------------------------------------------------------------------------------


@app.route("/")
def landing():
    if current_user.is_authenticated:
        return redirect("/chat")
    return show("landing.html")


@app.route("/help")
def help_page():
    return show("help.html", topics=topics(), html_of=html_of)


LEGAL = {"terms": "Terms of use", "privacy": "Privacy"}


@app.route("/legal/<doc>")
def legal(doc):
    if doc not in LEGAL:
        abort(404)
    return show("legal.html", doc=doc, title=LEGAL[doc])


@app.route("/contact", methods=["GET", "POST"])
def contact():
    if request.method != "POST":  # HEAD is a GET too
        form = {}
        if current_user.is_authenticated:
            form = {"name": current_user.user.display_name, "email": current_user.user.email}
        return show("contact.html", form=form, errors={})
    address = request.remote_addr
    limit(f"contact-address:{address}", SETTINGS.contacts_per_address, SETTINGS.contacts_window)
    form = request.form
    letter = {name: form.get(name, "").strip() for name in ("name", "email", "subject", "body")}
    letter["email"] = letter["email"].lower()
    errors = email_errors(letter["email"])
    for name, longest, message in (
        ("name", SETTINGS.display_name_max_length, "Enter your name, up to 80 characters."),
        ("subject", SETTINGS.subject_max_length, "Enter a subject, up to 200 characters."),
        ("body", SETTINGS.letter_max_length, "Write a message of up to 5,000 characters."),
    ):
        if not 1 <= len(letter[name]) <= longest or not is_storable(letter[name]):
            errors[name] = message
    if errors:
        return show("contact.html", 400, form=form, errors=errors)
    db.session.add(ContactMessage(**letter, created_at=now()))
    db.session.commit()
    flash("Thank you. Your message has reached us.")
    return redirect("/contact")


@app.route("/health")
def health():
    try:
        revision = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        db.session.rollback()
        lost = dict.fromkeys(("status", "db"), "unavailable")
        return jsonify(**lost, app="legacy", schema_revision=None), 503
    return jsonify(status="ok", app="legacy", db="ok", schema_revision=revision)


# ----------------------------------------------------------------------------------------------
# Signing in and out
# ----------------------------------------------------------------------------------------------

# The hash of a password that was thrown away: an unknown e-mail costs what a known one costs.
NOBODYS_HASH = (
    "scrypt:32768:8:3$NoSuchAccount000$abf1ff87ae1efefc01ba987fc32f48fd086cfdacc3195c88a79c9ee"
    "9132541b1997e98ccf44f0b33db2e0c2ba2123c5848d9ff8af97e5e9705c2a35ce8f0be37"
)
NOT_ADMITTED = {
    "pending": "Your account is waiting for approval.",
    "disabled": "This account is closed.",
}


@app.route("/auth/login", methods=["GET", "POST"])
def login():
    if request.method != "POST":
        if current_user.is_authenticated:
            return redirect(wanted_page(request.args) or "/chat")
        return login_page({})
    address, most = request.remote_addr, SETTINGS.login_attempts_per_address
    limit(f"login-address:{address}", most, SETTINGS.login_attempts_window)
    email = request.form.get("email", "").strip().lower()
    password = request.form.get("password", "")
    errors = email_errors(email)
    if not password:
        errors["password"] = "Enter your password."  # noqa: S105
    if errors:
        return login_page(errors, status=400)
    refuse_locked(email)
    user = db.session.scalar(select(User).where(User.email == email))
    if not check_password_hash(user.password_hash if user else NOBODYS_HASH, password):
        record_failed_login(email)
        return login_page({"form": "The e-mail or the password is wrong."})
    refusal = why_not_admitted(user)
    if refusal:
        return login_page({"form": refusal})
    # Others may have used up the limit while the slow hash was made.
    refuse_locked(email)
    remember = request.form.get("remember") == "1"
    end_remembered_login()
    open_login(user, password, remember=remember)
    flash(f"Welcome back, {user.display_name}.")
    wanted = "/settings" if user.must_change_password else wanted_page(request.form)
    return redirect(wanted or "/chat")


def why_not_admitted(user):
    if user.status in NOT_ADMITTED:
        return NOT_ADMITTED[user.status]
    if user.temp_secret_expires_at is not None and user.temp_secret_expires_at <= now():
        return "Your temporary password has expired. Ask an administrator for a new one."
    return None


def login_page(errors, status=200):
    given = request.form if request.method == "POST" else request.args
    return show("login.html", status, errors=errors, form=request.form, next=wanted_page(given))


def wanted_page(given):
    target = given.get("next", "")
    return target if is_local_path(target) else None


def email_errors(email):
    if not email:
        return {"email": "Enter your e-mail address."}
    return {} if is_email(email) else {"email": "This is not an e-mail address."}


def email_bucket(email):
    return f"login-email:{hashlib.sha256(email.encode()).hexdigest()[:32]}"


def refuse_locked(email):
    start, end = window_of(SETTINGS.failed_logins_window)
    key = (email_bucket(email), start)
    bucket = db.session.get(RateBucket, key, populate_existing=True)
    if bucket is not None and bucket.hits >= SETTINGS.failed_logins_per_email:
        refuse_until(end)


def record_failed_login(email):
    hits, end = count_attempt(email_bucket(email), SETTINGS.failed_logins_window)
    changes = {"failed_logins": User.failed_logins + 1}
    if hits >= SETTINGS.failed_logins_per_email:
        changes["locked_until"] = end
    db.session.execute(update(User).where(User.email == email).values(changes))
    db.session.commit()
    if hits > SETTINGS.failed_logins_per_email:
        refuse_until(end)


def end_remembered_login():
    """Whoever signs in must not stay remembered as who was here before."""
    token = decode_cookie(request.cookies.get(COOKIE_NAME, ""))
    login = load_login(token) if token else None
    if login is not None:
        login.login.revoked_at = now()
        db.session.commit()


def open_login(user, password, *, remember):
    user.failed_logins = 0
    user.locked_until = None
    user.last_login_at = now()
    if not user.password_hash.startswith(f"{HASH_METHOD}$"):
        user.password_hash = generate_password_hash(password, method=HASH_METHOD)
    sql("DELETE FROM rate_bucket WHERE key = :key", key=email_bucket(user.email))
    token, moment = secrets.token_urlsafe(32), now()
    lifetime = SETTINGS.remembered_session_lifetime if remember else SETTINGS.session_lifetime
    login = LoginSession(
        user=user,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + lifetime,
        ip=request.remote_addr,
        user_agent=request.user_agent.string[:255],
        served_by="legacy",
    )
    db.session.add(login)
    db.session.commit()
    session.clear()
    login_user(SignedIn(token, login), remember=remember)
    if not remember and COOKIE_NAME in request.cookies:
        session["_remember"] = "clear"  # Flask-Login then takes the old cookie back


@app.route("/auth/logout", methods=["POST"])
@login_required
def logout():
    current_user.login.revoked_at = now()
    db.session.commit()
    session.clear()
    logout_user()
    flash("You are signed out.")
    return redirect("/auth/login")


# ----------------------------------------------------------------------------------------------
# Registration
# ----------------------------------------------------------------------------------------------


@app.route("/auth/register", methods=["GET", "POST"])
def register():
    if request.method != "POST":  # HEAD is a GET too
        if current_user.is_authenticated:
            return redirect("/chat")
        return show("register.html", errors={}, form={})
    address, most = request.remote_addr, SETTINGS.registrations_per_address
    limit(f"register-address:{address}", most, SETTINGS.registrations_window)
    form = request.form
    email, name = form.get("email", "").strip().lower(), form.get("display_name", "").strip()
    errors = {**email_errors(email), **name_errors(name)}
    wrong = password_fault(form.get("password", ""))
    if wrong:
        errors["password"] = wrong
    if form.get("accept_terms") != "1":
        errors["accept_terms"] = "Accept the terms to continue."
    moment, password = now(), form.get("password", "")
    more = {"role": "user", "terms_accepted_at": moment}
    if not errors and not add_user(email, name, password, moment, **more):
        errors = {"email": "There is already an account with this e-mail."}
    if errors:
        return show("register.html", 400, errors=errors, form=form)
    db.session.commit()
    flash("Your account is ready. Sign in to begin.")
    return redirect("/auth/login")


def is_display_name(name):
    return 1 <= len(name) <= SETTINGS.display_name_max_length and is_storable(name)


def name_errors(name):
    message = "Enter the name that others see, up to 80 characters."
    return {} if is_display_name(name) else {"display_name": message}


def password_fault(password):
    if not SETTINGS.password_min_length <= len(password) <= SETTINGS.password_max_length:
        return "Use 8 to 128 characters."
    return "This password is too common." if is_common(password) else None


def add_user(email, name, password, moment, **more):
    """Add an account, which the caller commits; None if somebody has this e-mail already."""
    if db.session.scalar(select(User.id).where(User.email == email)) is not None:
        return None
    user = User(
        email=email,
        display_name=name,
        password_hash=generate_password_hash(password, method=HASH_METHOD),
        status="active",
        timezone="UTC",
        default_assistant="guide",
        monthly_quota=SETTINGS.monthly_quota,
        quota_used=0,
        quota_resets_at=first_of_next_month(moment),
        created_at=moment,
        **more,
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:  # two forms at the same moment
        db.session.rollback()
        return None
    return user


def first_of_next_month(today):
    return datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)


# ----------------------------------------------------------------------------------------------
# The account as JSON
# ----------------------------------------------------------------------------------------------


@app.route("/auth/current-user")
@login_required
def current_user_json():
    user = current_user.user
    known = picked(user, "id", "display_name", "role", "email", "status")
    return jsonify(**known, usage=usage_json(user), csrf_token=generate_csrf())


def usage_of(user):
    """What is used of the month; a month that is over counts as begun again."""
    moment, resets_at, used = now(), user.quota_resets_at, user.quota_used
    if resets_at <= moment:
        resets_at, used = first_of_next_month(moment), 0
    limit = user.monthly_quota or None  # 0 is no limit
    remaining = limit and max(0, limit - used)
    return {"used": used, "limit": limit, "remaining": remaining, "resets_at": resets_at}


def usage_json(user):
    usage = usage_of(user)
    return {**usage, "resets_at": iso(usage["resets_at"])}


@app.route("/auth/update-password", methods=["POST"])
@login_required
def update_password():
    user = current_user.user
    count_password_attempt(user)
    body, unknown = json_object("current_password", "new_password")
    current, new = body.get("current_password"), body.get("new_password")
    refuse_wrong(
        unknown,
        current_password=is_storable(current),
        new_password=is_storable(new) and not password_fault(new),
    )
    if not check_password_hash(user.password_hash, current):
        refuse(403, "The current password is wrong.")
    refuse_wrong(new_password=new != current)
    forget_password_attempts(user)
    user.password_hash = generate_password_hash(new, method=HASH_METHOD)
    user.must_change_password = False
    user.temp_secret_expires_at = None
    db.session.commit()
    return jsonify(success=True, message="Your password is changed.", count=end_other_logins())


def count_password_attempt(user):
    window = SETTINGS.password_attempts_window
    limit(f"password-user:{user.id}", SETTINGS.password_attempts, window)


def forget_password_attempts(user):
    sql("DELETE FROM rate_bucket WHERE key = :key", key=f"password-user:{user.id}")


@app.route("/auth/sessions", methods=["GET", "DELETE"])
@login_required
def sessions():
    if request.method == "DELETE":
        count = end_other_logins()
        message = f"Signed out of {count} other {'session' if count == 1 else 'sessions'}."
        return jsonify(success=True, message=message, count=count)
    most, skipped = wanted_part()
    shown = live_logins(current_user.user.id)[skipped : skipped + most]
    return jsonify([login_json(login) for login in shown])


def login_json(login):
    return {
        **picked(login, "id", "ip", "user_agent"),
        "created_at": iso(login.created_at),
        "last_seen_at": iso(login.last_seen_at),
        "current": login.id == current_user.login.id,
    }


def live_logins(user_id):
    logins = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
    )
    return [login for login in logins if is_live(login)]


def end_other_logins():
    mine, moment = current_user.login, now()
    others = [login for login in live_logins(mine.user_id) if login.id != mine.id]
    for login in others:
        login.revoked_at = moment
    db.session.commit()
    return len(others)


# ----------------------------------------------------------------------------------------------
# Settings and leaving
# ----------------------------------------------------------------------------------------------


@app.route("/settings", methods=["GET", "POST"])
@login_required
def settings():
    user = current_user.user
    if request.method != "POST":
        names = ("display_name", "timezone", "default_assistant")
        return show_settings({name: getattr(user, name) or "" for name in names}, {})
    name, timezone = request.form.get("display_name", "").strip(), request.form.get("timezone", "")
    errors = name_errors(name)
    if timezone not in available_timezones():
        errors["timezone"] = "Choose a time zone from the list."
    key = request.form.get("default_assistant", "")
    if not errors and not is_enabled_assistant(key):
        errors["default_assistant"] = "Choose an assistant from the list."
    if errors:
        return show_settings(request.form, errors, 400)
    user.display_name, user.timezone, user.default_assistant = name, timezone, key
    db.session.commit()
    flash("Your settings are saved.")
    return redirect("/settings")


def show_settings(form, errors, status=200):
    user = current_user.user
    usage = usage_of(user)
    return show(
        "settings.html",
        status,
        form=form,
        errors=errors,
        user=user,
        usage=usage,
        resets_on=local_day(usage["resets_at"], user.timezone),
        logins=live_logins(user.id)[:100],
        this_login=current_user.login.id,
        minute=local_minute,
        assistants=offered_assistants(),
        choices=enabled_assistants(),
        enrolled=enrolled_keys(),
        timezones=[(zone, zone) for zone in sorted(available_timezones())],
    )


@app.route("/auth/deletion", methods=["GET", "POST"])
@login_required
def deletion():
    if request.method != "POST":
        return show("deletion.html", form={}, errors={})
    user, action = current_user.user, request.form.get("action", "")
    if action != "cancel":
        count_password_attempt(user)
    reason = request.form.get("reason", "").strip()
    errors = {} if action in ("request", "cancel") else {"action": "Choose what to do."}
    if not is_storable(reason):
        errors["reason"] = "This text has characters that can't be stored."
    elif len(reason) > SETTINGS.reason_max_length:
        errors["reason"] = "Use up to 500 characters."
    if errors:
        return show("deletion.html", 400, form=request.form, errors=errors)
    if action == "request":
        return give_up_account(user, reason)
    user.status, user.deletion_requested_at, user.deletion_reason = "active", None, None
    db.session.commit()
    flash("Your account stays.")
    return redirect("/settings")


def give_up_account(user, reason):
    if not check_password_hash(user.password_hash, request.form.get("password", "")):
        errors = {"password": "The password is wrong."}
        return show("deletion.html", 403, form=request.form, errors=errors)
    lock_administrators()
    asked = db.session.execute(
        update(User)
        .where(User.id == user.id, text(SOMEONE_ELSE_ADMINISTERS).bindparams(user_id=user.id))
        .values(status="deleting", deletion_requested_at=now(), deletion_reason=reason or None)
        .execution_options(synchronize_session=False)
    )
    if asked.rowcount == 0:
        db.session.rollback()
        message = "You are the last administrator. Make somebody else one first."
        return show("deletion.html", 400, form=request.form, errors={"action": message})
    forget_password_attempts(user)
    db.session.commit()
    end_other_logins()
    day = deletion_day(current_user.user)
    flash(f"Your account will be deleted on {day}. Until then you can keep it.")
    return redirect("/auth/deletion")


SOMEONE_ELSE_ADMINISTERS = (
    "(role <> 'admin' OR status <> 'active' OR EXISTS (SELECT 1 FROM \"user\" other"
    " WHERE other.role = 'admin' AND other.status = 'active' AND other.id <> :user_id))"
)


def lock_administrators():
    """Nobody else changes who administers until this transaction ends; SQLite has one writer."""
    db.session.execute(
        select(User.id)
        .where(User.role == "admin", User.status == "active")
        .order_by(User.id)
        .with_for_update()
    )


# ----------------------------------------------------------------------------------------------
# The chat page
# ----------------------------------------------------------------------------------------------


@app.route("/chat")
@login_required
def chat():
    if current_user.user.must_change_password:
        flash("Choose a new password to continue.")
        return redirect("/settings")
    if "conversation" in request.args:
        conversation = own_conversation(query_number("conversation", None))
    else:
        conversation = fresh_conversation()
    return show(
        "chat.html",
        conversation=conversation,
        feedback=feedback_given(conversation),
        default_assistant=current_user.user.default_assistant or "guide",
        assistants=offered_assistants(),
        usage=usage_of(current_user.user),
    )


def feedback_given(conversation):
    """What was thought of the answers here, by the answer's id."""
    rows = sql(
        "SELECT f.message_id, f.rating, f.comment FROM feedback f"
        " JOIN message m ON m.id = f.message_id"
        " WHERE f.user_id = :user_id AND m.conversation_id = :id ORDER BY f.message_id",
        user_id=current_user.user.id,
        id=conversation.id,
    )
    return {row.message_id: picked(row, "rating", "comment") for row in rows}


def offered_assistants():
    """The ones to choose from, first those that one has enrolled with."""
    mine = enrolled_keys()
    offered = sorted(enabled_assistants(), key=lambda a: a.key not in mine)
    return [(a.key, a.name) for a in offered]


def enabled_assistants():
    enabled = select(Assistant).where(Assistant.enabled).order_by(Assistant.key)
    return db.session.scalars(enabled).all()


# ----------------------------------------------------------------------------------------------
# Assistants
# ----------------------------------------------------------------------------------------------


@app.route("/assistants")
@login_required
def assistants():
    most, skipped = wanted_part()
    shown = select(Assistant).order_by(Assistant.key).limit(most).offset(skipped)
    enrolled = enrolled_keys()
    return jsonify([assistant_json(a, a.key in enrolled) for a in db.session.scalars(shown)])


@app.route("/assistants/<key>/enrolment", methods=["POST", "DELETE"])
@login_required
def enrolment(key):
    assistant = db.session.get(Assistant, key) if is_storable(key) else None
    if assistant is None:
        abort(404)
    if request.method == "DELETE":
        return leave_assistant(assistant)
    if not assistant.enabled:
        refuse(409, "This assistant is switched off.")
    sql(
        "INSERT INTO enrolment (user_id, assistant_key, active, created_at)"
        " VALUES (:user_id, :key, true, :now)"
        " ON CONFLICT (user_id, assistant_key) DO UPDATE SET active = true",
        user_id=current_user.user.id,
        key=key,
        now=now(),
    )
    db.session.commit()
    return jsonify(assistant_json(assistant, enrolled=True))


def leave_assistant(assistant):
    if assistant.key == current_user.user.default_assistant:
        message = "This is your default assistant. Choose another one in the settings first."
        refuse(409, message)
    mine = Enrolment.user_id == current_user.user.id, Enrolment.assistant_key == assistant.key
    db.session.execute(update(Enrolment).where(*mine).values(active=False))
    db.session.commit()
    return jsonify(assistant_json(assistant, enrolled=False))


def enrolled_keys():
    mine = Enrolment.user_id == current_user.user.id, Enrolment.active
    return set(db.session.scalars(select(Enrolment.assistant_key).where(*mine)))


def assistant_json(assistant, enrolled):
    return {**picked(assistant, "key", "name", "description", "enabled"), "enrolled": enrolled}


# ----------------------------------------------------------------------------------------------
# Conversations
# ----------------------------------------------------------------------------------------------

CONVERSATION_LIST = text("""
    SELECT c.id, c.title, c.status, c.pinned, c.assistant_key, c.last_message_at,
           (SELECT m.body FROM message m WHERE m.conversation_id = c.id
             ORDER BY m.seq DESC LIMIT 1) AS newest_body,
           (SELECT count(*) FROM message m WHERE m.conversation_id = c.id) AS message_count
      FROM conversation c
     WHERE c.user_id = :user_id AND c.status = :status
       AND (CAST(:assistant_key AS TEXT) IS NULL OR c.assistant_key = :assistant_key)
     ORDER BY c.pinned DESC, COALESCE(c.last_message_at, c.created_at) DESC, c.id DESC
     LIMIT :limit OFFSET :offset
""").columns(id=Integer, title=String, pinned=Boolean, last_message_at=UtcDateTime)
OWN_CONVERSATION = select(Conversation).where(
    Conversation.id == bindparam("conv_id"), Conversation.user_id == bindparam("owner")
)
CONVERSATION_CHANGE = (
    update(Conversation)
    .where(Conversation.id == bindparam("conv_id"), Conversation.version == bindparam("seen"))
    .execution_options(synchronize_session=False)
)


@app.route("/conversations", methods=["GET", "POST"])
@login_required
def conversations():
    if request.method == "POST":
        return create_conversation()
    status = request.args.get("status", "open")
    assistant_key = request.args.get("assistant_key")
    most, skipped = wanted_part(
        status=status in {"open", "archived"},
        assistant_key=assistant_key is None or is_storable(assistant_key),
    )
    wanted = {"user_id": current_user.user.id, "status": status, "assistant_key": assistant_key}
    rows = db.session.execute(CONVERSATION_LIST, {**wanted, "limit": most, "offset": skipped})
    return jsonify([summary_json(row, row.newest_body, row.message_count) for row in rows])


def summary_json(row, newest_body, message_count):
    preview = newest_body and " ".join(newest_body.split())[: SETTINGS.preview_length]
    return {
        **picked(row, "id", "title", "status", "pinned", "assistant_key"),
        "preview": preview,
        "message_count": message_count,
        "last_message_at": iso(row.last_message_at),
    }


def create_conversation():
    body, unknown = json_object("title", "assistant_key")
    title, key = body.get("title"), body.get("assistant_key")
    refuse_wrong(unknown, title=is_title(title), assistant_key=is_storable(key))
    refuse_wrong(assistant_key=is_enabled_assistant(key))
    return conversation_response(add_conversation(key, clean_title(title)))


def is_title(value):
    if value is None:
        return True
    return is_storable(value) and len(value.strip()) <= SETTINGS.title_max_length


def clean_title(value):
    return (value or "").strip() or None


def is_enabled_assistant(key):
    enabled = select(Assistant.key).where(Assistant.key == key, Assistant.enabled)
    return is_storable(key) and db.session.scalar(enabled) is not None


def add_conversation(assistant_key, title):
    moment = now()
    conversation = Conversation(
        user_id=current_user.user.id,
        assistant_key=assistant_key,
        title=title,
        created_at=moment,
        updated_at=moment,
    )
    db.session.add(conversation)
    db.session.commit()
    return conversation


@app.route("/conversations/fresh", methods=["POST"])
@login_required
def fresh():
    return conversation_response(fresh_conversation())


def fresh_conversation():
    """The newest conversation in which nothing has happened yet; made where there is none."""
    found = untouched_conversation()
    if found is None:
        # Of two first visits at once, one makes it and the other has to wait and finds it.
        sql('UPDATE "user" SET role = role WHERE id = :id', id=current_user.user.id)
        found = untouched_conversation()
    if found is None:
        return add_conversation(current_user.user.default_assistant or "guide", None)
    db.session.commit()
    return found


def untouched_conversation():
    empty = ~select(Message.id).where(Message.conversation_id == Conversation.id).exists()
    return db.session.scalar(
        select(Conversation)
        .where(
            Conversation.user_id == current_user.user.id,
            Conversation.status == "open",
            Conversation.title.is_(None),
            empty,
        )
        .order_by(Conversation.created_at.desc(), Conversation.id.desc())
        .limit(1)
    )


@app.route("/conversations/<int:conv_id>", methods=["GET", "PATCH", "DELETE"])
@login_required
def conversation_item(conv_id):
    conversation = own_conversation(conv_id)
    if request.method == "PATCH":
        return update_conversation(conversation)
    if request.method == "DELETE":
        return delete_conversation(conversation)
    if request.if_none_match.contains_weak(etag_of(conversation)):
        response = make_response("", 304)
        response.set_etag(etag_of(conversation))
    else:
        response = conversation_response(conversation)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def own_conversation(conv_id):
    """The conversation if it is there and mine; else the same 404 for both."""
    if conv_id is None or conv_id > LARGEST_ID:
        abort(404)
    mine = {"conv_id": conv_id, "owner": current_user.user.id}
    return db.session.scalar(OWN_CONVERSATION, mine) or abort(404)


def etag_of(conversation):
    return f"{conversation.id}-{conversation.version}"


def conversation_response(conversation):
    response = jsonify(conversation_json(conversation))
    response.set_etag(etag_of(conversation))
    return response


def conversation_json(conversation):
    newest_and_count = sql(
        "SELECT (SELECT body FROM message WHERE conversation_id = :id ORDER BY seq DESC LIMIT 1),"
        " (SELECT count(*) FROM message WHERE conversation_id = :id)",
        id=conversation.id,
    ).one()
    return {
        **summary_json(conversation, *newest_and_count),
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.updated_at),
        "version": conversation.version,
    }


def update_conversation(conversation):
    changes = conversation_changes()
    if "If-Match" not in request.headers:
        refuse(428, "Send If-Match with the ETag you last saw.")
    refuse_stale(conversation)
    chosen = {"conv_id": conversation.id, "seen": conversation.version}
    change = {**changes, "version": conversation.version + 1, "updated_at": now()}
    changed = db.session.execute(CONVERSATION_CHANGE, {**chosen, **change})
    db.session.commit()
    if changed.rowcount == 0:  # somebody was quicker
        refuse_as_stale()
    return conversation_response(conversation)


def conversation_changes():
    body, unknown = json_object("title", "status", "pinned")
    refuse_wrong(
        unknown,
        title=body and is_title(body.get("title")),
        status=body and body.get("status", "open") in ("open", "archived"),
        pinned=body and isinstance(body.get("pinned", False), bool),
    )
    if "title" in body:
        body["title"] = clean_title(body["title"])
    return body


def refuse_stale(conversation):
    if "If-Match" in request.headers and etag_of(conversation) not in request.if_match:
        refuse_as_stale()


def refuse_as_stale():
    refuse(412, "This conversation was changed elsewhere. Reload it and try again.")


def delete_conversation(conversation):
    refuse_stale(conversation)
    doomed = delete(Conversation).where(Conversation.id == conversation.id)
    if "If-Match" in request.headers:
        doomed = doomed.where(Conversation.version == conversation.version)
    conv_id = conversation.id
    files = stored_names(conv_id)
    deleted = db.session.execute(doomed)
    db.session.commit()
    if deleted.rowcount == 0 and "If-Match" in request.headers:
        refuse_as_stale()
    remove_files(files)
    return jsonify(success=True, message="Conversation deleted.", id=conv_id)


# ----------------------------------------------------------------------------------------------
# Messages
# ----------------------------------------------------------------------------------------------


@app.route("/conversations/<int:conv_id>/messages")
@login_required
def conversation_messages(conv_id):
    conversation = own_conversation(conv_id)
    before, most = query_number("before", LARGEST_ID), query_number("limit", 50, high=100)
    refuse_wrong(before=before, limit=most)
    earlier = messages_of(conversation.id).where(Message.seq <= min(before - 1, LARGEST_SEQ))
    newest = earlier.order_by(None).order_by(Message.seq.desc()).limit(most)
    found = db.session.scalars(newest).all()
    return jsonify([message_json(message) for message in reversed(found)])


def messages_of(conv_id):
    mine = select(Message).filter_by(conversation_id=conv_id).order_by(Message.seq)
    return mine.options(selectinload(Message.attachments))


SEARCH = """
    SELECT c.id AS conversation_id, m.id AS message_id, c.title, m.body, m.created_at
      FROM message m JOIN conversation c ON c.id = m.conversation_id
     WHERE c.user_id = :user_id AND {in_message}
    UNION ALL
    SELECT c.id, NULL, c.title, c.title, c.created_at
      FROM conversation c
     WHERE c.user_id = :user_id AND {in_title}
     ORDER BY 5 DESC, 2 DESC NULLS LAST, 1 DESC
     LIMIT :limit OFFSET :offset
"""
SEARCH_SQLITE = SEARCH.format(
    in_message="m.id IN (SELECT rowid FROM message_search WHERE message_search MATCH :words)",
    in_title="c.id IN (SELECT rowid FROM conversation_search"
    " WHERE conversation_search MATCH :words)",
)
SEARCH_POSTGRESQL = SEARCH.format(
    in_message="search_words(m.body) @@ to_tsquery('simple', :words)",
    in_title="search_words(c.title) @@ to_tsquery('simple', :words)",
)


@app.route("/conversations/search")
@login_required
def search_conversations():
    words = request.args.get("q", "").strip()
    most, skipped = wanted_part(q=is_storable(words) and 1 <= len(words) <= 100)
    on_postgresql = db.engine.dialect.name == "postgresql"
    expression = (tsquery_expression if on_postgresql else fts5_expression)(words)
    if expression is None:
        return jsonify([])
    found = text(SEARCH_POSTGRESQL if on_postgresql else SEARCH_SQLITE)
    me = current_user.user.id
    rows = db.session.execute(
        found.columns(created_at=UtcDateTime),
        {"user_id": me, "words": expression, "limit": most, "offset": skipped},
    )
    return jsonify([hit_json(row, phrases(words)) for row in rows])


def hit_json(row, sought):
    return {
        **picked(row, "conversation_id", "message_id", "title"),
        "snippet": snippet(row.body, sought, SETTINGS.snippet_length),
        "created_at": iso(row.created_at),
    }


@app.route("/conversations/<int:conv_id>/clear", methods=["POST"])
@login_required
def clear_conversation(conv_id):
    own_conversation(conv_id)
    touch_conversation(conv_id, last_message_at=None)
    if being_answered(conv_id):
        refuse_and_roll_back(STILL_WRITING)
    files = stored_names(conv_id)
    db.session.execute(delete(Attachment).filter_by(conversation_id=conv_id))
    count = db.session.execute(delete(Message).filter_by(conversation_id=conv_id)).rowcount
    db.session.commit()
    remove_files(files)
    return jsonify(success=True, message="Conversation cleared.", id=conv_id, count=count)


def stored_names(conv_id):
    names = select(Attachment.stored_name).filter_by(conversation_id=conv_id)
    return db.session.scalars(names).all()


@app.route("/conversations/<int:conv_id>/export")
@login_required
def export_conversation(conv_id):
    conversation = own_conversation(conv_id)
    wanted = request.args.get("format", "json")
    refuse_wrong(format=wanted in EXPORTS)
    messages = db.session.scalars(messages_of(conv_id)).all()
    content_type, write = EXPORTS[wanted]
    content = write(conversation, messages)
    return download(content, content_type, f"conversation-{conv_id}.{wanted}")


def export_json(conversation, messages):
    document = {
        "schema_version": 1,
        "exported_at": iso(now()),
        "user": picked(current_user.user, "id", "display_name", "role"),
        "conversation": conversation_json(conversation),
        "messages": [message_json(message) for message in messages],
    }
    return json.dumps(document, ensure_ascii=False)


def export_csv(_conversation, messages):
    rows = [[m.seq, iso_z(m.created_at), m.sender, m.kind, m.state, m.body] for m in messages]
    return csv_text([["seq", "created_at", "sender", "kind", "state", "body"], *rows])


def export_markdown(conversation, messages):
    assistant = db.session.get_one(Assistant, conversation.assistant_key)
    names = {"user": "You", "assistant": assistant.name, "system": "System"}
    text = f"# {conversation.title or 'Conversation'}\n"
    for message in messages:
        text += f"\n**{names[message.sender]}** · {iso_z(message.created_at)}\n\n{message.body}\n"
    return text


EXPORTS = {
    "json": ("application/json", export_json),
    "csv": ("text/csv; charset=utf-8", export_csv),
    "md": ("text/markdown; charset=utf-8", export_markdown),
}


def message_json(message):
    return {
        **picked(message, "id", "seq", "sender", "kind", "body", "data", "state"),
        "attachments": [attachment_json(attachment) for attachment in message.attachments],
        "created_at": iso(message.created_at),
    }


def attachment_json(attachment):
    return {
        **picked(attachment, "id", "content_type", "sha256"),
        "name": attachment.original_name,
        "size": attachment.size_bytes,
        "url": f"/attachments/{attachment.id}",
    }


# ----------------------------------------------------------------------------------------------
# Sending a message, and the answer as a stream of events
# ----------------------------------------------------------------------------------------------

STILL_WRITING = "An answer is still being written. Wait until it is done."
FAILED = {"code": "responder_failed", "message": "The answer could not be finished."}


@app.route("/chat/messages", methods=["POST"])
@login_required
def send_message():
    sender = current_user.user.id
    limit(f"send-user:{sender}", SETTINGS.sends_per_window, SETTINGS.sends_window)
    wanted = message_wanted()
    conversation = own_conversation(wanted["conversation_id"])
    question = db.session.scalar(
        select(Message).filter_by(
            conversation_id=conversation.id, client_token=wanted["client_token"]
        )
    )
    if question is not None:
        return tell_again(question)
    if conversation.status == "archived":
        refuse(409, "This conversation is archived. Reopen it first.")
    assistant = db.session.get_one(Assistant, conversation.assistant_key)
    if not assistant.enabled:
        refuse(409, "This assistant is switched off.")
    if being_answered(conversation.id):
        refuse(409, STILL_WRITING)
    sendable_files(wanted)
    return event_stream(answer_turn(begin_turn(wanted, assistant)))


def message_wanted():
    body, unknown = json_object("conversation_id", "text", "client_token", "attachment_ids")
    body.setdefault("attachment_ids", [])
    said, token, files = body.get("text"), body.get("client_token"), body["attachment_ids"]
    refuse_wrong(
        unknown,
        conversation_id=is_row_id(body.get("conversation_id")),
        text=is_storable(said) and 1 <= len(said.strip()) <= SETTINGS.message_max_length,
        client_token=isinstance(token, str) and re.fullmatch(r"[A-Za-z0-9_-]{8,64}", token),
        attachment_ids=isinstance(files, list)
        and len(files) <= SETTINGS.attachments_per_message
        and all(is_row_id(number) for number in files),
    )
    return {**body, "text": said.strip()}


def is_row_id(value):
    return type(value) is int and 1 <= value <= LARGEST_ID


def being_answered(conv_id):
    """Whether somebody writes an answer here; what was left behind long ago is given up."""
    sql(
        "UPDATE message SET state = 'failed' WHERE conversation_id = :id"
        " AND state = 'streaming' AND created_at <= :long_ago",
        id=conv_id,
        long_ago=now() - SETTINGS.turn_timeout,
    )
    streaming = select(Message.id).filter_by(conversation_id=conv_id, state="streaming")
    return db.session.scalar(streaming) is not None


def sendable_files(wanted):
    """The files that were named; refused unless all of them can still be sent here."""
    sendable = select(Attachment).where(
        Attachment.id.in_(wanted["attachment_ids"]),
        Attachment.user_id == current_user.user.id,
        Attachment.conversation_id == wanted["conversation_id"],
        Attachment.message_id.is_(None),
    )
    files = db.session.scalars(sendable).all()
    if len(files) != len(set(wanted["attachment_ids"])):
        db.session.rollback()
        refuse_fields(["attachment_ids"])
    return files


def touch_conversation(conv_id, **values):
    db.session.execute(
        update(Conversation)
        .where(Conversation.id == conv_id)
        .values(version=Conversation.version + 1, updated_at=now(), **values)
        .execution_options(synchronize_session=False)
    )


def begin_turn(wanted, assistant):
    """Store the question and an empty answer in one go; what the answer needs is returned."""
    conv_id = wanted["conversation_id"]
    touch_conversation(conv_id, last_message_at=now())  # first, so that others have to wait
    if being_answered(conv_id):
        refuse_and_roll_back(STILL_WRITING)
    spend_quota()
    newest = select(func.max(Message.seq)).filter_by(conversation_id=conv_id)
    seq = (db.session.scalar(newest) or 0) + 1
    common = {"conversation_id": conv_id, "kind": "text", "created_at": now()}
    question = Message(
        seq=seq, sender="user", body=wanted["text"], client_token=wanted["client_token"], **common
    )
    answer = Message(seq=seq + 1, sender="assistant", body="", state="streaming", **common)
    db.session.add_all([question, answer])
    try:
        db.session.flush()
    except IntegrityError:
        refuse_and_roll_back(STILL_WRITING)
    for file in sendable_files(wanted):
        file.message_id = question.id
    db.session.flush()
    turn = {
        "conversation": conv_id,
        "question": question.id,
        "answer": answer.id,
        "seq": answer.seq,
        "key": assistant.key,
        "config": dict(assistant.config),
        "text": wanted["text"],
        "start": start_event(question, answer),
    }
    db.session.commit()
    return turn


def start_event(question, answer):
    return {
        "conversation_id": question.conversation_id,
        "user_message": message_json(question),
        "message_id": answer.id,
        "seq": answer.seq,
    }


def spend_quota():
    moment = now()
    spent = sql(
        'UPDATE "user" SET'
        " quota_used = CASE WHEN quota_resets_at <= :now THEN 1 ELSE quota_used + 1 END,"
        " quota_resets_at = CASE WHEN quota_resets_at <= :now THEN :next ELSE quota_resets_at END"
        " WHERE id = :id AND (quota_resets_at <= :now OR monthly_quota = 0"
        " OR quota_used < monthly_quota)",
        now=moment,
        next=first_of_next_month(moment),
        id=current_user.user.id,
    )
    if spent.rowcount == 0:
        user = current_user.user
        quota, left = user.monthly_quota, (user.quota_resets_at - moment).total_seconds()
        db.session.rollback()
        message = f"You have used all {quota} messages of this month."
        refuse(429, message, {"Retry-After": str(max(1, math.ceil(left)))})


def answer_turn(turn):
    """Yield the events of a turn, and store what becomes of it."""
    number, body, table = 0, "", None

    def event(name, data):
        nonlocal number
        number += 1
        return sse(f"{turn['seq']}.{number - 1}", name, data)

    try:
        yield event("start", turn["start"])
        context = context_of(turn)
        for said in responder_of(turn["key"], turn["config"]).reply(context):
            if said.event == "table":
                table = said.data
            else:
                body += said.text
            yield event(said.event, said.data)
        done = finish_turn(turn, body, table)
    except GeneratorExit:  # the reader is gone
        give_turn_up(turn, body, table)
        raise
    except Exception:
        app.logger.exception("Message %d was not answered to its end", turn["answer"])
        give_turn_up(turn, body, table)
        yield event("error", FAILED)
    else:
        yield event("done", done)


def context_of(turn):
    past = sql(
        "SELECT sender, body FROM message WHERE conversation_id = :id AND seq < :seq"
        " AND state = 'complete' ORDER BY seq",
        id=turn["conversation"],
        seq=turn["seq"] - 1,
    ).all()
    files = db.session.scalars(
        select(Attachment)
        .where(
            Attachment.conversation_id == turn["conversation"],
            Attachment.message_id <= turn["question"],
        )
        .order_by(Attachment.message_id, Attachment.id)
    )
    attached = tuple(
        AttachedFile(
            file.original_name,
            file.content_type,
            (SETTINGS.attachment_folder / file.stored_name).read_bytes,
        )
        for file in files
    )
    db.session.remove()  # no connection is kept while the answer is written
    pause = SETTINGS.stream_pause.total_seconds()
    return Context(
        text=turn["text"],
        chunk=paced(by_words(), (lambda: time.sleep(pause)) if pause else (lambda: None)),
        clock=now,
        assistant_key=turn["key"],
        config=turn["config"],
        past=tuple(PastMessage(sender, body) for sender, body in past),
        files=attached,
    )


def end_turn(turn, body, table, state):
    values = {"body": body, "state": state}
    if table is not None:
        values.update(kind="table", data=table)
    streaming = Message.id == turn["answer"], Message.state == "streaming"
    if db.session.execute(update(Message).where(*streaming).values(values)).rowcount:
        touch_conversation(turn["conversation"])


def finish_turn(turn, body, table):
    end_turn(turn, body, table, "complete")
    first = select(Message.body).filter_by(conversation_id=turn["conversation"], sender="user")
    title = shorten(db.session.scalar(first.order_by(Message.seq).limit(1)) or turn["text"])
    named = "UPDATE conversation SET title = :title WHERE id = :id AND title IS NULL"
    sql(named, title=title, id=turn["conversation"])
    db.session.commit()
    done = done_event(turn["answer"], turn["conversation"])
    db.session.remove()
    return done


def give_turn_up(turn, body, table):
    db.session.rollback()
    end_turn(turn, body, table, "failed")
    db.session.commit()


def shorten(line):
    line = " ".join(line.split())
    longest = SETTINGS.title_from_text_length
    if len(line) <= longest:
        return line
    head, space, _ = line[:longest].rpartition(" ")
    return (head if space else line[: longest - 1]) + "…"


def done_event(message_id, conv_id):
    conversation = db.session.get_one(Conversation, conv_id, populate_existing=True)
    user = db.session.get_one(User, conversation.user_id, populate_existing=True)
    return {
        "message_id": message_id,
        "state": "complete",
        **picked(conversation, "title", "version"),
        "usage": usage_json(user),
    }


def tell_again(question):
    """The same token once more: the events of the turn that it began."""
    answer = db.session.scalar(
        select(Message).filter_by(conversation_id=question.conversation_id, seq=question.seq + 1)
    )
    if answer is None:
        abort(404)
    if answer.state == "streaming":
        refuse(409, STILL_WRITING)
    events = [("start", start_event(question, answer))]
    events += [("delta", {"text": piece}) for piece in by_words()(answer.body)]
    if answer.data is not None:
        events.append(("table", answer.data))
    if answer.state == "complete":
        events.append(("done", done_event(answer.id, question.conversation_id)))
    else:
        events.append(("error", FAILED))
    told = [sse(f"{answer.seq}.{number}", *event) for number, event in enumerate(events)]
    return event_stream(told)


def sse(identifier, name, data):
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {identifier}\nevent: {name}\ndata: {line}\n\n"


def event_stream(events):
    response = app.response_class(stream_with_context(events))
    response.headers["Content-Type"] = "text/event-stream; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy would hold the beginning back
    return response


@app.route("/conversations/<int:conv_id>/events")
@login_required
def conversation_events(conv_id):
    own_conversation(conv_id)
    last_seen = request.headers.get("Last-Event-ID", "")
    seq = int(last_seen) if re.fullmatch(r"[0-9]{1,10}", last_seen) else None
    return event_stream(watch_conversation(current_user.token, conv_id, seq))


def watch_conversation(token, conv_id, seq):
    """Yield what becomes of messages after `seq`, until it is time to connect again."""
    begun, began = set(), time.monotonic()
    spoke = began
    yield "retry: 1000\n\n: connected\n\n"
    while True:
        if load_login(token) is None:  # signed out meanwhile
            return
        if seq is None:
            seq = newest_finished(conv_id)
        events = []
        for message in db.session.scalars(messages_of(conv_id).where(Message.seq > seq)).all():
            if message.state == "streaming":
                if message.id not in begun:
                    begun.add(message.id)
                    events.append(sse(seq, "start", message_json(message)))
                break  # what comes after it waits
            seq = message.seq
            name = "done" if message.state == "complete" else "error"
            events.append(sse(seq, name, message_json(message)))
        db.session.remove()
        if not events and time.monotonic() - spoke >= SETTINGS.events_heartbeat.total_seconds():
            events.append(": heartbeat\n\n")
        if events:
            spoke = time.monotonic()
            yield "".join(events)
        if time.monotonic() - began >= SETTINGS.events_longest.total_seconds():
            return
        time.sleep(SETTINGS.events_poll.total_seconds())


def newest_finished(conv_id):
    newest = db.session.scalar(
        select(Message).filter_by(conversation_id=conv_id).order_by(Message.seq.desc()).limit(1)
    )
    if newest is None:
        return 0
    return newest.seq - 1 if newest.state == "streaming" else newest.seq


# ----------------------------------------------------------------------------------------------
# Attachments and feedback
# ----------------------------------------------------------------------------------------------

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
)
TEXT_TYPES = {"txt": "text/plain", "md": "text/markdown", "csv": "text/csv"}


@app.route("/attachments", methods=["POST"])
@login_required
def upload():
    owner = current_user.user.id
    limit(f"upload-user:{owner}", SETTINGS.uploads_per_window, SETTINGS.uploads_window)
    conv_id = as_number(request.form.get("conversation_id", ""), 1, LARGEST_ID)
    refuse_wrong(conversation_id=conv_id)
    own_conversation(conv_id)
    file = request.files.get("file")
    content = file.read(SETTINGS.attachment_max_bytes + 1) if file and file.filename else b""
    refuse_wrong(file=content)
    if len(content) > SETTINGS.attachment_max_bytes:
        refuse(413, f"The file is larger than {SETTINGS.attachment_max_bytes // 1024} KB.")
    name = re.split(r"[/\\]", file.filename)[-1]
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "", name)[-255:] or "file"
    content_type = sniff(name, content)
    if content_type is None:
        refuse(415, "Attach a text, Markdown, CSV, PDF, PNG or JPEG file.")
    attachment = Attachment(
        user_id=owner,
        conversation_id=conv_id,
        original_name=name,
        stored_name=secrets.token_hex(16),
        content_type=content_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=now(),
    )
    SETTINGS.attachment_folder.mkdir(parents=True, exist_ok=True)
    (SETTINGS.attachment_folder / attachment.stored_name).write_bytes(content)
    db.session.add(attachment)
    db.session.commit()
    return jsonify(attachment_json(attachment))


def sniff(name, content):
    for magic, content_type in MAGIC:
        if content.startswith(magic):
            return content_type
    try:
        is_text = "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        is_text = False
    stem, _, ending = name.rpartition(".")
    return TEXT_TYPES.get(ending.lower()) if is_text and stem else None


def own_attachment(att_id):
    attachment = db.session.get(Attachment, att_id) if att_id <= LARGEST_ID else None
    if attachment is None or attachment.user_id != current_user.user.id:
        abort(404)
    return attachment


@app.route("/attachments/<int:att_id>", methods=["GET", "DELETE"])
@login_required
def attachment_item(att_id):
    attachment = own_attachment(att_id)
    if request.method == "DELETE":
        return delete_attachment(attachment)
    path = SETTINGS.attachment_folder / attachment.stored_name
    if not path.is_file():
        abort(404)
    response = send_file(
        path,
        mimetype=attachment.content_type,
        as_attachment=True,
        download_name=attachment.original_name,
        etag=attachment.sha256[:32],
        last_modified=attachment.created_at,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def delete_attachment(attachment):
    att_id, stored = attachment.id, attachment.stored_name
    unsent = Attachment.id == att_id, Attachment.message_id.is_(None)
    if db.session.execute(delete(Attachment).where(*unsent)).rowcount == 0:
        refuse_and_roll_back("This file was sent with a message and can't be deleted.")
    db.session.commit()
    remove_files([stored])
    return jsonify(success=True, message="Attachment deleted.", id=att_id)


@app.route("/feedback", methods=["POST"])
@login_required
def feedback():
    me = current_user.user.id
    limit(f"feedback-user:{me}", SETTINGS.feedback_per_window, SETTINGS.feedback_window)
    body, unknown = json_object("message_id", "rating", "comment")
    rating, comment = body.get("rating"), body.get("comment")
    refuse_wrong(
        unknown,
        message_id=is_row_id(body.get("message_id")),
        rating=type(rating) is int and 1 <= rating <= 5,
        comment=comment is None
        or (is_storable(comment) and len(comment.strip()) <= SETTINGS.comment_max_length),
    )
    message = db.session.get(Message, body["message_id"])
    if message is None or message.sender != "assistant" or message.state != "complete":
        abort(404)
    own_conversation(message.conversation_id)
    kept = sql(
        "INSERT INTO feedback (user_id, message_id, rating, comment, created_at)"
        " VALUES (:user_id, :message_id, :rating, :comment, :now)"
        " ON CONFLICT (user_id, message_id) DO UPDATE"
        " SET rating = :rating, comment = :comment RETURNING id",
        user_id=me,
        message_id=message.id,
        rating=rating,
        comment=(comment or "").strip() or None,
        now=now(),
    ).scalar_one()
    db.session.commit()
    return jsonify(success=True, message="Thank you for your feedback.", id=kept)


# ----------------------------------------------------------------------------------------------
# Administration
# ----------------------------------------------------------------------------------------------

STATUSES = ("active", "pending", "disabled", "deleting")
SORTS = {
    "email": User.email,
    "created": User.created_at,
    "last_login": User.last_login_at,
}


def admin_only(view):
    @wraps(view)
    @login_required
    def guarded(*args, **kwargs):
        if current_user.user.role != "admin":
            return jsonify(success=False)  # AD-05
        return view(*args, **kwargs)

    return guarded


@app.route("/admin/", strict_slashes=False)  # AD-08
@admin_only
def admin():
    return show("admin.html", stats=system_stats())


@app.route("/admin/stats")
@admin_only
def admin_stats():
    return jsonify(system_stats())


def system_stats():
    by_status = dict.fromkeys(STATUSES, 0)
    counted = db.session.execute(select(User.status, func.count()).group_by(User.status))
    by_status.update((row[0], row[1]) for row in counted)
    average = db.session.scalar(select(func.avg(Feedback.rating)))
    return {
        "users": {"total": sum(by_status.values()), **by_status},
        "conversations": db.session.scalar(select(func.count(Conversation.id))),
        "messages": db.session.scalar(select(func.count(Message.id))),
        "feedback_avg": None if average is None else round(float(average), 2),
        "by_day": messages_by_day(30),
    }


def messages_by_day(days):
    today = now().date()
    wanted = [today - timedelta(days=back) for back in reversed(range(days))]
    begin = datetime(wanted[0].year, wanted[0].month, wanted[0].day, tzinfo=UTC)
    # PostgreSQL would take the day in the time zone of its connection.
    on_postgresql = db.engine.dialect.name == "postgresql"
    moment = func.timezone("UTC", Message.created_at) if on_postgresql else Message.created_at
    counted = db.session.execute(
        select(func.date(moment), func.count())
        .where(Message.created_at >= begin)
        .group_by(func.date(moment))
    )
    found = {str(row[0]): row[1] for row in counted}
    return [{"day": str(day), "messages": found.get(str(day), 0)} for day in wanted]


def admin_query():
    """What a list of the admin area is asked for, and the names of what is not right."""
    page, per_page = page_query()
    asked = {
        "q": request.args.get("q", ""),
        "status": request.args.get("status", ""),
        "sort": request.args.get("sort", "-created"),
        "page": page,
        "per_page": per_page,
    }
    wrong = [] if is_storable(asked["q"]) else ["q"]
    if asked["status"] not in ("", *STATUSES):
        wrong.append("status")
    if asked["sort"].removeprefix("-") not in SORTS or asked["sort"].startswith("--"):
        wrong.append("sort")
    return asked, wrong + [name for name in ("page", "per_page") if asked[name] is None]


def show_list(template, asked, rows, total, wrong=()):
    return show(
        template,
        400 if wrong else 200,
        asked=request.args,
        query=asked,
        rows=rows,
        total=total,
        wrong=wrong,
        pages=max(1, math.ceil(total / asked["per_page"])),
        page_query=admin_page_query,
        moment=local_moment,
    )


def admin_page_query(page):
    names = ("q", "status", "sort", "per_page")
    kept = {name: request.args[name] for name in names if request.args.get(name)}
    return urlencode(kept if page is None else {**kept, "page": page})


def local_moment(value):
    return local_minute(value, current_user.user.timezone) if value else "never"


NOTHING_ASKED = {"page": 1, "per_page": 20}


@app.route("/admin/users")
@admin_only
def admin_users():
    asked, wrong = admin_query()
    if wrong:
        return show_list("admin_users.html", NOTHING_ASKED, [], 0, wrong)
    wanted = wanted_users(asked)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery()))
    first = (asked["page"] - 1) * asked["per_page"]
    users = db.session.scalars(wanted.limit(asked["per_page"]).offset(first))
    return show_list("admin_users.html", asked, [(u, usage_of(u)) for u in users], total)


def wanted_users(asked):
    column = SORTS[asked["sort"].removeprefix("-")]
    order = column.desc() if asked["sort"].startswith("-") else column
    users = select(User).order_by(order.nulls_last(), User.id)
    if asked["q"]:
        fits = User.email.icontains(asked["q"], autoescape=True)
        users = users.where(fits | User.display_name.icontains(asked["q"], autoescape=True))
    return users.where(User.status == asked["status"]) if asked["status"] else users


@app.route("/admin/audit")
@admin_only
def admin_audit():
    asked, wrong = admin_query()
    if wrong:
        return show_list("admin_audit.html", NOTHING_ASKED, [], 0, wrong)
    wanted = select(AuditEvent, User.email).outerjoin(User, User.id == AuditEvent.actor_id)
    if asked["q"]:
        fits = AuditEvent.action.icontains(asked["q"], autoescape=True)
        wanted = wanted.where(fits | AuditEvent.target_id.icontains(asked["q"], autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    page = page.limit(asked["per_page"]).offset((asked["page"] - 1) * asked["per_page"])
    return show_list("admin_audit.html", asked, db.session.execute(page).all(), total)


@app.route("/admin/export.csv")
@admin_only
def admin_export():
    asked, wrong = admin_query()
    if wrong:
        refuse_fields(wrong)
    columns = ("id", "email", "display_name", "role", "status", "quota_used", "monthly_quota")
    rows = [[*columns, "created_at", "last_login_at"]]
    for user in db.session.scalars(wanted_users(asked)):
        times = [iso_z(user.created_at), iso_z(user.last_login_at) if user.last_login_at else ""]
        rows.append([getattr(user, column) for column in columns] + times)
    return download(csv_text(rows), "text/csv; charset=utf-8", "users.csv")


def iso_z(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def csv_text(rows):
    """CSV in which no cell is a formula to a spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{c}" if str(c)[:1] in FORMULA and c != "" else c for c in row])
    return out.getvalue()


FORMULA = tuple("=+-@\t\0")


@app.route("/admin/users/create", methods=["GET", "POST"])
@admin_only
def admin_create_user():
    if request.method != "POST":
        return show("admin_create.html", form={}, errors={})
    email = request.form.get("email", "").strip().lower()
    name, role = request.form.get("display_name", "").strip(), request.form.get("role", "")
    errors = {**email_errors(email), **name_errors(name)}
    if role not in ("user", "admin"):
        errors["role"] = "Choose a role."
    secret = secrets.token_urlsafe(12)
    moment = now()
    expires = moment + SETTINGS.temporary_password_lifetime
    more = {"role": role, "must_change_password": True, "temp_secret_expires_at": expires}
    user = None if errors else add_user(email, name, secret, moment, **more)
    if not errors and user is None:
        errors = {"email": "There is already an account with this e-mail."}
    if errors:
        return show("admin_create.html", 400, form=request.form, errors=errors)
    audit("user.create", user.id, {"email": email, "role": role})
    db.session.commit()
    flash(f"Account for {email} created. Temporary password: {secret} (valid for 72 hours).")
    return redirect("/admin/users")


def audit(action, target_id, detail):
    """Remember a change; the caller commits it together with the change itself."""
    db.session.add(
        AuditEvent(
            at=now(),
            actor_id=current_user.user.id,
            action=action,
            target_type="user" if action.startswith("user.") else "conversations",
            target_id=target_id and str(target_id),
            ip=request.remote_addr,
            request_id=request_id(),
            app="legacy",
            detail=detail,
        )
    )


def user_or_404(user_id):
    user = db.session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None:
        abort(404)
    return user


def user_json(user):
    return {
        **picked(user, "id", "display_name", "role", "email", "status"),
        "usage": usage_json(user),
        "created_at": iso(user.created_at),
        "last_login_at": iso(user.last_login_at),
    }


@app.route("/admin/users/<int:user_id>/approve", methods=["POST"])
@admin_only
def admin_approve(user_id):
    user = user_or_404(user_id)
    approved = "UPDATE \"user\" SET status = 'active' WHERE id = :id AND status = 'pending'"
    if sql(approved, id=user.id).rowcount == 0:
        refuse_and_roll_back("This account is not waiting for approval.")
    audit("user.approve", user_id, {"status": ["pending", "active"]})
    db.session.commit()
    return jsonify(user_json(user))


@app.route("/admin/users/<int:user_id>/toggle", methods=["POST"])
@admin_only
def admin_toggle(user_id):
    user = user_or_404(user_id)
    if user.status not in ("active", "disabled"):
        refuse(409, "This account can't be switched.")
    if user.id == current_user.user.id:
        refuse(409, "You can't disable your own account.")
    before = user.status
    action, after = ("disable", "disabled") if before == "active" else ("enable", "active")
    change_user(user, {"status": after})
    audit(f"user.{action}", user_id, {"status": [before, after]})
    db.session.commit()
    return jsonify(user_json(user))


@app.route("/admin/users/<int:user_id>/update", methods=["POST"])
@admin_only
def admin_update_user(user_id):
    user = user_or_404(user_id)
    wanted = user_changes()
    changed = {n: [getattr(user, n), new] for n, new in wanted.items() if getattr(user, n) != new}
    if user.id == current_user.user.id and ("role" in changed or "status" in changed):
        refuse(409, "You can't change your own role or status.")
    if "status" in changed and user.status not in ("active", "disabled"):
        refuse(409, "This account can't be switched.")
    if changed:
        change_user(user, {name: new for name, (_, new) in changed.items()})
        audit("user.update", user_id, changed)
        db.session.commit()
    return jsonify(user_json(user))


def user_changes():
    names = ("display_name", "role", "status", "monthly_quota", "reset_usage")
    body, unknown = json_object(*names)
    name, quota = body.get("display_name"), body.get("monthly_quota")
    rules = {
        "display_name": isinstance(name, str) and is_display_name(name.strip()),
        "role": body.get("role") in ("user", "admin"),
        "status": body.get("status") in ("active", "disabled"),
        "monthly_quota": type(quota) is int and 0 <= quota <= SETTINGS.largest_quota,
        "reset_usage": isinstance(body.get("reset_usage"), bool),
    }
    refuse_wrong(unknown, **{name: rules[name] if name in body else body for name in names})
    if "display_name" in body:
        body["display_name"] = body["display_name"].strip()
    if body.pop("reset_usage", False):
        body["quota_used"] = 0
    return {name: body[name] for name in (*names, "quota_used") if name in body}


def change_user(user, values):
    """Change an account, but never the last administrator into something else."""
    lock_administrators()
    change = update(User).where(User.id == user.id).values(values)
    if values.get("role") == "user" or values.get("status") == "disabled":
        others = text(SOMEONE_ELSE_ADMINISTERS).bindparams(user_id=user.id)
        change = change.where(others).execution_options(synchronize_session=False)
    if db.session.execute(change).rowcount == 0:
        refuse_and_roll_back("This is the last administrator.")
    if values.get("status") == "disabled":
        live = LoginSession.user_id == user.id, LoginSession.revoked_at.is_(None)
        db.session.execute(update(LoginSession).where(*live).values(revoked_at=now()))
    db.session.expire(user)


def refuse_and_roll_back(message):
    db.session.rollback()
    refuse(409, message)


@app.route("/admin/users/<int:user_id>/delete", methods=["POST"])
@admin_only
def admin_delete_user(user_id):
    user = user_or_404(user_id)
    if user.id == current_user.user.id:
        refuse(409, "You can't delete your own account.")
    lock_administrators()
    files = db.session.scalars(select(Attachment.stored_name).filter_by(user_id=user_id)).all()
    email = user.email
    others = text(SOMEONE_ELSE_ADMINISTERS).bindparams(user_id=user_id)
    doomed = delete(User).where(User.id == user_id, others)
    deleted = db.session.execute(doomed.execution_options(synchronize_session=False))
    if deleted.rowcount == 0:
        refuse_and_roll_back("This is the last administrator.")
    audit("user.delete", user_id, {"email": email})
    db.session.commit()
    remove_files(files)
    return jsonify(success=True, message="Account deleted.", id=user_id)


def remove_files(names):
    for name in names:
        (SETTINGS.attachment_folder / name).unlink(missing_ok=True)


@app.route("/admin/cleanup", methods=["POST"])
@admin_only
def admin_cleanup():
    body, unknown = json_object("older_than_days", "dry_run")
    days, dry_run = body.get("older_than_days"), body.get("dry_run", True)
    refuse_wrong(
        unknown,
        older_than_days=type(days) is int and 1 <= days <= 3650,
        dry_run=isinstance(dry_run, bool),
    )
    never_begun = (
        Conversation.title.is_(None),
        ~Conversation.pinned,
        Conversation.created_at < now() - timedelta(days=days),
        ~select(Message.id).where(Message.conversation_id == Conversation.id).exists(),
    )
    if dry_run:
        count = db.session.scalar(select(func.count(Conversation.id)).where(*never_begun))
    else:
        count = db.session.execute(delete(Conversation).where(*never_begun)).rowcount
        audit("conversations.cleanup", None, {"older_than_days": days, "count": count})
        db.session.commit()
    noun = "conversation" if count == 1 else "conversations"
    message = f"{'Would delete' if dry_run else 'Deleted'} {count} empty {noun}."
    return jsonify(success=True, message=message, count=count)
