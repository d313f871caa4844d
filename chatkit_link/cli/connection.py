"""The server that a command of a user's talks to: one that runs, or one for this command alone."""

import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from chatkit_link.client import ChatKitClient
    from chatkit_link.settings import Settings

UrlOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="A ChatKit address, such as http://127.0.0.1:8000/chatkit."),
]
TokenOption = Annotated[
    str | None,
    typer.Option(metavar="TOKEN", envvar="CHATKIT_LINK_TOKEN", help="Bearer token for that address."),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command finds its server, as its options say. token_given: on the command line."""

    url: str | None = None
    token: str | None = None
    agents: Sequence[str] = ()
    token_given: bool = False

    def options(self) -> list[str]:
        """What another command needs to get there, too. A token is never printed."""
        given = [part for agent in self.agents for part in ("--agent", agent)]
        given += ["--url", self.url] if self.url else []
        return given + (["--token", "TOKEN"] if self.token_given else [])

    def command(self, *words: str) -> str:
        """A command to copy, with these options behind its words."""
        return shlex.join(("chatkit-link", *words, *self.options()))


#: The server of these settings.
HERE = Place()


def place_of(context: typer.Context, url: str | None, token: str | None, agents: list[str] | None = None) -> Place:
    """The place that a command was given."""
    source = context.get_parameter_source("token")
    return Place(url, token, agents or (), token_given=source is not None and source.name == "COMMANDLINE")


@dataclass(frozen=True, slots=True)
class Connection:
    """temporary: the address of a server that stops with the command; None for one that runs on."""

    client: "ChatKitClient"
    temporary: str | None


@asynccontextmanager
async def connected(settings: "Settings", place: Place) -> AsyncGenerator[Connection]:
    """A client of the server at this place. Raises ``ConfigurationError``."""
    from functools import partial

    import httpx2

    from chatkit_link.cli.terminal_user import cookie_file, known_user, own_credentials, remember_user
    from chatkit_link.client import ChatKitClient, ClientError
    from chatkit_link.errors import ConfigurationError

    temporary: str | None = None
    url = place.url
    own = own_credentials(settings) if url is None else {}
    async with AsyncExitStack() as stack:
        if url is None and not place.agents and await _answers(settings.address):
            url = f"{settings.address}/chatkit"
        if url is None:
            from chatkit_link.agents.catalog import targets_given
            from chatkit_link.app import create_app
            from chatkit_link.cli.progress_bar import ProgressBar
            from chatkit_link.cli.server import serving

            given = targets_given(list(place.agents), settings.config)
            with ProgressBar("Starting a server") as progress:
                make = partial(create_app, agents_given=given, temporary=True, on_progress=progress.report)
                temporary = await stack.enter_async_context(serving(make, settings))
            chosen = next(iter(given), None)
            url = f"{temporary}/chatkit" + (f"/{chosen}" if chosen else "")
        file = cookie_file(settings, url)
        headers = {"Authorization": f"Bearer {place.token}"} if place.token else own
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, cookies=known_user(file)))
        try:
            client = ChatKitClient(url, http=http)
        except ClientError as error:
            raise ConfigurationError(f"--url {error}") from error
        try:
            yield Connection(client, temporary)
        finally:
            remember_user(file, http)


async def _answers(address: str) -> bool:
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=1, trust_env=False) as http:
            return (await http.get(f"{address}/health")).json() == {"status": "ok"}
    except (httpx2.HTTPError, ValueError):
        return False
