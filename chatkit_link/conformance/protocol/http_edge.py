"""How the checks reach a server: as users whom it has not seen before."""

import functools
import inspect
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

import httpx2
import pytest
from chatkit import types as wire

from chatkit_link.client import ChatKitClient
from chatkit_link.conformance.loop_runner import Factory, LoopRunner
from chatkit_link.conformance.protocol.agents import Agent, Agents

P = ParamSpec("P")
S = TypeVar("S", bound="Server")
Body = Callable[Concatenate[S, "HttpEdge", P], Coroutine[Any, Any, None]]
Test = Callable[Concatenate[S, "LoopRunner[str]", P], None]


class HttpEdge:
    """Makes clients, each of them a user of its own, and closes them."""

    def __init__(
        self, address: str, agents: Agents, new_headers: Callable[[], Mapping[str, str]], stack: AsyncExitStack
    ) -> None:
        self.agents = agents
        self._address = address.rstrip("/")
        self._new_headers = new_headers
        self._stack = stack

    async def user(self, agent: Agent | None = None) -> "User":
        http = await self._stack.enter_async_context(
            httpx2.AsyncClient(verify=_tls(), headers=dict(self._new_headers()))
        )
        return User(http, f"{self._address}{(agent or self.agents.echo).path}")

    def need(self, name: str) -> Agent:
        """The agent that can do this. Skips the check if there is none."""
        agent: Agent | None = getattr(self.agents, name)
        if agent is None:
            pytest.skip(f"no agent of this server is named for {name}")
        return agent


@functools.cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than a check."""
    return ssl.create_default_context()


class User(ChatKitClient):
    """A client that can also send what no client would."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        super().__init__(url, http=http)
        self._raw = http

    async def post(self, body: bytes) -> httpx2.Response:
        try:
            return await self._raw.post(self.url, content=body, headers={"Content-Type": "application/json"})
        except httpx2.RequestError as error:
            raise AssertionError("The server broke the connection instead of refusing the request.") from error

    async def stored(self, thread_id: str) -> list[wire.ThreadItem]:
        """What a reload shows, from the first item to the last."""
        items: list[wire.ThreadItem] = []
        after = None
        while True:
            page = await self.list_items(thread_id, limit=20, after=after, order="asc")
            items += page.data
            if not page.has_more:
                return items
            after = page.after


class Server:
    """The server under test, and what is known of it."""

    agents: ClassVar[Agents] = Agents()
    #: Whether each user sees only their own threads.
    isolates_users: ClassVar[bool] = True

    def new_headers(self) -> Mapping[str, str]:
        """The headers of a new user, such as a token. An anonymous server may know users by cookies alone."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def open_server(cls) -> Factory[str]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, open_server: Factory[str]) -> Iterator[LoopRunner[str]]:
        with LoopRunner(open_server) as server:
            yield server

    def need_isolation(self) -> None:
        if not self.isolates_users:
            pytest.skip("this server does not isolate users")


def check(body: Body[S, P]) -> Test[S, P]:
    """Makes a test of an async check that gets an ``HttpEdge``."""

    @functools.wraps(body)
    def test(self: S, server: "LoopRunner[str]", *args: P.args, **kwargs: P.kwargs) -> None:
        async def enter() -> None:
            async with AsyncExitStack() as stack:
                edge = HttpEdge(server.value, self.agents, self.new_headers, stack)
                await body(self, edge, *args, **kwargs)

        server.run(enter())

    # pytest asks for fixtures by the names of the arguments: these are the test's, not the check's.
    names = list(body.__code__.co_varnames[: body.__code__.co_argcount])
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    parameters[1] = parameters[1].replace(name="server")
    setattr(test, "__signature__", inspect.Signature(parameters))  # noqa: B010
    return test
