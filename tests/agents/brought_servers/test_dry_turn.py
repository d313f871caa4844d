"""What ``chatkit-link agents`` checks of a server before it calls it ready."""

import gc
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.cli.agent_listing import AgentLine, list_agents
from chatkit_link.settings import Settings

MODELS = """
from agents import Agent, Runner, function_tool
from agents.run import RunConfig
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer
from openai import AsyncOpenAI
from pydantic import BaseModel


class Topic(BaseModel):
    name: str
    tags: list[str]
    score: int | None


@function_tool
async def pay() -> str:
    raise SystemExit("a test must not pay")


class AsksAModel(ChatKitServer):
    classifier = Agent(name="Classifier", output_type=Topic)
    assistant = Agent(name="Assistant", tools=[pay], model="gpt-4.1-mini")

    async def respond(self, thread, item, context):
        page = await self.store.load_thread_items(thread.id, None, 20, "asc", context)
        given = await simple_to_agent_input(page.data)
        topic = (await Runner.run(self.classifier, given)).final_output
        assert isinstance(topic, Topic)
        ctx = AgentContext(thread=thread, store=self.store, request_context=context)
        async for event in stream_agent_response(ctx, Runner.run_streamed(self.assistant, given, context=ctx)):
            yield event


class AsksByItself(ChatKitServer):
    async def respond(self, thread, item, context):
        client = AsyncOpenAI(api_key="sk-none", max_retries=0)
        await client.responses.create(model="gpt-4.1", input="Hello")
        yield
"""


def lines(settings: Settings) -> dict[str, AgentLine]:
    listing = list_agents(settings, read_catalog(settings.config, {}), date(2026, 1, 1))
    return {line.id: line for line in listing.agents}


def test_a_server_is_ready_once_it_has_answered_a_message(
    catalog: Callable[..., Path], make_settings: Callable[..., Settings]
) -> None:
    names = ["OwnStore", "connect", "instance", "WantsMore", "FailsToAnswer", "AsksTooMuch"]
    kept, built = ("kept", "Keeps", 'store = "keep"'), ("built", "BuiltContext", 'context = "shapes.py:account_of"')
    found = lines(make_settings(config=catalog(*names, kept, built)))
    for ready in ("ownstore", "connect", "instance", "built"):
        assert (found[ready].problem, found[ready].checked) == (
            None, "it answers a test message; it asks no model of the Agents SDK"), ready  # fmt: skip
    assert found["kept"].checked == "it is made; an answer was not tried, which its own Memory would store"
    problems = {name: found[name].problem or "" for name in ("wantsmore", "failstoanswer", "askstoomuch")}
    assert "does not know what WantsMore.__init__ wants as instructions and history_limit" in problems["wantsmore"]
    assert "failed: KeyError: 'weather' (shapes.py, line " in problems["failstoanswer"]
    assert "Memory.threads is not there" in problems["askstoomuch"] and 'store = "keep"' in problems["askstoomuch"]


def test_a_method_that_cannot_be_called_is_named_with_its_place(
    catalog: Callable[..., Path], make_settings: Callable[..., Settings]
) -> None:
    found = lines(make_settings(config=catalog("TakesTooMuch", "ReturnsNone", "Overrides")))
    problems = {agent_id: line.problem or "" for agent_id, line in found.items()}
    expected = {
        "takestoomuch": r"failed: TakesTooMuch\.respond \(shapes\.py:\d+\) cannot be called: .* missing 1 required .* "
        r"'context'\. The SDK's is respond\(self, thread, input_user_message, context\)\.$",
        "returnsnone": r"failed: ReturnsNone\.respond \(shapes\.py:\d+\) returned None\. .*[^.]\.$",
        "overrides": r"Overrides\.process \(shapes\.py:\d+\) is never called here\. .*[^.]\.$",
    }
    for agent_id, pattern in expected.items():
        assert re.search(pattern, problems[agent_id]), problems[agent_id]


def test_tasks_that_a_server_leaves_behind_are_ended_and_their_failures_are_told(
    catalog: Callable[..., Path], make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    """Before the loop closes: nothing is left that would be logged when it is collected."""
    settings = make_settings(config=catalog("LeavesTasks"))
    listing = list_agents(settings, read_catalog(settings.config, {}), date(2026, 1, 1))
    assert (listing.agents[-1].problem, listing.good) == (None, True)
    told = [notice.text for notice in listing.notices if "task" in notice.text]
    begin = "Agent leavestasks (shapes.py:LeavesTasks): a task that it started failed:"
    assert [re.sub(r"line \d+", "line N", text) for text in told] == [
        f"{begin} ValueError: no such mailbox (shapes.py, line N).",
        f"{begin} OSError: no such printer (shapes.py, line N).",
    ]
    gc.collect()
    assert "exception was never retrieved" not in caplog.text and "was destroyed" not in caplog.text


def test_fields_of_a_context_that_are_not_known_are_named(
    catalog: Callable[..., Path], make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(config=catalog("WantsAContext", "TypedContext"))
    listing = list_agents(settings, read_catalog(settings.config, {}), date(2026, 1, 1))
    (told,) = [notice.text for notice in listing.notices if "Context" in notice.text]
    assert told.startswith("Agent wantsacontext (shapes.py:WantsAContext) is a ChatKitServer[Unknowable]. ")
    assert "does not know what Unknowable wants as org and db; so it gets the Caller instead" in told


def test_a_server_that_hangs_is_not_waited_for(catalog: Callable[..., Path]) -> None:
    """In a process of its own: the thread that hangs ends with it."""
    code = (
        "from chatkit_link.agents.brought_servers import dry_turn; dry_turn.PATIENCE = 2; "
        "import sys; sys.argv = ['chatkit-link', 'agents']; from chatkit_link.cli.program import run; run()"
    )
    env = {**os.environ, "CHATKIT_LINK_CONFIG": str(catalog("Hangs", "OwnStore"))}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert "had not answered a test message after 2 seconds: it is at shapes.py, line " in ran.stdout, ran.stderr
    assert "ready: it answers a test message" in ran.stdout
    assert ran.returncode == 1


def test_no_model_and_no_service_is_asked(
    tmp_path: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "models.py").write_text(MODELS)
    config = tmp_path / "chatkit-link.toml"
    config.write_text(
        '[agents.model]\ntarget = "models.py:AsksAModel"\n[agents.itself]\ntarget = "models.py:AsksByItself"\n'
    )
    found: dict[str, Any] = lines(make_settings(config=config))
    assert (found["model"].problem, found["model"].checked) == (None, "it answers a test message; no model was asked")
    assert found["itself"].problem is None
    assert found["itself"].checked == (
        "it is made, but its answer was checked only until it calls api.openai.com by itself"
    )
