"""MCP servers that are absent, die or hang: they are named, tried again, and end no answer."""

import asyncio
import json
import logging
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from chatkit.types import ErrorEvent

from tests.agents.agent_builder.test_workflows import chat
from tests.agents.mcp_servers import (
    GONE,
    MakeSettings,
    alive,
    catalog,
    free_port,
    http,
    notices,
    started,
    stdio,
    table,
    tools_of,
)
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, text_of, told
from tests.model_server import Call, Say

OVER = ("stdio", "http")


@pytest.mark.parametrize("over", OVER)
async def test_a_server_that_dies_in_a_call_is_reported_to_the_model_and_is_up_again_for_its_next_step(
    make_settings: MakeSettings, tmp_path: Path, over: str
) -> None:
    port = free_port()
    async with (
        scripted(Call("crash", {}), Say("It broke."), Call("add", {"a": 1, "b": 2}), Say("It is 3.")) as model,
        AsyncExitStack() as stack,
    ):
        shop = stdio(tmp_path)
        if over == "http":
            await stack.enter_async_context(http(port))
            shop = table("shop", url=f"http://127.0.0.1:{port}/mcp")
        async with chat(catalog(make_settings, tmp_path, model, shop)) as client:
            made = await told(client.create_thread("Break it"))
            if over == "http":
                await stack.enter_async_context(http(port))
            again = await told(client.add_user_message(made.thread_id, "Add 1 and 2"))
            kinds = [item.type for item in await stored(client, made.thread_id)]
        requests = conversation(model)

    assert made.text == "It broke."
    assert "stopped while the tool ran" in json.dumps(requests[1]["input"])
    assert notices(made) == ([] if over == "stdio" else [GONE])
    assert ("add" in tools_of(requests[1])) == (over == "stdio")
    assert notices(again) == []
    assert again.text == "It is 3."
    assert kinds == ["user_message", "workflow", "assistant_message"] * 2
    assert alive(tmp_path) == []


@pytest.mark.parametrize("tool", ["hang", "block"])
async def test_a_call_that_hangs_ends_in_time_and_a_server_that_hangs_is_restarted(
    make_settings: MakeSettings, tmp_path: Path, tool: str
) -> None:
    async with scripted(Call(tool, {}), Say("It hangs."), Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, timeout=2))
        async with chat(settings) as client:
            async with asyncio.timeout(30):
                made = await told(client.create_thread("Hang"))
            again = await told(client.add_user_message(made.thread_id, "Add"))
        requests = conversation(model)

    assert "did not answer in time" in json.dumps(requests[1]["input"])
    assert made.text == "It hangs."
    assert again.text == "3."
    assert len(started(tmp_path)) == (1 if tool == "hang" else 2)
    assert alive(tmp_path) == []


async def test_the_hanging_call_of_one_answer_does_not_hold_up_another(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    port = free_port()
    async with (
        scripted(Call("slow", {"seconds": 600}), Call("add", {"a": 1, "b": 2}), Say("3.")) as model,
        http(port) as url,
    ):
        settings = catalog(make_settings, tmp_path, model, table("shop", url=url))
        async with chat(settings) as client:
            stream = client.create_thread("Slow")
            async with stream, asyncio.timeout(30):
                async for received in stream:
                    if received.event.type == "thread.item.updated":  # the task of the slow call
                        break
                other = await told(client.create_thread("Add"))
    assert other.text == "3."


ABSENT = {
    "hangs at start": (lambda folder: stdio(folder, "--at-start", "hang"), "it is still starting"),
    "exits at start": (lambda folder: stdio(folder, "--at-start", "exit"), "ended or closed the connection"),
    "is no command": (lambda folder: table("shop", command="no-such-command"), "its command or its folder"),
    "does not listen": (lambda folder: table("shop", url=f"http://127.0.0.1:{free_port()}/mcp"), "Could not reach"),
}  # fmt: skip


@pytest.mark.parametrize("case", ABSENT)
async def test_a_server_that_does_not_come_up_is_named_and_the_agent_answers_without_it(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    make, reason = ABSENT[case]
    (tmp_path / "other").mkdir()
    other = stdio(tmp_path / "other", name="other")
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("3."), Say("Still here.")) as model:
        settings = catalog(make_settings, tmp_path, model, make(tmp_path), other)
        with caplog.at_level(logging.WARNING, "chatkit_link"):
            async with chat(settings) as client:
                async with asyncio.timeout(30):
                    made = await told(client.create_thread("Add"))
                    again = await told(client.add_user_message(made.thread_id, "Still there?"))
                kinds = [item.type for item in await stored(client, made.thread_id)]
        requests = conversation(model)

    assert notices(made) == [GONE]  # once, though two calls of the model listed the tools
    assert made.text == "3."
    assert notices(again) == [GONE]
    assert again.text == "Still here."
    assert kinds == ["user_message", "workflow", "assistant_message", "user_message", "assistant_message"]
    assert all("add" in tools_of(request) for request in requests)
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("chatkit_link")]
    assert any(line.startswith("MCP server shop of the agent mine") and reason in line for line in logged)
    assert alive(tmp_path) == alive(tmp_path / "other") == []


