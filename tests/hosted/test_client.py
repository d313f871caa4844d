"""What is asked again, and what is not: against a real socket that fails as servers do."""

import asyncio
from datetime import UTC, datetime

import httpx2
import openai
import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError
from chatkit_link.hosted.client import api_address, hosted_client, once
from chatkit_link.hosted.refusals import AgentBuilderGone, Refusals, ServerKeyRefused, UpstreamDown
from chatkit_link.hosted.sessions import HostedKey, HostedSessions, hosted_user
from tests.hosted.conftest import MakeSettings
from tests.hosted.flaky_connection import broken_line
from tests.openai_server import OpenAIServer

KEY = HostedKey("sk-good-1", own=False)


async def refusal(settings: MakeSettings, address: str, *, cancel: bool = False, patience: float = 10) -> LinkError:
    async with hosted_client(settings(hosted_base_url=address), patience=patience) as client:
        sessions = HostedSessions(client, Refusals(lambda: None), patience=patience)
        asked = (
            sessions.cancel(KEY, "cksess_1") if cancel else sessions.create(KEY, user="ada", workflow={"id": "wf_1"})
        )
        with pytest.raises(LinkError) as refused:
            await asked
    return refused.value


async def test_a_session_that_may_have_been_made_is_not_made_again(
    make_settings: MakeSettings, openai: OpenAIServer
) -> None:
    openai.failures[:] = [500, 500]
    assert isinstance(await refusal(make_settings, openai.address), UpstreamDown)
    assert len(openai.requests) == 1


async def test_a_session_whose_answer_is_lost_is_not_made_again(
    make_settings: MakeSettings, openai: OpenAIServer
) -> None:
    async with broken_line(openai.address) as line:
        for lost in range(1, 3):  # never answered, and cut in the head
            assert isinstance(await refusal(make_settings, line.address, patience=2), UpstreamDown)
            assert len(openai.sessions) == lost
    assert (line.fates["silent"], line.fates["head"]) == (1, 1)


async def test_cancelling_is_tried_three_times(make_settings: MakeSettings, openai: OpenAIServer) -> None:
    openai.failures[:] = [500, 503, 500]
    assert isinstance(await refusal(make_settings, openai.address, cancel=True), UpstreamDown)
    assert len(openai.requests) == 3


async def test_a_connection_that_did_not_come_about_is_tried_again() -> None:
    tries = 0

    async def ask() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise openai.APIConnectionError(request=httpx2.Request("POST", "http://x")) from httpx2.ConnectError("no")
        return "made"

    assert await once(ask) == "made"
    assert tries == 3


async def test_a_request_to_openai_is_bounded_in_time(make_settings: MakeSettings, openai: OpenAIServer) -> None:
    openai.hang = True
    async with asyncio.timeout(30):
        assert isinstance(await refusal(make_settings, openai.address, patience=0.3), UpstreamDown)
    assert len(openai.requests) == 1


async def test_an_error_of_ours_has_nothing_of_the_request_behind_it(
    make_settings: MakeSettings, openai: OpenAIServer
) -> None:
    """The package's errors hold the request, and the key in its headers; a log or a tracer walks along causes."""
    openai.failures[:] = [401]
    error = await refusal(make_settings, openai.address)
    assert isinstance(error, ServerKeyRefused)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://eu.proxy.example/openai/v1", "https://eu.proxy.example/openai/v1"),
    ],
)
def test_an_address_works_with_and_without_its_version(address: str, base: str) -> None:
    assert api_address(address) == base


def test_no_two_callers_are_the_same_user_at_openai() -> None:
    callers = [Caller(*owner) for owner in (
        ("default", "ada"), ("default", "acme:ada"), ("acme", "ada"), ("acme:x", "ada"), ("acme", "x:ada"),
        ("default", "default:ada"),
    )]  # fmt: skip
    assert len({hosted_user(caller) for caller in callers}) == len(callers)
    assert hosted_user(Caller("default", "ada@example.com")) == "ada@example.com"


async def test_a_workflow_that_is_not_found_after_the_end_was_shut_down(
    make_settings: MakeSettings, openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    openai.failures[:] = [404]
    monkeypatch.setattr("chatkit_link.hosted.refusals.SHUTDOWN", datetime.now(UTC))
    assert isinstance(await refusal(make_settings, openai.address), AgentBuilderGone)
