"""A server with a server key, and sessions of one user that reach differently far."""

import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.settings import Settings
from tests.limits.users import IDENTITY
from tests.sessions.holder import Holder, MakeHolder

KEY = "the-server-key-of-these-tests-is-long-enough"


@pytest.fixture(scope="module")
async def link_and_app(make_settings: Callable[..., Settings]) -> AsyncIterator[tuple[str, FastAPI]]:
    apps: list[FastAPI] = []

    def make(settings: Settings) -> FastAPI:
        apps.append(create_app(settings))
        return apps[0]

    async with serving(make, make_settings(server_key=KEY, **IDENTITY)) as address:
        yield address, apps[0]


@pytest.fixture(scope="module")
def link(link_and_app: tuple[str, FastAPI]) -> str:
    return link_and_app[0]


@pytest.fixture(scope="module")
def app(link_and_app: tuple[str, FastAPI]) -> FastAPI:
    return link_and_app[1]


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def hold(link: str, user: str) -> AsyncIterator[MakeHolder]:
    """Makes sessions of one user and gives their holders. Options are those of ``chatkit_configuration``."""
    holders: list[Holder] = []
    async with AsyncOpenAI(base_url=f"{link}/v1", api_key=KEY, max_retries=0) as client:

        async def make(*, per_minute: int = 1000, agent: str = "echo", **configuration: object) -> Holder:
            session = await client.beta.chatkit.sessions.create(
                user=user,
                workflow={"id": agent},
                rate_limits={"max_requests_per_1_minute": per_minute},
                chatkit_configuration=configuration,  # type: ignore[arg-type]
            )
            holders.append(Holder(link, session))
            return holders[-1]

        yield make
        for holder in holders:
            await holder.http.aclose()
