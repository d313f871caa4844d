"""What a model is given after its user has edited, answered again or gone to another version; on a real server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chatkit_link.client import ChatKitClient, ClientError
from tests.agents.agent_builder.test_workflows import MakeSettings
from tests.agents.test_approvals import AGENT, asked, give
from tests.agents.test_models import conversation, scripted
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, Call, ModelServer, Say, Step

TOOLS = """
from agents import Agent, function_tool

@function_tool
def stock(tea: str) -> str:
    return f"7 of {tea}"

agent = Agent(name="Desk", tools=[stock])
"""


@asynccontextmanager
async def desk(
    make: MakeSettings, folder: Path, *script: Step, text: str = TOOLS
) -> AsyncIterator[tuple[ChatKitClient, ModelServer]]:
    (folder / "desk.py").write_text(text)
    (folder / "chatkit-link.toml").write_text('default = "desk"\n[agents.desk]\ntarget = "desk.py"\n')
    async with scripted(*script) as model:
        settings = make(
            config=folder / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL
        )
        async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
            yield client, model


def given(model: ModelServer) -> list[str]:
    """What the model was given last: words, calls and what came of them."""
    found: list[str] = []
    for item in conversation(model)[-1]["input"]:
        match item.get("type"):
            case "function_call":
                found.append(f"calls {item['arguments']}")
            case "function_call_output":
                found.append(f"gets {item['output']}")
            case _:
                content = item["content"]
                found.append(content if isinstance(content, str) else "".join(part["text"] for part in content))
    return found


async def texts(client: ChatKitClient, thread_id: str) -> list[str]:
    items = await stored(client, thread_id)
    return [text_of(item) for item in items if item.type in {"user_message", "assistant_message"}]


def looks_up(tea: str, answer: str) -> tuple[Step, Step]:
    return Call("stock", {"tea": tea}), Say(answer)


async def test_the_model_reads_the_branch_that_is_displayed(make_settings: MakeSettings, tmp_path: Path) -> None:
    script = (
        *looks_up("sencha", "Seven."), Say("Two minutes."), *looks_up("assam", "Seven, too."), Say("Four minutes."),
        Say("Cold."), Say("Not that long."), Say("Black."),
    )  # fmt: skip
    async with desk(make_settings, tmp_path, *script) as (client, model):
        first = await told(client.create_thread("How much sencha?"))
        thread, question = first.thread_id, (await stored(client, first.thread_id))[0].id
        await told(client.add_user_message(thread, "How long?"))

        # An edit: nothing of what followed the message before.
        edited = await told(client.edit_message(thread, question, "How much assam?"))
        assert edited.types[0] == "thread.item.done"
        await told(client.add_user_message(thread, "How long does it steep?"))
        assam = ["How much assam?", 'calls {"tea": "assam"}', "gets 7 of assam", "Seven, too."]
        assert given(model) == [*assam, "How long does it steep?"]
        assert await texts(client, thread) == [
            "How much assam?",
            "Seven, too.",
            "How long does it steep?",
            "Four minutes.",
        ]

        # Back to the former message, with its calls and all that followed it.
        (point,) = await client.branches(thread)
        assert point.siblings[0] == question and point.siblings[1] == point.item_id
        (point,) = await client.switch_branch(thread, question)
        assert point.item_id == question
        sencha = ["How much sencha?", 'calls {"tea": "sencha"}', "gets 7 of sencha", "Seven."]
        assert await texts(client, thread) == ["How much sencha?", "Seven.", "How long?", "Two minutes."]
        await told(client.add_user_message(thread, "Hot?"))
        assert given(model) == [*sencha, "How long?", "Two minutes.", "Hot?"]

        # The first question is answered again: without its calls now, and with nothing of what followed.
        again = await told(client.retry_after_item(thread, question))
        assert given(model) == ["How much sencha?"]
        assert again.text == "Not that long."
        await told(client.add_user_message(thread, "And?"))
        assert given(model) == ["How much sencha?", "Not that long.", "And?"]

        # And back to the first answer.
        before = {point.item_id: point.siblings for point in await client.branches(thread)}
        answers = next(siblings for item_id, siblings in before.items() if item_id != question)
        await client.switch_branch(thread, answers[0])
        model.script.append(Say("Yes."))
        await told(client.add_user_message(thread, "Still seven?"))
        assert given(model) == [*sencha, "How long?", "Two minutes.", "Hot?", "Cold.", "Still seven?"]


async def test_an_approval_waits_on_its_branch(make_settings: MakeSettings, tmp_path: Path) -> None:
    script = (Call("pay", {"euros": 5}), Say("You need not pay."), Say("Paid."))
    async with desk(make_settings, tmp_path, *script, text=AGENT) as (client, model):
        made = await told(client.create_thread("Pay"))
        thread = made.thread_id
        await asked(client, thread)
        message = (await stored(client, thread))[0].id
        await told(client.edit_message(thread, message, "Never mind"))
        with pytest.raises(AssertionError):
            await asked(client, thread)

        await client.switch_branch(thread, message)
        item = await asked(client, thread)
        assert item.status == "pending"
        paid = await give(client, thread, "Approve")
        assert paid.text == "Paid."
        assert "gets 5 euros are paid." in given(model)


async def test_nothing_moves_while_an_answer_is_written(connect: Any) -> None:
    client: ChatKitClient = connect("echo")
    made = await told(client.create_thread("one"))
    question = (await stored(client, made.thread_id))[0].id
    await told(client.edit_message(made.thread_id, question, "two"))

    slow = ChatKitClient(client.url.replace("/echo", "/slow"), http=client._http)  # pyright: ignore[reportPrivateUsage]
    async with slow.add_user_message(made.thread_id, "wait") as stream:
        await anext(aiter(stream))
        run = stream.run_id
        for attempt in (
            client.switch_branch(made.thread_id, question),
            told(client.edit_message(made.thread_id, question, "three")),
        ):
            with pytest.raises(ClientError) as refused:
                await attempt
            assert refused.value.status == 409
            assert "still being written" in str(refused.value)
    assert run is not None
    await client.cancel_run(run)
    await client.switch_branch(made.thread_id, question)
    assert await texts(client, made.thread_id) == ["one", "You said: one"]


async def test_of_two_tabs_that_edit_one_message_one_wins(connect: Any) -> None:
    client: ChatKitClient = connect("echo")
    made = await told(client.create_thread("one"))
    question = (await stored(client, made.thread_id))[0].id
    await told(client.edit_message(made.thread_id, question, "two"))
    with pytest.raises(ClientError) as late:
        await told(client.edit_message(made.thread_id, question, "three"))
    assert late.value.status == 409
    assert "changed in another window" in str(late.value)
    assert await texts(client, made.thread_id) == ["two", "You said: two"]


@pytest.mark.parametrize(
    ("edits", "status"), [("msg_unknown", 404), ("answer", 422), (7, 422), ("", 422), ("x" * 300, 422)]
)
async def test_what_cannot_be_edited_is_refused_and_leaves_nothing_behind(
    connect: Any, edits: Any, status: int
) -> None:
    client: ChatKitClient = connect("echo")
    made = await told(client.create_thread("one"))
    edits = (await stored(client, made.thread_id))[1].id if edits == "answer" else edits
    with pytest.raises(ClientError) as refused:
        await told(client.edit_message(made.thread_id, edits, "two"))
    assert refused.value.status == status
    assert await texts(client, made.thread_id) == ["one", "You said: one"]
    assert await client.branches(made.thread_id) == []


async def test_the_versions_of_a_thread_are_its_owners(connect: Any) -> None:
    client, other = connect("echo"), connect("echo")
    made = await told(client.create_thread("one"))
    question = (await stored(client, made.thread_id))[0].id
    await told(client.edit_message(made.thread_id, question, "two"))
    for attempt in (other.branches(made.thread_id), other.switch_branch(made.thread_id, question)):
        with pytest.raises(ClientError) as refused:
            await attempt
        assert refused.value.status == 404
    with pytest.raises(ClientError) as unknown:
        await client.switch_branch(made.thread_id, "msg_unknown")
    assert unknown.value.status == 404
    assert await texts(client, made.thread_id) == ["two", "You said: two"]
