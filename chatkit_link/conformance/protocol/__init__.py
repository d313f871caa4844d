"""Checks of a ChatKit server, reached at any address.

    TestProtocol = protocol_suite("http://127.0.0.1:8000/chatkit")

An agent that echoes is all that is needed: it answers every message with one assistant message that
contains the text of the message, streamed or at once. What other agents can do is checked where
``Agents`` names one that does it, and skipped otherwise. Every request goes through the typed client, so
whatever comes back has been read by the SDK's own types.

A server may add to a stream what the protocol lets it add at any time: a title (``thread.updated``) and
progress. Everything else is compared exactly, in order.
"""

import functools
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from typing_extensions import override

from chatkit_link.conformance.loop_runner import Factory
from chatkit_link.conformance.protocol.agents import Agent, Agents
from chatkit_link.conformance.protocol.answers import Answers
from chatkit_link.conformance.protocol.refusals import REFUSED, RefusalChecks
from chatkit_link.conformance.protocol.streams import Streams

__all__ = ["REFUSED", "Agent", "Agents", "ProtocolSuite", "protocol_suite"]


class ProtocolSuite(RefusalChecks, Answers, Streams):
    """Derive from it, or let ``protocol_suite`` do so."""


def protocol_suite(
    server: str | Callable[[], AbstractAsyncContextManager[str]],
    *,
    agents: Agents = Agents(),  # noqa: B008 - frozen
    new_headers: Callable[[], Mapping[str, str]] = dict[str, str],
    isolates_users: bool = True,
) -> type[ProtocolSuite]:
    """The suite for one server, to be bound to a name that pytest collects.

    Args:
        server: its address, or what gives an async context manager around a running server's address.
        agents: the agent of this server for each ability.
        new_headers: the headers of a new user; called for each user the suite needs.
        isolates_users: whether each user sees only their own threads.
    """

    @asynccontextmanager
    async def running(address: str) -> AsyncGenerator[str]:
        yield address

    class Suite(ProtocolSuite):
        @override
        def new_headers(self) -> Mapping[str, str]:
            return new_headers()

        @pytest.fixture(scope="class")
        @classmethod
        @override
        def open_server(cls) -> Factory[str]:
            return functools.partial(running, server) if isinstance(server, str) else server

    Suite.agents, Suite.isolates_users = agents, isolates_users
    return Suite
