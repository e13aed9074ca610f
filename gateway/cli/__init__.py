"""The command line: `gateway`, one module a command.

Results go to stdout, diagnostics to stderr. Exit codes: 0 fine, 1 the user's input or a failed
check, 2 usage, 3 our bug, 130 interrupted.
"""

from gateway.cli.main import main

__all__ = ["main"]
