"""``chatkit-link``: the groups of commands, put together, and what happens to an error that leaves one of them.

No module is imported here that takes long: a command imports what it needs when it is run.
"""

import io
import os
import sys
from typing import Annotated

import typer

from chatkit_link.cli.agents import agents_cli
from chatkit_link.cli.audit import audit_cli
from chatkit_link.cli.backup import backup, restore
from chatkit_link.cli.chat import chat
from chatkit_link.cli.doctor import doctor
from chatkit_link.cli.files import files_cli
from chatkit_link.cli.imports import import_cli
from chatkit_link.cli.keys import keys_cli
from chatkit_link.cli.migrate import migrate
from chatkit_link.cli.models import models_cli
from chatkit_link.cli.new import new
from chatkit_link.cli.options import examples
from chatkit_link.cli.serve import dev, serve
from chatkit_link.cli.shares import shares_cli
from chatkit_link.cli.threads import threads_cli
from chatkit_link.cli.token import token
from chatkit_link.cli.usage import usage
from chatkit_link.cli.widgets import widgets_cli

_EXIT = """\b
Exit status:
  0    done
  1    a check found something, or the work is not complete
  2    it cannot work: wrong usage, a wrong setting, no database
  130  stopped with Ctrl-C

Settings are environment variables, or lines of a file .env in this folder.
"""

cli = typer.Typer(
    help="The self-hosted home of a ChatKit chat.",
    epilog=_EXIT,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"chatkit-link {version('chatkit-link')}")
        raise typer.Exit


@cli.callback()
def _program(
    *,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version, and exit.")
    ] = False,
) -> None:
    pass


cli.command(epilog=examples("new my-agent", "new my-lock --from professor-lock"))(new)
cli.command(epilog=examples("serve --port 8080", "serve --reload", "serve --agent lock=agent.py"))(serve)
cli.command(epilog=examples("dev --folder widgets"))(dev)
cli.command(epilog=examples('chat "How do I deploy it?"', "chat --url https://chat.example.com/chatkit"))(chat)
cli.command(epilog=examples("token --user ada --expires 8h"))(token)
cli.command(epilog=examples("migrate", "migrate --to 0014"))(migrate)
cli.command(epilog=examples("backup monday.tar"))(backup)
cli.command(epilog=examples("restore monday.tar", "restore monday.tar --replace", "restore monday.tar --check"))(
    restore
)
cli.add_typer(agents_cli, name="agents")
cli.command(epilog=examples("usage --days 7 --by day,model", "usage --json"))(usage)
cli.add_typer(threads_cli, name="threads")
cli.add_typer(shares_cli, name="shares")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(files_cli, name="files")
cli.add_typer(widgets_cli, name="widgets")
cli.add_typer(import_cli, name="import")
cli.add_typer(models_cli, name="models")
cli.command(epilog=examples("doctor", "doctor --model"))(doctor)


def run() -> None:
    """Run the program. What cannot work is a message on standard error, with exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without UTF-8 shows a question mark for the rest
            stream.reconfigure(errors="replace")
    try:
        try:
            cli()
        finally:
            sys.stdout.flush()  # here, and not at the end of the process, where an error has no handler
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader has what it wanted
        _drop_output()
        sys.exit(1)
    except Exception as error:
        from chatkit_link.cli.error_message import print_error

        if not print_error(error):
            raise
        _drop_output()
        sys.exit(2)


def _drop_output() -> None:
    """Forget what standard output does not take: Python would try again at the end, and print a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
