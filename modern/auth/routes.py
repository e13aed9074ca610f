"""The addresses of accounts and logins."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from flask_wtf.csrf import generate_csrf

from modern.auth.schemas import (
    DeletionForm,
    LoginForm,
    PasswordChange,
    RegisterForm,
    SessionItem,
)
from modern.auth.service import AuthService
from modern.failures import Invalid, LoginRefused, WrongCredentials, WrongPassword
from modern.identity import (
    deletion_day,
    forget_remembered,
    login_required,
    sign_in,
    sign_out,
    signed_in,
    viewer,
    visit,
)
from modern.limits import Limiter
from modern.localpath import DELETION, HOME, LOGIN, SETTINGS, local_path
from modern.parsing import parse_form, parse_json, parse_query
from modern.responses import answer
from modern.schemas import Ack, Page, PageQuery
from modern.services import provide
from shared_models import User

blueprint = Blueprint("auth", __name__, url_prefix="/auth")


class Login(MethodView):
    """The login page."""

    def get(self) -> ResponseReturnValue:
        """Show the form, or send on somebody who is signed in already."""
        back = local_path(request.args.get("next"))
        return redirect(back or HOME) if viewer() else _login_page(back)

    def post(self) -> ResponseReturnValue:
        """Sign in, or show the form again with what is wrong."""
        provide(Limiter).spend_login(request.remote_addr)
        back = local_path(request.form.get("next"))
        try:
            form = parse_form(LoginForm)
            user = _authenticate(form)
        except Invalid as failure:
            return _login_page(back, failure.messages), 422
        except LoginRefused as failure:
            return _login_page(back, refusal=failure.detail), 401
        forget_remembered()
        opened = provide(AuthService).open_session(user, visit(), remember=form.remember)
        sign_in(opened.token, opened.login, remember=form.remember)
        flash(f"Welcome back, {user.display_name}.")
        return redirect(SETTINGS if user.must_change_password else form.next or HOME)


class Register(MethodView):
    """The registration page."""

    def get(self) -> ResponseReturnValue:
        """Show the form, or send on somebody who is signed in already."""
        return redirect(HOME) if viewer() else _register_page()

    def post(self) -> ResponseReturnValue:
        """Create the account, or show the form again with what is wrong."""
        provide(Limiter).spend_registration(request.remote_addr)
        try:
            provide(AuthService).register(parse_form(RegisterForm))
        except Invalid as failure:
            return _register_page(failure.messages), 422
        flash("Your account is ready. Sign in to begin.")
        return redirect(LOGIN)


class Deletion(MethodView):
    """The page on which an account is given up, and kept after all."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def get(self) -> ResponseReturnValue:
        """Show the form."""
        return render_template("auth/deletion.html", errors={})

    def post(self) -> ResponseReturnValue:
        """Do what the form asks for, or show it again with what is wrong."""
        user = signed_in().user
        if request.form.get("action") != "cancel":
            provide(Limiter).spend_password(user)
        try:
            form = parse_form(DeletionForm)
            provide(AuthService).set_deletion(user, form)
        except Invalid as failure:
            return render_template("auth/deletion.html", errors=failure.messages), 422
        except WrongPassword as failure:
            return render_template("auth/deletion.html", errors={"password": failure.detail}), 403
        return _kept() if form.action == "cancel" else _to_be_deleted()


class Sessions(MethodView):
    """The logins of the person who asks."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def get(self) -> Response:
        """List the live logins."""
        query = parse_query(PageQuery)
        found = provide(AuthService).list_sessions(signed_in().user, query)
        current = signed_in().login
        items = [SessionItem.of(login, current=login is current) for login in found.items]
        return answer(
            Page(items=items, page=query.page, per_page=query.per_page, total=found.total)
        )

    def delete(self) -> Response:
        """Sign out everywhere else."""
        me = signed_in()
        count = provide(AuthService).revoke_sessions(me.user, keep=me.login)
        others = f"{count} other session{'' if count == 1 else 's'}"
        return answer(Ack(success=True, message=f"Signed out of {others}.", count=count))


@blueprint.post("/logout")
@login_required
def logout() -> ResponseReturnValue:
    """End the present login."""
    provide(AuthService).close_session(signed_in().login)
    sign_out()
    flash("You are signed out.")
    return redirect(LOGIN)


@blueprint.post("/update-password")
@login_required
def update_password() -> Response:
    """Set another password, and sign out everywhere else."""
    me, service = signed_in(), provide(AuthService)
    provide(Limiter).spend_password(me.user)
    service.change_password(me.user, parse_json(PasswordChange))
    count = service.revoke_sessions(me.user, keep=me.login)
    return answer(Ack(success=True, message="Your password is changed.", count=count))


@blueprint.get("/current-user")
@login_required
def current_user() -> Response:
    """Tell a program who is signed in."""
    return answer(provide(AuthService).current_user(signed_in().user, generate_csrf()))


def _authenticate(form: LoginForm) -> User:
    service = provide(AuthService)
    service.check_lockout(form.email)
    try:
        user = service.authenticate(form.email, form.password)
    except WrongCredentials:
        service.record_attempt(form.email, succeeded=False)
        raise
    # Others may have used up the limit while the slow hash was made: a burst of guesses must not
    # find the password that the same guesses one by one would not have found.
    service.check_lockout(form.email)
    service.record_attempt(form.email, succeeded=True)
    return user


def _to_be_deleted() -> ResponseReturnValue:
    me = signed_in()
    provide(AuthService).revoke_sessions(me.user, keep=me.login)
    flash(f"Your account will be deleted on {deletion_day(me.user)}. Until then you can keep it.")
    return redirect(DELETION)


def _kept() -> ResponseReturnValue:
    flash("Your account stays.")
    return redirect(SETTINGS)


def _login_page(
    back: str | None, errors: dict[str, str] | None = None, refusal: str | None = None
) -> str:
    return render_template("auth/login.html", back=back, errors=errors or {}, refusal=refusal)


def _register_page(errors: dict[str, str] | None = None) -> str:
    return render_template("auth/register.html", errors=errors or {})


blueprint.add_url_rule("/login", view_func=Login.as_view("login"))
blueprint.add_url_rule("/deletion", view_func=Deletion.as_view("deletion"))
blueprint.add_url_rule("/register", view_func=Register.as_view("register"))
blueprint.add_url_rule("/sessions", view_func=Sessions.as_view("sessions"))
