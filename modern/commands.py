"""What operators do from the command line: `flask --app "modern:create_app()" …`."""

import click
from flask import Flask
from flask.cli import with_appcontext

from modern.admin.expiry import Expired
from modern.admin.schemas import AdminUserCreate
from modern.admin.service import AdminService
from modern.failures import Invalid
from modern.parsing import validate
from modern.services import provide


def init_app(app: Flask) -> None:
    """Give `app` the commands."""
    app.cli.add_command(create_admin)
    app.cli.add_command(purge)


@click.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="What others see.")
@with_appcontext
def create_admin(email: str, name: str) -> None:
    """Make an administrator, and print a temporary password once."""
    wanted = {"email": email, "display_name": name, "role": "admin"}
    try:
        made = provide(AdminService).create_user(None, validate(AdminUserCreate, wanted))
    except Invalid as failure:
        faults = " ".join(failure.messages.values())
        raise click.ClickException(
            f"{email!r} was not made an administrator. {faults}"
        ) from failure
    click.echo(f"Sign in as {made.user.email} with the temporary password: {made.password}")
    click.echo("It is valid for 72 hours, and has to be changed at the first sign-in.")


@click.command("purge")
@click.option("--yes", is_flag=True, help="Delete; without it, only count.")
@with_appcontext
def purge(*, yes: bool) -> None:
    """Delete what is over: accounts past their grace, old logins, counters, unsent files."""
    over = provide(AdminService).purge_expired(dry_run=not yes)
    click.echo(f"{'Deleted' if yes else 'Would delete'} {_listed(over)}.")
    if not yes:
        click.echo("Nothing was changed. Add --yes to delete.")


def _listed(over: Expired) -> str:
    counts = {
        "account": over.accounts,
        "login": over.logins,
        "counter": over.counters,
        "file": over.files,
    }
    named = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items()]
    return f"{', '.join(named[:-1])} and {named[-1]}"
