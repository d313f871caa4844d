"""MCP servers of agents: opened, used, kept apart and closed."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from agents import Agent
from agents.mcp import MCPServerStdio

from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.app import create_app
from tests.agents.agent_builder.test_workflows import chat
from tests.agents.agent_builder.workflows import ONE_AGENT
from tests.agents.mcp_servers import (
    GONE,
    MODEL,
    SHOP,
    MakeSettings,
    alive,
    catalog,
    free_port,
    http,
    notices,
    started,
    stdio,
    tools_of,
)
from tests.agents.test_models import APIS, conversation, scripted
from tests.finished_stream import told
from tests.model_server import Call, Say

#: Servers that an agent brings along: shared by two agents that hand over to each other, one of them a tool, too.
BROUGHT = """
from agents import Agent, handoff
from agents.mcp import MCPServerSse, MCPServerStdio, MCPServerStreamableHttp

server = {server}
clerk = Agent(name="Clerk", mcp_servers=[server, server])
cook = Agent(name="Cook", mcp_servers=[server], tools=[clerk.as_tool("ask_clerk", "Asks the clerk")])
clerk.handoffs.append(handoff(cook))
cook.handoffs.append(clerk)
agent = Agent(name="Host", handoffs=[cook])
"""
CLASSES = {"stdio": "MCPServerStdio", "http": "MCPServerStreamableHttp", "sse": "MCPServerSse"}


async def brought(stack: AsyncExitStack, folder: Path, over: str) -> str:
    """An agent file whose server is reached in this way."""
    pids = ["--pids", str(folder / "pids")]
    if over == "stdio":
        params: dict[str, object] = {"command": sys.executable, "args": [str(SHOP), *pids]}
    else:
        params = {"url": await stack.enter_async_context(http(free_port(), *pids, over=over))}
    return BROUGHT.format(server=f'{CLASSES[over]}({params!r}, name="shop")')


@pytest.mark.parametrize("over", CLASSES)
async def test_a_server_of_a_hand_off_target_is_opened_once_used_and_closed(
    make_settings: MakeSettings, tmp_path: Path, over: str
) -> None:
    script = [
        Call("transfer_to_cook", {}),
        Call("ask_clerk", {"input": "Add 1 and 2"}),
        Call("add", {"a": 1, "b": 2}),  # the clerk's
        Say("It is 3."),
        Call("add", {"a": 3, "b": 4}),
        Say("And 7."),
        Say("Gladly."),
    ]
    async with scripted(*script) as model, AsyncExitStack() as stack:
        agent = await brought(stack, tmp_path, over)
        settings = catalog(make_settings, tmp_path, model, agent=agent)
        async with chat(settings) as client:
            made = await told(client.create_thread("Add"))
            again = await told(client.add_user_message(made.thread_id, "Thanks"))
        if over == "stdio":
            assert len(started(tmp_path)) == 1
            assert alive(tmp_path) == []
        requests = conversation(model)

    assert made.text.endswith("And 7.")
    assert notices(made) == []
    assert "add" in tools_of(requests[1]) and "add" in tools_of(requests[2])
    assert '"3"' in json.dumps(requests[3]["input"]) or "3" in json.dumps(requests[3]["input"][-1])
    assert again.text == "Gladly."


async def test_many_answers_at_once_use_one_process(make_settings: MakeSettings, tmp_path: Path) -> None:
    many = 8
    async with scripted() as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path))
        async with chat(settings) as client:
            made = await asyncio.gather(*(told(client.create_thread(f"Number {n}")) for n in range(many)))
        requests = conversation(model)
    assert [each.text for each in made] == ["nothing more to say"] * many
    assert all("add" in tools_of(request) for request in requests)
    assert len(started(tmp_path)) == 1


async def test_a_server_that_writes_other_things_to_its_output_is_used(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, "--at-start", "junk"))
        async with chat(settings) as client:
            made = await told(client.create_thread("Add"))
    assert notices(made) == []
    assert made.text == "3."


async def test_tools_that_a_server_adds_and_removes_are_seen_by_the_next_call_of_the_model(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "tools").write_text("add fail")
    async with scripted(Say("One."), Call("search", {"query": "tea"}), Say("None.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, "--tools", str(tmp_path / "tools")))
        async with chat(settings) as client:
            made = await told(client.create_thread("One"))
            (tmp_path / "tools").write_text("search fail")
            again = await told(client.add_user_message(made.thread_id, "Tea?"))
        requests = conversation(model)
    assert [sorted(tools_of(request)) for request in requests[:2]] == [["add", "fail"], ["fail", "search"]]
    assert "The shop has no tea." in json.dumps(requests[2]["input"])
    assert again.text == "None."


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("tool", "expected"), [("fail", "Error executing tool fail"), ("picture", "data:image/png;base64,")]
)
async def test_what_a_tool_returns_reaches_the_model_and_the_next_turn(
    make_settings: MakeSettings, tmp_path: Path, api: str, tool: str, expected: str
) -> None:
    async with scripted(Call(tool, {}), Say("So it is."), Say("Yes.")) as model:
        async with chat(catalog(make_settings, tmp_path, model, stdio(tmp_path), openai_api=api)) as client:
            made = await told(client.create_thread("Try"))
            again = await told(client.add_user_message(made.thread_id, "Sure?"))
        requests = conversation(model)
    assert made.text == "So it is."
    if tool == "picture" and api == "chat_completions":  # whose tool messages hold text only
        expected = "[tool output omitted]"
    assert expected in json.dumps(requests[1])
    assert again.text == "Yes."


async def test_a_tool_with_a_name_or_a_schema_that_models_refuse_is_given_in_another_form(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "tools").write_text("odd")
    script = [Call("lists_all_large", {}), Call("pick", {"query": "tea"}), Say("None.")]
    async with scripted(*script) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, "--tools", str(tmp_path / "tools")))
        async with chat(settings) as client:
            made = await told(client.create_thread("Tea?"))
        requests = conversation(model)
    assert sorted(tools_of(requests[0])) == ["lists_all_large", "pick"]
    assert all("anyOf" not in tool["parameters"] for tool in requests[0]["tools"])
    assert "A long list." in json.dumps(requests[1]["input"])
    assert "The shop has no tea." in json.dumps(requests[2]["input"])
    assert made.text == "None."


async def test_a_large_result_does_not_end_the_chat(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted(Call("large", {}), Say("Long."), Say("Yes.")) as model:
        async with chat(catalog(make_settings, tmp_path, model, stdio(tmp_path))) as client:
            made = await told(client.create_thread("Try"))
            again = await told(client.add_user_message(made.thread_id, "Sure?"))
        requests = conversation(model)
    assert "A long list." in json.dumps(requests[1]["input"])
    assert [made.text, again.text] == ["Long.", "Yes."]


async def test_a_server_that_does_not_want_to_end_is_ended_at_shutdown(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Say("Hello.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, "--at-start", "stay"))
        async with chat(settings) as client:
            made = await told(client.create_thread("Hello"))
            assert len(alive(tmp_path)) == 1
    assert made.text == "Hello."
    assert alive(tmp_path) == []


async def test_a_start_that_is_broken_off_leaves_no_process_behind(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted() as model:
        app = create_app(catalog(make_settings, tmp_path, model, stdio(tmp_path, "--at-start", "hang")))

        async def start() -> None:
            async with app.router.lifespan_context(app):
                pytest.fail("it waits for the server")

        starting = asyncio.create_task(start())
        async with asyncio.timeout(30):
            while not started(tmp_path):  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.05)
        starting.cancel()
        await asyncio.wait([starting], timeout=30)
    assert starting.cancelled()
    assert alive(tmp_path) == []


async def test_similar_servers_that_an_agent_brings_along_keep_their_tools_apart(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    """The Agents SDK ends a run in which two tools have one name."""
    params = {"command": sys.executable, "args": [str(SHOP), "--pids", str(tmp_path / "pids")]}
    agent = (
        "from agents import Agent, function_tool\nfrom agents.mcp import MCPServerStdio\n"
        f'one, two = (MCPServerStdio({params!r}, name=name) for name in ("one", "two"))\n'
        "@function_tool\ndef fail() -> str:\n    return 'My own.'\n"
        'agent = Agent(name="Clerk", mcp_servers=[one, two], tools=[fail])\n'
    )
    script = [Call("add", {"a": 1, "b": 2}), Call("two__add", {"a": 3, "b": 4}), Call("fail", {}), Say("All done.")]
    async with scripted(*script) as model:
        async with chat(catalog(make_settings, tmp_path, model, agent=agent)) as client:
            made = await told(client.create_thread("Add"))
        requests = conversation(model)
    names = tools_of(requests[0])
    assert len(names) == len(set(names))
    assert {"add", "two__add", "fail", "one__fail", "two__fail"} <= set(names)
    outputs = [item["output"] for item in requests[3]["input"] if item.get("type") == "function_call_output"]
    assert [text in json.dumps(output) for text, output in zip(["3", "7", "My own."], outputs, strict=True)] == [
        True
    ] * 3
    assert made.text == "All done."


async def test_the_server_of_an_exported_workflow_is_opened_and_missed(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    text = ONE_AGENT.replace("tools=[", "mcp_servers=[SHOP], tools=[", 1)
    assert text != ONE_AGENT
    for port, options in ((free_port(), ()), (None, ("--at-start", "exit"))):
        shop = f'MCPServerStdio({{"command": {sys.executable!r}, "args": {[str(SHOP), *options]!r}}}, name="shop")'
        (tmp_path / "workflow.py").write_text(f"from agents.mcp import MCPServerStdio\nSHOP = {shop}\n{text}")
        (tmp_path / "chatkit-link.toml").write_text('default = "mine"\n[agents.mine]\ntarget = "workflow.py"\n')
        call = Call("add", {"a": 1, "b": 2}) if port else Say("Never mind.")
        async with scripted(call, Say("3.")) as model:
            settings = make_settings(
                config=tmp_path / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address,
                model=MODEL,
            )  # fmt: skip
            async with chat(settings) as client:
                made = await told(client.create_thread("Add"))
        assert made.text == ("3." if port else "Never mind.")
        assert notices(made) == ([] if port else [GONE])


async def test_a_server_that_is_connected_already_is_left_alone(tmp_path: Path) -> None:
    server = MCPServerStdio({"command": sys.executable, "args": [str(SHOP)]})
    agent = Agent(name="Clerk", mcp_servers=[server])
    async with server:
        async with McpServers({}, folder=tmp_path, variables={}) as servers:
            attach_servers(servers, "mine", Assistant(agent), [])
            assert servers.users == {}
        assert agent.mcp_servers == [server]
        assert [tool.name for tool in await server.list_tools()]


async def test_an_agent_has_its_own_servers_again_afterwards(tmp_path: Path) -> None:
    """A module is loaded once in a process, in which an application may be started twice."""
    server = MCPServerStdio({"command": sys.executable, "args": [str(SHOP)]})
    agent = Agent(name="Clerk", mcp_servers=[server])
    for _ in range(2):
        servers = McpServers({}, folder=tmp_path, variables={})
        attach_servers(servers, "mine", Assistant(agent), [])
        async with servers:
            (held,) = agent.mcp_servers
            assert held is not server
            assert "add" in {tool.name for tool in await held.list_tools()}
        assert agent.mcp_servers == [server]
        assert server.session is None
