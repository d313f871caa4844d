"""``chatkit-link chat``: a conversation in the terminal, with a server that runs or with one for this question."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.connection import Place, TokenOption, UrlOption, place_of
from chatkit_link.cli.options import AgentOption

if TYPE_CHECKING:
    from chatkit_link.settings import Settings


def chat(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="What to ask; without it, an interactive chat.")
    ] = None,
    thread: Annotated[str | None, typer.Option(metavar="THREAD", help="Continue this thread.")] = None,
    url: UrlOption = None,
    token: TokenOption = None,
    agent: AgentOption = None,
    *,
    steps: Annotated[
        bool, typer.Option("--steps", help="Print every step with what it found, and not a line for all of them.")
    ] = False,
) -> None:
    """Ask in the terminal. The server is the one at --url; without it the one at CHATKIT_LINK_PUBLIC_URL, else at
    CHATKIT_LINK_HOST and CHATKIT_LINK_PORT. If none answers, or with --agent, one is started for this conversation.
    Ctrl-C stops an answer and keeps what was written.
    """
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.start import start

    place = place_of(context, url, token, agent)
    sys.exit(event_loop.run(_chat(start("error"), question, thread, place, steps=steps)))


async def _chat(settings: "Settings", question: str | None, thread: str | None, place: Place, *, steps: bool) -> int:
    from rich.console import Console

    from chatkit_link.cli.connection import connected
    from chatkit_link.cli.conversation import converse

    async with connected(settings, place) as connection:
        return await converse(
            connection.client,
            question,
            thread_id=thread,
            console=Console(highlight=False),
            errors=Console(stderr=True, highlight=False),
            temporary=connection.temporary,
            place=place,
            steps=steps,
        )
