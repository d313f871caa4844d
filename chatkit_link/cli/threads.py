"""``chatkit-link threads``: read your own threads; lock, close and unlock any user's."""

from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import examples
from chatkit_link.cli.own_threads import list_threads, search_threads, show_thread

if TYPE_CHECKING:
    from chatkit.types import ThreadStatus

threads_cli = typer.Typer(
    help="List, show and search your threads; lock, close and unlock any user's.",
    epilog=examples("threads list", "threads search green tea", 'threads lock thr_1a2b --reason "under review"'),
    no_args_is_help=True,
    rich_markup_mode=None,
)
threads_cli.command(
    "list", epilog=examples("threads list --limit 5", "threads list --url https://chat.example.com/chatkit")
)(list_threads)
threads_cli.command("show", epilog=examples("threads show thr_1a2b", "threads show thr_1a2b > tea.md"))(show_thread)
threads_cli.command("search", epilog=examples("threads search green tea"))(search_threads)

ThreadArgument = Annotated[str, typer.Argument(metavar="THREAD", help="The thread's id.")]
ReasonOption = Annotated[str | None, typer.Option(metavar="TEXT", help="Displayed to the user.")]


@threads_cli.command(epilog=examples('threads lock thr_1a2b --reason "under review"'))
def lock(thread: ThreadArgument, reason: ReasonOption = None) -> None:
    """Take no messages for now."""
    from chatkit.types import LockedStatus

    _set_status(thread, LockedStatus(reason=reason))


@threads_cli.command(epilog=examples('threads close thr_1a2b --reason "order delivered"'))
def close(thread: ThreadArgument, reason: ReasonOption = None) -> None:
    """Take no messages any more."""
    from chatkit.types import ClosedStatus

    _set_status(thread, ClosedStatus(reason=reason))


@threads_cli.command(epilog=examples("threads unlock thr_1a2b"))
def unlock(thread: ThreadArgument) -> None:
    """Take messages again."""
    from chatkit.types import ActiveStatus

    _set_status(thread, ActiveStatus())


def _set_status(thread: str, status: "ThreadStatus") -> None:

    from chatkit_link.cli import event_loop
    from chatkit_link.cli.operator import operator
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.errors import ConfigurationError, ThreadNotFound
    from chatkit_link.protocol.thread_status import set_status
    from chatkit_link.store.open import open_existing

    settings = start("error")

    async def run() -> None:
        async with open_existing(settings) as database:
            try:
                await set_status(database, thread, status, operator())
            except ThreadNotFound as error:  # whose words are for a user: that it may be another user's
                raise ConfigurationError(f"There is no thread {thread}.") from error

    event_loop.run(run())
    print_line(f"Thread {thread} is {status.type}.")
