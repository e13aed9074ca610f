"""The group of commands, and what becomes of an error that leaves one."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

import click

from gateway.backends import BackendError
from gateway.cli.check import check
from gateway.cli.doctor import doctor
from gateway.cli.explain import explain
from gateway.cli.flip import flip
from gateway.cli.history import history
from gateway.cli.init import init
from gateway.cli.output import note
from gateway.cli.override import override
from gateway.cli.parity import parity
from gateway.cli.routes import routes
from gateway.cli.schema import schema
from gateway.cli.serve import serve
from gateway.cli.status import status
from gateway.loader import TableError
from gateway.refusal import RefusalError
from gateway.server import ServerError

OURS = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strangler-gateway", prog_name="gateway")
def commands() -> None:
    """Stand in front of two applications and move one route at a time."""


for command in (
    serve,
    check,
    explain,
    routes,
    flip,
    history,
    status,
    doctor,
    init,
    override,
    schema,
    parity,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        commands.main(arguments, prog_name="gateway", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:  # noqa: BLE001 - the last boundary: nobody meets a traceback
        return _failed(error)
    return 0


def _failed(error: Exception) -> int:
    if isinstance(error, TableError | BackendError | ServerError | RefusalError):
        note(str(error))
        return 1
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has had enough; keep the interpreter from flushing into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    note(f"This is a bug in the gateway, not yours. What happened is in {_bug_log(error)}.")
    return OURS


def _bug_log(error: Exception) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="gateway-bug-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
        return file.name
