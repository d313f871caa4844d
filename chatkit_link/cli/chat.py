"""``chatkit-link chat``: a conversation in the terminal, with a server that runs or with one for this question."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import AgentOption

if TYPE_CHECKING:
    from chatkit_link.settings import Settings


def chat(
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="What to ask; without it, an interactive chat.")
    ] = None,
    thread: Annotated[str | None, typer.Option(metavar="THREAD", help="Continue this thread.")] = None,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A ChatKit address, such as http://127.0.0.1:8000/chatkit."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", envvar="CHATKIT_LINK_TOKEN", help="Bearer token for that address."),
    ] = None,
    agent: AgentOption = None,
) -> None:
    """Ask in the terminal. The server is the one at --url; without it the one at CHATKIT_LINK_PUBLIC_URL, else at
    CHATKIT_LINK_HOST and CHATKIT_LINK_PORT. If none answers, or with --agent, one is started for this conversation.
    """
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.start import start

    sys.exit(event_loop.run(_chat(start("error"), question, thread, url, token, agent)))


async def _chat(
    settings: "Settings",
    question: str | None,
    thread: str | None,
    url: str | None,
    token: str | None,
    agent: list[str] | None,
) -> int:
    from contextlib import AsyncExitStack
    from functools import partial

    import httpx2
    from rich.console import Console

    from chatkit_link.cli.conversation import converse
    from chatkit_link.cli.terminal_user import cookie_file, known_user, own_credentials, remember_user
    from chatkit_link.client import ChatKitClient, ClientError
    from chatkit_link.errors import ConfigurationError

    temporary: str | None = None
    own = own_credentials(settings) if url is None else {}
    async with AsyncExitStack() as stack:
        if url is None and agent is None and await _answers(settings.address):
            url = f"{settings.address}/chatkit"
        if url is None:
            from chatkit_link.agents.catalog import targets_given
            from chatkit_link.app import create_app
            from chatkit_link.cli.server import serving

            given = targets_given(agent, settings.config)
            temporary = await stack.enter_async_context(
                serving(partial(create_app, agents_given=given, temporary=True), settings)
            )
            chosen = next(iter(given), None)
            url = f"{temporary}/chatkit" + (f"/{chosen}" if chosen else "")
        file = cookie_file(settings, url)
        headers = {"Authorization": f"Bearer {token}"} if token else own
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, cookies=known_user(file)))
        try:
            client = ChatKitClient(url, http=http)
        except ClientError as error:
            raise ConfigurationError(f"--url {error}") from error
        try:
            return await converse(
                client,
                question,
                thread_id=thread,
                console=Console(),
                errors=Console(stderr=True),
                temporary=temporary,
            )
        finally:
            remember_user(file, http)


async def _answers(address: str) -> bool:
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=1, trust_env=False) as http:
            return (await http.get(f"{address}/health")).json() == {"status": "ok"}
    except (httpx2.HTTPError, ValueError):
        return False
