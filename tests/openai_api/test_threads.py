"""The unmodified openai package lists, reads and deletes threads of this server."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import openai
import pytest
from chatkit import types as wire
from chatkit.widgets import DynamicWidgetRoot
from openai import AsyncOpenAI
from openai.types.beta.chatkit import (
    ChatKitThreadAssistantMessageItem,
    ChatKitThreadUserMessageItem,
    ChatKitWidgetItem,
)

from chatkit_link.caller import Caller
from chatkit_link.store.clock import to_model
from chatkit_link.store.postgres import PostgresStore, new_id
from tests.store.build import attachment, user

ITEMS = 7
WHEN = to_model(datetime.fromtimestamp(1_777_777_777.9, UTC))


def head(thread_id: str) -> dict[str, Any]:
    return {"id": f"item_{uuid.uuid4().hex}", "thread_id": thread_id, "created_at": WHEN}


async def add_thread(store: PostgresStore, owner: Caller, **given: Any) -> str:
    new = wire.ThreadMetadata(**{"id": new_id("thread"), "created_at": datetime.now()} | given)
    await store.save_thread(new, owner)
    return new.id


@pytest.fixture
async def thread_id(store: PostgresStore, ada: Caller) -> str:
    """A thread with one item of each kind that the API knows, and one of each that it must not show."""
    thread_id = await add_thread(store, ada, title="Everything")
    file = attachment(thread_id=thread_id)
    said = user(thread_id, "Look at this")
    said.quoted_text, said.attachments = "a quote", [file]
    said.inference_options = wire.InferenceOptions(model="fast", tool_choice=wire.ToolChoice(id="lookup"))
    source = wire.URLSource(title="A page", url="https://example.com/")
    content = wire.AssistantMessageContent(text="Here", annotations=[wire.Annotation(source=source, index=2)])
    card = DynamicWidgetRoot.model_validate({"type": "Card", "children": [{"type": "Text", "value": "Hi"}]})
    thought = wire.ThoughtTask(title="Thinking", content="Let me see")
    at = head(thread_id)
    items: list[wire.ThreadItem] = [
        said,
        wire.HiddenContextItem(**head(thread_id), content="for the model alone"),
        wire.AssistantMessageItem(**head(thread_id), content=[content]),
        wire.WidgetItem(**head(thread_id), widget=card),
        wire.GeneratedImageItem(**head(thread_id)),
        wire.ClientToolCallItem(
            **head(thread_id), call_id="c1", name="locate", arguments={"exact": True}, status="completed", output=[1]
        ),
        wire.ClientToolCallItem(**head(thread_id), call_id="c2", name="locate", arguments={}),
        wire.TaskItem(**head(thread_id), task=wire.CustomTask(title="Step", content="done")),
        wire.WorkflowItem(
            **at, workflow=wire.Workflow(type="custom", tasks=[thought, wire.SearchTask(title="Look up")])
        ),
    ]
    for item in items:
        await store.add_thread_item(thread_id, item, ada)
    return thread_id


async def test_a_thread_is_told_in_openais_shape(client: AsyncOpenAI, ada: Caller, thread_id: str) -> None:
    thread = await client.beta.chatkit.threads.retrieve(thread_id)
    assert (thread.id, thread.object, thread.title, thread.user) == (
        thread_id,
        "chatkit.thread",
        "Everything",
        ada.user,
    )
    assert thread.status.type == "active"
    assert abs(thread.created_at - datetime.now().timestamp()) < 60


async def test_each_kind_of_item_is_told_in_its_own_shape(client: AsyncOpenAI, thread_id: str) -> None:
    items = [item async for item in client.beta.chatkit.threads.list_items(thread_id, order="asc")]
    assert len(items) == ITEMS
    said, answer, widget, done, pending, task, group = items
    assert isinstance(said, ChatKitThreadUserMessageItem)
    assert [(part.type, part.text) for part in said.content] == [
        ("quoted_text", "a quote"),
        ("input_text", "Look at this"),
    ]
    assert said.attachments[0].name
    assert said.inference_options is not None and said.inference_options.tool_choice is not None
    assert (said.inference_options.model, said.inference_options.tool_choice.id) == ("fast", "lookup")
    assert isinstance(answer, ChatKitThreadAssistantMessageItem)
    assert answer.content[0].annotations[0].to_dict() == {
        "type": "url", "source": {"type": "url", "url": "https://example.com/"}
    }  # fmt: skip
    assert answer.created_at == 1_777_777_777
    assert isinstance(widget, ChatKitWidgetItem)
    assert json.loads(widget.widget) == {"type": "Card", "children": [{"type": "Text", "value": "Hi"}]}
    assert done.to_dict().items() >= {
        "type": "chatkit.client_tool_call", "status": "completed", "arguments": '{"exact": true}', "output": "[1]"
    }.items()  # fmt: skip
    assert pending.to_dict().items() >= {"status": "in_progress", "output": None}.items()
    assert task.to_dict().items() >= {"task_type": "custom", "heading": "Step", "summary": "done"}.items()
    assert group.to_dict()["tasks"] == [
        {"type": "thought", "heading": "Thinking", "summary": "Let me see"},
        {"type": "custom", "heading": "Look up", "summary": None},
    ]


async def test_pages_of_items_join_without_gaps_in_both_directions(client: AsyncOpenAI, thread_id: str) -> None:
    threads = client.beta.chatkit.threads
    up = [item.id async for item in threads.list_items(thread_id, order="asc", limit=2)]
    down = [item.id async for item in threads.list_items(thread_id, limit=2)]
    assert len(up) == ITEMS
    assert down == up[::-1]
    before = await threads.list_items(thread_id, order="asc", limit=2, before=up[4])
    assert ([item.id for item in before.data], before.has_more) == (up[2:4], True)
    between = await threads.list_items(thread_id, order="asc", after=up[0], before=up[3])
    assert ([item.id for item in between.data], between.has_more) == (up[1:3], False)
    with pytest.raises(openai.BadRequestError):
        await threads.list_items(thread_id, after="item_of_nobody")


async def test_threads_are_listed_by_creation_for_a_user_or_for_all(
    client: AsyncOpenAI, store: PostgresStore, ada: Caller, bob: Caller
) -> None:
    start = datetime.now() - timedelta(days=1)
    # Three of them are of the same moment.
    times = [start, start, start, start + timedelta(hours=1), start + timedelta(hours=2)]
    ids = sorted([await add_thread(store, ada, created_at=start) for _ in times[:3]])
    ids += [await add_thread(store, ada, created_at=moment) for moment in times[3:]]
    his = await add_thread(store, bob, status=wire.LockedStatus(reason="Enough"))
    threads = client.beta.chatkit.threads
    assert [thread.id async for thread in threads.list(user=ada.user, order="asc", limit=2)] == ids
    assert [thread.id async for thread in threads.list(user=ada.user, limit=2)] == ids[::-1]
    page = await threads.list(user=ada.user, order="asc", limit=2, before=ids[4])
    assert ([thread.id for thread in page.data], page.has_more) == (ids[2:4], True)
    page = await threads.list(user=ada.user, order="asc", after=ids[0], before=ids[3])
    assert ([thread.id for thread in page.data], page.has_more) == (ids[1:3], False)
    everybody = {thread.id: thread async for thread in threads.list(limit=100)}
    assert {*ids, his} <= set(everybody)
    assert everybody[his].status.to_dict() == {"type": "locked", "reason": "Enough"}


async def test_a_deleted_thread_is_gone_for_everybody(
    client: AsyncOpenAI, store: PostgresStore, ada: Caller, thread_id: str
) -> None:
    deleted = await client.beta.chatkit.threads.delete(thread_id)
    assert (deleted.id, deleted.deleted, deleted.object) == (thread_id, True, "chatkit.thread.deleted")
    for again in (client.beta.chatkit.threads.delete, client.beta.chatkit.threads.retrieve):
        with pytest.raises(openai.NotFoundError):
            await again(thread_id)
    assert (await store.load_threads(10, None, "desc", ada)).data == []


async def test_threads_of_another_tenant_are_not_there(client: AsyncOpenAI, store: PostgresStore, eve: Caller) -> None:
    theirs = await add_thread(store, eve)
    for ask in (client.beta.chatkit.threads.retrieve, client.beta.chatkit.threads.delete):
        with pytest.raises(openai.NotFoundError):
            await ask(theirs)
    with pytest.raises(openai.NotFoundError):
        await client.beta.chatkit.threads.list_items(theirs)
    assert (await store.load_thread(theirs, eve)).id == theirs


async def test_a_parameter_that_cannot_be_is_named(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.beta.chatkit.threads.list(limit=101)
    assert (refused.value.param, refused.value.code) == ("limit", "integer_above_max_value")
    assert "Expected a value <= 100." in refused.value.message
    with pytest.raises(openai.BadRequestError) as refused:
        await client.beta.chatkit.threads.list(order="newest")  # pyright: ignore[reportArgumentType]
    assert (refused.value.param, refused.value.code) == ("order", "invalid_value")


async def test_the_key_is_asked_for(link: str) -> None:
    async with AsyncOpenAI(base_url=f"{link}/v1", api_key="sk-of-somebody", max_retries=0) as other:
        with pytest.raises(openai.AuthenticationError):
            await other.beta.chatkit.threads.list()
