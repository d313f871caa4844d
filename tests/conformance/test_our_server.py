"""Our own server answers every request as the kit expects."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest

from chatkit_link.conformance import Agent, Agents, ProtocolSuite
from chatkit_link.conformance.loop_runner import Factory
from chatkit_link.settings import Settings
from tests.conftest import running


class TestOurServer(ProtocolSuite):
    agents: ClassVar[Agents] = Agents(
        echo=Agent("/echo"),
        client_tool=Agent("/client-tool"),
        structured_input=Agent("/asks"),
        widget=Agent("/guest"),
        hidden=Agent("/secretive"),
        files=Agent("/echo"),
    )

    @pytest.fixture(scope="class")
    @classmethod
    def open_server(cls, make_settings: Callable[..., Settings]) -> Factory[str]:
        """A server on the kit's own event loop: the shared one stands still while a check runs."""

        @asynccontextmanager
        async def open_server() -> AsyncGenerator[str]:
            async with running(make_settings()) as address:
                yield f"{address}/chatkit"

        return open_server
