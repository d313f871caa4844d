"""``chatkit-link threads list``, ``show`` and ``search``: the threads of the user at this terminal."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.connection import Place, TokenOption, UrlOption, place_of

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console
    from rich.text import Text

    from chatkit_link.cli.connection import Connection
    from chatkit_link.client import ChatKitClient, ThreadHit, ThreadHits

LimitOption = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Print at most so many.")]
_MOST = 20
#: Times that a server is asked while it still reads: some minutes.
_ROUNDS = 100


def list_threads(
    context: typer.Context, url: UrlOption = None, token: TokenOption = None, limit: LimitOption = _MOST
) -> None:
    """List your threads, the newest first. In a pipe: the id, the date and the title, with tabs between them."""

    async def run(connection: "Connection", terminal: "Console") -> None:
        from chatkit_link.cli.thread_pages import own_threads

        place, count = place_of(context, url, token), 0
        async for thread in own_threads(connection.client, limit=limit):
            count += 1
            _print_thread(terminal, thread.id, thread.title or "Untitled", thread.created_at)
        if not count:
            _none(terminal, "You have no threads here.", place.command("chat"))

    _with_client(place_of(context, url, token), run)


def show_thread(
    context: typer.Context,
    thread: Annotated[str, typer.Argument(metavar="THREAD", help="The thread's id.")],
    url: UrlOption = None,
    token: TokenOption = None,
    *,
    steps: Annotated[bool, typer.Option("--steps", help="Print every step with what it found.")] = False,
) -> None:
    """Print a thread of yours. In a pipe: as Markdown."""

    async def run(connection: "Connection", terminal: "Console") -> None:
        await _show(connection.client, terminal, thread, temporary=connection.temporary, steps=steps)
        if terminal.is_terminal:
            from rich.text import Text

            command = place_of(context, url, token).command("chat", "--thread", thread)
            terminal.print(Text("\nContinue with:", "dim"))
            terminal.print(Text(command, "dim"), soft_wrap=True)

    _with_client(place_of(context, url, token), run)


def search_threads(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All must be in a title, or in one message.")],
    url: UrlOption = None,
    token: TokenOption = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=50, help="Print at most so many.")] = _MOST,
) -> None:
    """Search your threads. In a pipe: the id, the date, the title and the place, with tabs between them."""

    async def run(connection: "Connection", terminal: "Console") -> None:
        found = await _searched(connection.client, " ".join(words), limit)
        for hit in found.hits:
            _print_thread(terminal, hit.thread_id, hit.title or "Untitled", hit.created_at, hit)
        if not found.complete and len(found.hits) < limit:
            _none(terminal, "Older messages have not been read yet: search again.", "")
        elif not found.hits:
            _none(terminal, f"No thread of yours has “{' '.join(words)}”.", "")

    _with_client(place_of(context, url, token), run)


def _with_client(place: Place, run: "Callable[[Connection, Console], Awaitable[None]]") -> None:
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.connection import connected
    from chatkit_link.cli.output import console
    from chatkit_link.cli.start import start
    from chatkit_link.client import ClientError
    from chatkit_link.errors import ConfigurationError

    settings = start("error")

    async def connect() -> None:
        async with connected(settings, place) as connection:
            try:
                await run(connection, console())
            except ClientError as error:
                raise ConfigurationError(str(error)) from error

    event_loop.run(connect())


async def _searched(client: "ChatKitClient", words: str, limit: int) -> "ThreadHits":
    """A server reads what it has not read yet for a second or so at a time, and says when that was all."""
    from chatkit_link.cli.progress_bar import counting
    from chatkit_link.client import ClientError

    try:
        with counting("Reading your threads") as advance:
            found = await client.search(words, limit=limit)
            rounds = 0
            while not found.complete and len(found.hits) < limit and rounds < _ROUNDS:
                advance()
                rounds += 1
                found = await client.search(words, limit=limit)
    except ClientError as error:
        if error.status in (404, 405):
            raise ClientError(error.status, error.title, f"{client.url} has no search in threads.") from error
        raise
    return found


async def _show(
    client: "ChatKitClient", terminal: "Console", thread: str, *, temporary: str | None, steps: bool
) -> None:
    from rich.text import Text

    from chatkit_link.cli.render_items import CitedSources, draw_item, draw_sources
    from chatkit_link.cli.render_widgets import clean
    from chatkit_link.cli.thread_pages import items_of, text_of

    styled, sources = terminal.is_terminal, CitedSources(temporary)
    title = clean((await client.get_thread(thread)).title or "Untitled")
    terminal.print(Text(title if styled else f"# {title}", "bold"), soft_wrap=True)
    async for item in items_of(client, thread):
        if item.type == "user_message":
            asked = "\n".join(f"> {line}" for line in clean(text_of(item)).splitlines())
            terminal.print("", Text(asked, "bold cyan"), sep="\n", soft_wrap=not styled)
        for part in draw_item(item, sources, styled=styled, steps=steps):
            terminal.print("", part, sep="\n", soft_wrap=not styled)
    if (listed := draw_sources(sources, styled=styled)) is not None:
        terminal.print("", listed, sep="\n", soft_wrap=not styled)


def _print_thread(
    terminal: "Console", thread: str, title: str, when: "datetime", hit: "ThreadHit | None" = None
) -> None:
    from rich.text import Text

    from chatkit_link.cli.render_widgets import clean

    title, found = clean(title), None if hit is None else _found(hit)
    if not terminal.is_terminal:
        fields = [thread, when.isoformat(timespec="seconds"), title, *([] if found is None else [found.plain])]
        typer.echo("\t".join(" ".join(field.split()) for field in fields))
        return
    terminal.print(Text(title, "bold", no_wrap=True, overflow="ellipsis"), soft_wrap=False)
    if found is not None and hit is not None and hit.item_id is not None:
        terminal.print(found, soft_wrap=False)
    local = when.astimezone()
    year = "" if local.year == local.now().year else " %Y"
    terminal.print(Text(f"{thread}  {local:%d %b{year} %H:%M}", "dim"), soft_wrap=False)
    terminal.print()


def _found(hit: "ThreadHit") -> "Text":
    from rich.text import Text

    from chatkit_link.cli.render_widgets import clean

    return Text.assemble(*((clean(part.text), "bold yellow" if part.match else "") for part in hit.snippet))


def _none(terminal: "Console", sentence: str, command: str) -> None:
    """Beside the output: a script that counts lines counts none."""
    from chatkit_link.cli.output import console

    console(stderr=True).print(f"{sentence} Begin one with: {command}" if command else sentence, markup=False)
