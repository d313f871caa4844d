"""What is stored and cannot be read takes nothing with it, is named once, and stays as it is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from chatkit.agents import simple_to_agent_input
from chatkit.types import AssistantMessageItem, LockedStatus, ThreadMetadata

from chatkit_link.caller import Caller
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import NotFound, Unprocessable
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.turns import TurnRecord
from chatkit_link.store.unreadable import HiddenUnreadableItem, UnreadableItem
from chatkit_link.store.unreadable_rows import find_unreadable
from tests.finished_stream import told
from tests.store.build import assistant, attachment, text_of, thread, user

NOTICE = "This part of the chat cannot be displayed."


def nested(levels: int) -> str:
    """A widget in a widget ..., which PostgreSQL takes at once."""
    box = '{"type":"Box","children":['
    return f'{{"widget":{{"type":"Card","children":[{box * levels}{"]}" * levels}]}}}}'


DAMAGED = {
    "deeper than the parser goes": ("widget", nested(300)),
    "deeper than the model goes": ("assistant_message", '{"content":' + "[" * 150 + "]" * 150 + "}"),
    "a type of another version": ("hologram", '{"rays": 3}'),
    "a field of another version": ("workflow", '{"workflow": {"type": "custom", "tasks": [{"type": "dance"}]}}'),
    "a widget node of another version": ("widget", '{"widget": {"type": "Galaxy", "children": []}}'),
    "a message without its content": ("user_message", "{}"),
    "a list in the place of an item": ("assistant_message", "[1, 2]"),
    "a text in the place of an item": ("client_tool_call", '"lost"'),
    "a null in the place of an item": ("generated_image", "null"),
}


async def _write(database: Database, sql: str, *values: Any) -> None:
    async with database.system() as system:
        await system.connection.execute(sql, *values)


async def _damage(database: Database, thread_id: str, item_id: str, kind: str, data: str) -> None:
    sql = "UPDATE thread_items SET type = $3, data = $4::text::jsonb WHERE thread_id = $1 AND id = $2"
    await _write(database, sql, thread_id, item_id, kind, data)


async def _stored(database: Database, thread_id: str, item_id: str) -> tuple[str, Any]:
    sql = "SELECT type, data::text AS data FROM thread_items WHERE thread_id = $1 AND id = $2"
    async with database.system() as system:
        (row,) = await system.connection.fetch(sql, thread_id, item_id)
    return row.type, row.data


@pytest.fixture
async def here(store: PostgresStore, ada: Caller) -> ThreadMetadata:
    """A thread of three messages, whose second will be damaged."""
    made = await thread(store, ada)
    for number in range(3):
        await store.add_thread_item(made.id, assistant(made.id, str(number), item_id=f"msg_{number}"), ada)
    return made


@pytest.mark.parametrize("name", DAMAGED)
async def test_an_item_that_cannot_be_read_is_a_notice_among_its_neighbours_and_stays_as_it_is(
    name: str,
    database: Database,
    store: PostgresStore,
    ada: Caller,
    here: ThreadMetadata,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await _damage(database, here.id, "msg_1", *DAMAGED[name])
    before = await _stored(database, here.id, "msg_1")

    page = await store.load_thread_items(here.id, None, 10, "asc", ada)
    again = await store.load_item(here.id, "msg_1", ada)
    history = await store.load_history(here.id, 10, ada)

    first, notice, last = page.data
    assert (text_of(first), text_of(last)) == ("0", "2")
    assert isinstance(notice, UnreadableItem) and isinstance(again, UnreadableItem)
    assert (notice.id, notice.type, notice.task.type, notice.task.title) == ("msg_1", "task", "file", NOTICE)
    assert [text_of(item) for item, _ in history] == ["0", "2"]
    read = json.dumps(await simple_to_agent_input(page.data))
    assert "displayed" not in read and "task" not in read  # nor does a model read it through the SDK's converter

    # A server that saves what it has loaded does not write over it.
    await store.save_item(here.id, notice, ada)
    await store.add_thread_item(here.id, notice.model_copy(), ada)
    await store.update_item(here.id, again, ada)
    assert await _stored(database, here.id, "msg_1") == before

    found = [record.message for record in caplog.records if here.id in record.message]
    assert len(found) == 1 and found[0].startswith(f"item msg_1 of thread {here.id} cannot be read")
    doctor = (await find_unreadable(database, within=60)).found
    assert len([line for line in doctor if line.startswith(f"item msg_1 of thread {here.id}: ")]) == 1


@pytest.mark.parametrize("kind", ["hidden_context_item", "sdk_hidden_context", "end_of_turn"])
async def test_what_users_may_not_see_stays_hidden_when_it_cannot_be_read(
    kind: str, database: Database, store: PostgresStore, ada: Caller, here: ThreadMetadata
) -> None:
    await _damage(database, here.id, "msg_1", kind, '"a secret of the operator"')
    page = await store.load_thread_items(here.id, None, 10, "asc", ada)
    assert isinstance(page.data[1], HiddenUnreadableItem)
    assert "secret" not in page.model_dump_json() and NOTICE not in page.model_dump_json()


async def test_the_notice_is_in_the_language_of_its_reader(
    database: Database, store: PostgresStore, ada: Caller, here: ThreadMetadata
) -> None:
    await _damage(database, here.id, "msg_1", "hologram", "{}")
    german = Caller(ada.tenant, ada.user, locale="de-CH")
    item = await store.load_item(here.id, "msg_1", german)
    assert isinstance(item, UnreadableItem)
    assert item.task.title == "Dieser Teil des Chats kann nicht angezeigt werden."


@pytest.mark.parametrize(
    ("column", "value", "safe"),
    [
        ("status", '{"type": "frozen"}', LockedStatus()),
        ("status", "[]", LockedStatus()),
        ("metadata", "[1]", {}),
        ("metadata", "[" * 300 + "]" * 300, {}),
        ("allowed_image_domains", '{"all": true}', []),
    ],
)
async def test_a_thread_whose_row_is_damaged_is_listed_with_its_safest_value_and_not_written_over(
    column: str,
    value: str,
    safe: Any,
    database: Database,
    store: PostgresStore,
    ada: Caller,
    here: ThreadMetadata,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await _write(database, f"UPDATE threads SET {column} = $2::text::jsonb WHERE id = $1", here.id, value)
    other = await thread(store, ada, title="another")

    listed = await store.load_threads(10, None, "desc", ada)
    loaded = await store.load_thread(here.id, ada)
    assert [one.id for one in listed.data] == [other.id, here.id]
    assert getattr(loaded, column) == getattr(listed.data[1], column) == safe

    loaded.title, loaded.metadata = "Renamed", loaded.metadata | {"set": "by a server"}
    await store.save_thread(loaded, ada)
    async with database.system() as system:
        (row,) = await system.connection.fetch(
            f"SELECT title, {column} = $2::text::jsonb AS same FROM threads WHERE id = $1",
            here.id,
            value,
        )
    assert (row.title, row.same) == ("Renamed", True)
    assert len([one for one in caplog.records if f"the {column} of thread {here.id}" in one.message]) == 1
    assert any(here.id in line for line in (await find_unreadable(database, within=60)).found)
    if column == "metadata":
        with pytest.raises(Unprocessable):
            async with store.edit_metadata(loaded, ada):
                pass


@pytest.mark.parametrize(
    "record",
    [
        "{}",
        "[" * 300 + "]" * 300,
        '"lost"',
        '{"input": "text", "covers": [], "sources": {}}',
        '{"input": [], "covers": null, "sources": {}}',
        '{"input": [1], "covers": [], "sources": {}}',
        '{"input": [], "covers": [], "sources": {"one": {"title": "t", "url": "u"}}}',
        '{"input": [], "covers": [], "sources": {"1": {"address": "u"}}}',
    ],
)
async def test_a_turn_whose_record_is_damaged_is_remembered_by_what_is_displayed_of_it(
    record: str, database: Database, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    asked = user(here.id, "What is tea?")
    await store.add_thread_item(here.id, asked, ada)
    await store.add_thread_item(here.id, assistant(here.id, "A drink."), ada)
    await store.save_turn(here.id, asked.id, TurnRecord(input=[], covers=[], sources={}), ada)
    await _write(database, "UPDATE turns SET record = $2::text::jsonb WHERE thread_id = $1", here.id, record)

    assert await store.load_turn(here.id, asked.id, ada) is None
    history = await store.load_history(here.id, 10, ada)
    assert [(text_of(item), known) for item, known in history] == [("What is tea?", None), ("A drink.", None)]
    assert await store.load_endings(here.id, ada) == {}


async def test_an_attachment_that_cannot_be_read_is_not_found_and_its_message_is_a_notice(
    database: Database, store: PostgresStore, ada: Caller, here: ThreadMetadata
) -> None:
    tea = attachment(thread_id=here.id)
    asked = user(here.id, "Read it.").model_copy(update={"attachments": [tea]})
    await store.add_message(here.id, asked, ada)
    await _write(database, """UPDATE attachments SET data = '{"type": "tape"}' WHERE id = $1""", tea.id)
    await _write(
        database,
        "UPDATE thread_items SET data = jsonb_set(data, '{attachments,0,type}', '\"tape\"') WHERE id = $1",
        asked.id,
    )
    with pytest.raises(NotFound):
        await store.load_attachment(tea.id, ada)
    assert isinstance(await store.load_item(here.id, asked.id, ada), UnreadableItem)


async def test_a_thread_with_a_damaged_item_is_opened_listed_and_answered(
    database: Database, connect: Callable[..., ChatKitClient]
) -> None:
    """Over the wire, as pages do it: nothing of it is a 500, and the next message gets its answer."""
    client = connect("echo")
    made = await told(client.create_thread("Hello"))
    answer = next(item for item in made.view.items if isinstance(item, AssistantMessageItem))
    await _damage(database, made.thread_id, answer.id, *DAMAGED["deeper than the parser goes"])

    opened = await client.get_thread(made.thread_id)
    assert [item.type for item in opened.items.data] == ["user_message", "task"]
    await told(client.add_user_message(made.thread_id, "And again"))
    items = (await client.list_items(made.thread_id, order="asc")).data
    assert [item.type for item in items] == ["user_message", "task", "user_message", "assistant_message"]