async def test_an_agent_does_not_answer_without_a_server_that_it_requires(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    port = free_port()
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        shop = table("shop", url=f"http://127.0.0.1:{port}/mcp", required=True)
        async with chat(catalog(make_settings, tmp_path, model, shop)) as client:
            made = await told(client.create_thread("Add"))
            (error,) = [event for event in made.events if isinstance(event, ErrorEvent)]
            message = (await stored(client, made.thread_id))[0]
            async with http(port):
                again = await told(client.retry_after_item(made.thread_id, message.id))
            texts = [text_of(item) for item in await stored(client, made.thread_id) if item.type != "workflow"]
    assert error.message == "The assistant cannot answer now, because the tools of shop are not available."
    assert error.allow_retry
    assert again.text == "3."
    assert texts == ["Add", "3."]


async def test_a_server_that_is_restarted_between_two_messages_is_connected_again(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    port = free_port()
    async with scripted(Say("One."), Say("Two."), Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        shop = table("shop", url=f"http://127.0.0.1:{port}/mcp")
        async with AsyncExitStack() as stack:
            address = await stack.enter_async_context(http(port))
            assert address in shop
            async with chat(catalog(make_settings, tmp_path, model, shop)) as client:
                first = await told(client.create_thread("One"))
                await stack.aclose()
                second = await told(client.add_user_message(first.thread_id, "Two"))
                async with http(port):
                    third = await told(client.add_user_message(first.thread_id, "Add"))
    assert [notices(each) for each in (first, second, third)] == [[], [GONE], []]
    assert [each.text for each in (first, second, third)] == ["One.", "Two.", "3."]


async def test_an_answer_that_is_stopped_in_a_call_leaves_the_connection_to_others(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Call("hang", {}), Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path))
        async with chat(settings) as client:
            stream = client.create_thread("Hang")
            thread = ""
            async with stream, asyncio.timeout(30):
                async for received in stream:
                    if received.event.type == "thread.created":
                        thread = received.event.thread.id
                    if received.event.type == "thread.item.updated":
                        assert stream.run_id is not None
                        await client.cancel_run(stream.run_id)
            again = await told(client.add_user_message(thread, "Add"))
    assert again.text == "3."
    assert notices(again) == []
    assert len(started(tmp_path)) == 1


async def test_calls_of_several_answers_that_hang_at_once_do_not_prevent_a_restart_of_the_server(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    script = [Call("block", {}), Call("block", {}), Say("It hangs."), Say("It hangs."), Call("add", {"a": 1, "b": 2})]
    async with scripted(*script, Say("3.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, timeout=2))
        async with chat(settings) as client, asyncio.timeout(60):
            await client.list_threads()  # two first requests at once would be of two users
            made = await asyncio.gather(*(told(client.create_thread("Hang")) for _ in range(2)))
            again = await told(client.add_user_message(made[0].thread_id, "Add"))
    assert [each.text for each in made] == ["It hangs."] * 2
    assert again.text == "3."
    assert len(started(tmp_path)) == 2
    assert alive(tmp_path) == []


async def test_the_address_of_a_server_without_a_name_stays_out_of_the_chat(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}/mcp?key=canary"
    agent = (
        "from agents import Agent\nfrom agents.mcp import MCPServerStreamableHttp\n"
        f'agent = Agent(name="Clerk", mcp_servers=[MCPServerStreamableHttp({{"url": "{url}"}})])\n'
    )
    async with scripted(Say("Hello.")) as model:
        settings = catalog(make_settings, tmp_path, model, agent=agent)
        async with chat(settings) as client:
            made = await told(client.create_thread("Hello"))
    assert notices(made) == [GONE.replace("shop", "a tool server")]
    assert made.text == "Hello."
