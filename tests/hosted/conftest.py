"""A fake OpenAI, and a server of ours that calls it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.limits.users import IDENTITY
from tests.openai_server import OpenAIServer, openai_server

MakeSettings = Callable[..., Settings]


@pytest.fixture(autouse=True)
def agent_builder_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """On whatever day the tests are run."""
    monkeypatch.setattr("chatkit_link.hosted.refusals.SHUTDOWN", datetime.now(UTC) + timedelta(days=1))


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    async with openai_server() as server:
        yield server


@pytest.fixture
async def link(make_settings: MakeSettings, openai: OpenAIServer) -> AsyncIterator[str]:
    """The address of a server whose hosted workflows are those of the fake OpenAI; users may sign in."""
    settings = make_settings(
        hosted_base_url=openai.address,
        hosted_api_key="sk-good-of-the-server",
        hosted_workflows="wf_first, wf_second, wf_gone",
        allow_anonymous=True,
        **IDENTITY,
    )
    async with running(settings) as address:
        yield address
