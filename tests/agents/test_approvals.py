"""An Agents SDK agent whose tools need approval: the user is asked in the chat, and may take their time."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import (
    ErrorEvent,
    NoticeEvent,
    StructuredInputAnswerSubmission,
    StructuredInputItem,
    StructuredInputSubmission,
)

from chatkit_link.agents.approvals import CHANGED
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Settings
from tests.agents.agent_builder.test_workflows import MakeSettings, chat
from tests.agents.test_models import APIS, conversation, scripted
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, Call, Fail, ModelServer, Raw, Say, output_item

AGENT = """
from agents import Agent, HostedMCPTool, function_tool

@function_tool(needs_approval=True)
def pay(euros: int) -> str:
    return f"{euros} euros are paid."

@function_tool
def balance() -> str:
    return "There are 10 euros."

agent = Agent(name="Purse", tools=[pay, balance])
"""
MCP = AGENT.replace(
    "tools=[pay, balance]",
    """tools=[HostedMCPTool(tool_config={
    "type": "mcp", "server_label": "shop", "server_url": "https://shop.example/mcp", "require_approval": "always"})]""",
)
REQUEST = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "order", "server_label": "shop",
           "arguments": '{"tea": "sencha"}'}  # fmt: skip


def settings_of(make: MakeSettings, folder: Path, text: str, model: ModelServer, **given: Any) -> Settings:
    (folder / "purse.py").write_text(text)
    (folder / "chatkit-link.toml").write_text('default = "purse"\n[agents.purse]\ntarget = "purse.py"\n')
    return make(
        config=folder / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL,
        proxy_user_header="x-user", trusted_proxies="127.0.0.1", **given,
    )  # fmt: skip


async def asked(client: ChatKitClient, thread_id: str) -> StructuredInputItem:
    item = (await stored(client, thread_id))[-1]
    assert isinstance(item, StructuredInputItem)
    return item


async def give(client: ChatKitClient, thread_id: str, *values: str) -> Any:
    item = await asked(client, thread_id)
    answers = {
        each.id: StructuredInputAnswerSubmission(values=[value])
        for each, value in zip(item.inputs, values, strict=True)
    }
    return await told(client.add_structured_input(thread_id, item.id, StructuredInputSubmission(answers=answers)))


def questions(item: StructuredInputItem) -> Sequence[str]:
    return [each.question for each in item.inputs]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("choice", "output"), [("Approve", "3 euros are paid."), ("Reject", "not approved")])
async def test_a_tool_that_needs_approval_is_called_or_not_after_a_restart(
    make_settings: MakeSettings, tmp_path: Path, api: str, choice: str, output: str
) -> None:
    async with scripted(Call("pay", {"euros": 3}), Say("So it is."), Say("Gladly.")) as model:
        settings = settings_of(make_settings, tmp_path, AGENT, model, openai_api=api)
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Pay three euros"))
            assert questions(await asked(client, made.thread_id)) == ["May the assistant call pay with: 3?"]
        async with chat(settings, headers) as client:
            done = await give(client, made.thread_id, choice)
            await told(client.add_user_message(made.thread_id, "Thanks"))
            kinds = [item.type for item in await stored(client, made.thread_id)]
        requests = conversation(model)

    assert done.text == "So it is."
    assert len(requests) == 3, "no model call is made again"
    assert output in json.dumps(requests[1])
    assert output in json.dumps(requests[2]), "the next turn knows of it"
    assert json.dumps(requests[2]).count("Pay three euros") == 1
    displayed = ["workflow"] if choice == "Approve" else []
    assert kinds == [
        "user_message",
        "structured_input",
        *displayed,
        "assistant_message",
        "user_message",
        "assistant_message",
    ]


async def test_calls_at_once_are_asked_about_together_and_answered_one_by_one(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    calls = [output_item(Call("pay", {"euros": euros}), f"a{euros}") for euros in (3, 4)]
    calls.append(output_item(Call("balance", {}), "a5"))
    async with (
        scripted(Raw(calls), Call("pay", {"euros": 5}), Say("Done.")) as model,
        chat(settings_of(make_settings, tmp_path, AGENT, model), {"x-user": f"ada-{tmp_path.name}"}) as client,
    ):
        made = await told(client.create_thread("Pay"))
        first = questions(await asked(client, made.thread_id))
        await give(client, made.thread_id, "Reject", "Approve")
        second = questions(await asked(client, made.thread_id))
        done = await give(client, made.thread_id, "Approve")
        next_request = json.dumps(conversation(model)[2]["input"])

    assert [first, second] == [
        ["May the assistant call pay with: 3?", "May the assistant call pay with: 4?"],
        ["May the assistant call pay with: 5?"],
    ]
    assert done.text == "Done."
    paid = [f"{euros} euros are paid." in next_request for euros in (3, 4, 5)]
    assert paid == [False, True, True]
    assert "There are 10 euros." in next_request


async def test_a_call_of_an_mcp_server_is_asked_about(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Raw([output_item(Say("I would order."), "1"), REQUEST]), Say("So be it.")) as model,
        chat(settings_of(make_settings, tmp_path, MCP, model), {"x-user": f"ada-{tmp_path.name}"}) as client,
    ):
        made = await told(client.create_thread("Order tea"))
        assert questions(await asked(client, made.thread_id)) == ["May the assistant call order of shop with: sencha?"]
        done = await give(client, made.thread_id, "Approve")
        (response,) = [item for item in conversation(model)[1]["input"] if item.get("type") == "mcp_approval_response"]
    assert done.text == "So be it."
    assert (response["approval_request_id"], response["approve"]) == ("mcpr_1", True)


async def test_who_writes_instead_of_answering_declines_for_good(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Call("pay", {"euros": 3}), Call("pay", {"euros": 4}), Say("Four are paid.")) as model,
        chat(settings_of(make_settings, tmp_path, AGENT, model), {"x-user": f"ada-{tmp_path.name}"}) as client,
    ):
        made = await told(client.create_thread("Pay three"))
        first = await asked(client, made.thread_id)
        await told(client.add_user_message(made.thread_id, "No, four"))
        yes = StructuredInputSubmission(answers={"approval": StructuredInputAnswerSubmission(values=["Approve"])})
        with pytest.raises(ClientError) as refused:
            await told(client.add_structured_input(made.thread_id, first.id, yes))
        done = await give(client, made.thread_id, "Approve")
        kept = [item for item in await stored(client, made.thread_id) if isinstance(item, StructuredInputItem)]
        requests = [json.dumps(each["input"]) for each in conversation(model)]
    assert refused.value.status == 409
    assert [item.status for item in kept] == ["skipped", "answered"]
    assert done.text == "Four are paid."
    assert "and declined" in requests[1]
    assert "pending" not in requests[1]
    assert ["3 euros are paid" in requests[2], "4 euros are paid" in requests[2]] == [False, True]


async def test_a_retry_asks_again_and_its_answer_counts(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Fail(500), Fail(500), Fail(500), Call("pay", {"euros": 3}), Say("Paid.")) as model,
        chat(settings_of(make_settings, tmp_path, AGENT, model), {"x-user": f"ada-{tmp_path.name}"}) as client,
    ):
        made = await told(client.create_thread("Pay"))
        assert any(isinstance(event, ErrorEvent) for event in made.events)
        message = (await stored(client, made.thread_id))[0]
        await told(client.retry_after_item(made.thread_id, message.id))
        done = await give(client, made.thread_id, "Approve")
        assert "3 euros are paid." in json.dumps(conversation(model)[-1])
    assert done.text == "Paid."


async def test_an_agent_that_was_changed_while_it_waited_starts_again_with_a_notice(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Call("pay", {"euros": 3}), Say("Hello again.")) as model:
        settings = settings_of(make_settings, tmp_path, AGENT, model)
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Pay"))
        (tmp_path / "purse.py").write_text(AGENT.replace('"Purse"', '"Wallet"'))
        async with chat(settings, headers) as client:
            done = await give(client, made.thread_id, "Approve")
            texts = [text_of(item) for item in await stored(client, made.thread_id) if item.type == "assistant_message"]
    assert [event.message for event in done.events if isinstance(event, NoticeEvent)] == [str(CHANGED)]
    assert texts == ["Hello again."]
