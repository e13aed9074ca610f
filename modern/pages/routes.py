"""The pages around the workspace: welcome, contact, terms, settings, and a report of health."""

from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from assistants.handbook import topics
from modern.admin.service import AdminService
from modern.auth.schemas import ProfileUpdate
from modern.auth.service import AuthService
from modern.chat.choice import enabled
from modern.chat.service import AssistantService
from modern.failures import Invalid
from modern.identity import login_required, signed_in, viewer
from modern.limits import Limiter
from modern.localpath import HOME, SETTINGS
from modern.pages.schemas import ContactForm
from modern.parsing import parse_form
from modern.responses import answer
from modern.schemas import EVERYTHING
from modern.services import provide

blueprint = Blueprint("pages", __name__)

DOCUMENTS = {"terms": "Terms of use", "privacy": "Privacy"}


@blueprint.get("/")
def landing() -> ResponseReturnValue:
    """Welcome strangers; send people who are signed in to their conversations."""
    return redirect(HOME) if viewer() else render_template("landing.html")


@blueprint.get("/help", endpoint="help")
def help_page() -> str:
    """Show the texts that the guide answers from."""
    return render_template("help.html", topics=topics())


@blueprint.get("/legal/<doc>")
def legal(doc: str) -> str:
    """Show the terms of use or what is done with people's data."""
    if doc not in DOCUMENTS:
        abort(404)
    return render_template("legal.html", doc=doc, title=DOCUMENTS[doc])


@blueprint.get("/health")
def health() -> Response:
    """Tell whether the application can do its work."""
    report = provide(AdminService).health()
    return answer(report, 200 if report.status == "ok" else 503)


class Contact(MethodView):
    """The form that reaches the people who run the workspace."""

    def get(self) -> str:
        """Show the form, with what is known of the person who looks."""
        me = viewer()
        known = {"name": me.user.display_name, "email": me.user.email} if me else {}
        return render_template("contact.html", form=known, errors={})

    def post(self) -> ResponseReturnValue:
        """Keep the letter, or show the form again with what is wrong."""
        provide(Limiter).spend_contact(request.remote_addr)
        try:
            provide(AdminService).submit_contact(parse_form(ContactForm))
        except Invalid as failure:
            page = render_template("contact.html", form=request.form, errors=failure.messages)
            return page, 422
        flash("Thank you. Your message has reached us.")
        return redirect("/contact")


class Settings(MethodView):
    """What people decide about themselves."""

    decorators = [login_required]  # noqa: RUF012  # how Flask spells it

    def get(self) -> str:
        """Show the settings."""
        user = signed_in().user
        known = {name: getattr(user, name) for name in ProfileUpdate.model_fields}
        return _settings_page(known, {})

    def post(self) -> ResponseReturnValue:
        """Save the profile, or show the form again with what is wrong."""
        try:
            provide(AuthService).update_profile(signed_in().user, parse_form(ProfileUpdate))
        except Invalid as failure:
            return _settings_page(request.form.to_dict(), failure.messages), 422
        flash("Your settings are saved.")
        return redirect(SETTINGS)


def _settings_page(form: dict[str, str], errors: dict[str, str]) -> str:
    me = signed_in()
    choices = provide(AssistantService).list_assistants(me.user, EVERYTHING).items
    return render_template(
        "settings.html",
        form=form,
        errors=errors,
        me=me,
        sessions=provide(AuthService).list_sessions(me.user, EVERYTHING).items,
        usage=provide(AssistantService).usage(me.user),
        assistants=enabled(choices),
        choices=[choice for choice in choices if choice.assistant.enabled],
        timezones=sorted(available_timezones()),
    )


blueprint.add_url_rule("/contact", view_func=Contact.as_view("contact"))
blueprint.add_url_rule("/settings", view_func=Settings.as_view("settings"))
