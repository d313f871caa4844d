"""A server of ours with a server key, and the openai package as its client."""

from collections.abc import AsyncIterator, Callable

import pytest
from openai import AsyncOpenAI

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.limits.users import IDENTITY

KEY = "the-server-key-of-these-tests-is-long-enough"


@pytest.fixture(scope="module")
async def link(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    """Its address. People sign in by token, so that nobody is let in without anything."""
    async with running(make_settings(server_key=KEY, **IDENTITY)) as address:
        yield address


@pytest.fixture(scope="module")
async def client(link: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{link}/v1", api_key=KEY, max_retries=0) as client:
        yield client
