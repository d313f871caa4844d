"""Items in the store: nothing lost, nothing twice, nothing out of place."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from chatkit.types import AssistantMessageItem, ClientToolCallItem, ThreadItem, WidgetItem, Workflow, WorkflowItem
from chatkit.widgets import DynamicWidgetRoot
from sqlalchemy import Text, cast, func, insert, literal, select

from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import NotFound, Unprocessable
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.tables import thread_items
from chatkit_link.store.turns import TurnRecord
from tests.store.build import assistant, attachment, text_of, thread, user


async def all_items(store: PostgresStore, thread_id: str, caller: Caller, order: str, limit: int) -> list[ThreadItem]:
    found: list[ThreadItem] = []
    after = None
    while True:
        page = await store.load_thread_items(thread_id, after, limit, order, caller)
        found += page.data
        if not page.has_more:
            return found
        after = page.after


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 7, 50])
async def test_fifty_items_of_one_moment_are_all_on_the_pages(
    store: PostgresStore, ada: Caller, order: str, limit: int
) -> None:
    """Stores that page by created_at lose items that share a time."""
    here = await thread(store, ada)
    moment = datetime.now()
    for number in range(50):
        item = assistant(here.id, str(number)).model_copy(update={"created_at": moment})
        await store.add_thread_item(here.id, item, ada)

    found = [text_of(item) for item in await all_items(store, here.id, ada, order, limit)]

    expected = [str(number) for number in range(50)]
    assert found == (expected if order == "asc" else expected[::-1])


async def test_an_item_added_again_keeps_its_place(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    first = assistant(here.id, "first")
    await store.add_thread_item(here.id, first, ada)
    await store.add_thread_item(here.id, assistant(here.id, "second"), ada)

    first.content[0].text = "first, continued"
    await store.add_thread_item(here.id, first, ada)

    found = [text_of(item) for item in await all_items(store, here.id, ada, "asc", 10)]
    assert found == ["first, continued", "second"]


async def test_an_item_added_again_has_the_time_that_it_is_shown_with(store: PostgresStore, ada: Caller) -> None:
    """A replica may have stored it and died before anybody saw it; the one that goes on shows it with its own time."""
    here = await thread(store, ada)
    first = assistant(here.id, "first")
    await store.add_thread_item(here.id, first, ada)
    await store.add_thread_item(here.id, assistant(here.id, "second"), ada)

    shown = first.model_copy(update={"created_at": first.created_at + timedelta(seconds=90)})
    await store.add_thread_item(here.id, shown, ada)

    assert (await all_items(store, here.id, ada, "asc", 10))[0] == shown


async def test_many_writers_on_one_thread_lose_nothing(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    async with asyncio.TaskGroup() as group:
        for number in range(64):
            group.create_task(store.add_thread_item(here.id, assistant(here.id, str(number)), ada))

    found = [text_of(item) for item in await all_items(store, here.id, ada, "asc", 10)]
    assert sorted(found, key=int) == [str(number) for number in range(64)]


async def test_of_refreshes_at_once_one_counts_and_all_give_it(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    added = assistant(here.id, "old")
    await store.add_thread_item(here.id, added, ada)
    old = await store.load_item(here.id, added.id, ada)
    new = [assistant(here.id, f"new {number}", item_id=added.id) for number in range(8)]
    given = await asyncio.gather(*(store.refresh_item(here.id, old, one, ada) for one in new))
    stored = text_of(await store.load_item(here.id, added.id, ada))
    assert stored in {text_of(one) for one in new}
    assert {text_of(one) for one in given} == {stored}


async def test_the_same_item_id_in_two_threads_is_two_items(store: PostgresStore, ada: Caller, bob: Caller) -> None:
    """Chat Completions models give every message one id: it must not reach another thread, or another person."""
    adas, bobs = await thread(store, ada), await thread(store, bob)
    await store.add_thread_item(adas.id, assistant(adas.id, "for Ada", item_id="__fake_id__"), ada)
    await store.add_thread_item(bobs.id, assistant(bobs.id, "for Bob", item_id="__fake_id__"), bob)

    assert text_of(await store.load_item(adas.id, "__fake_id__", ada)) == "for Ada"
    assert text_of(await store.load_item(bobs.id, "__fake_id__", bob)) == "for Bob"


@pytest.mark.parametrize(
    "text", ["pasted\x00NUL", "half a \ud83d pair", "tea \U0001f375", "ünïcödé", "\\u0000 spelled out"]
)
async def test_a_message_with_odd_characters_is_kept(store: PostgresStore, ada: Caller, text: str) -> None:
    here = await thread(store, ada)
    message = user(here.id, text)

    await store.add_thread_item(here.id, message, ada)

    kept = text_of(await store.load_item(here.id, message.id, ada))
    assert kept == text.replace("\x00", "").replace("\ud83d", "\ufffd")


async def test_a_widget_comes_back_with_every_property(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    tree: dict[str, Any] = {
        "type": "Card",
        "size": "sm",
        "children": [
            {"type": "Text", "id": "t", "value": "x", "streaming": True},
            {"type": "Table", "children": [{"type": "Table.Row", "header": True}]},
            {"type": "Button", "label": "Go", "onClickAction": {"type": "go", "payload": {"n": 1}}},
        ],
    }
    widget = DynamicWidgetRoot.model_validate(tree)
    item = WidgetItem(id=new_id("message"), thread_id=here.id, created_at=datetime.now(), widget=widget)
    await store.add_thread_item(here.id, item, ada)

    loaded = await store.load_item(here.id, item.id, ada)

    assert isinstance(loaded, WidgetItem)
    again = loaded.widget.model_dump(mode="json")
    assert again["children"][2]["onClickAction"]["payload"] == {"n": 1}
    assert again["children"][1]["children"][0]["header"] is True
    assert again["size"] == "sm"


async def test_a_tools_output_comes_back_with_its_empty_values(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    call = ClientToolCallItem(
        id=new_id("tool_call"),
        thread_id=here.id,
        created_at=datetime.now(),
        status="completed",
        call_id="call_1",
        name="look",
        arguments={"where": None},
        output={"found": None, "list": [None, 1]},
    )
    await store.add_thread_item(here.id, call, ada)

    loaded = await store.load_item(here.id, call.id, ada)

    assert loaded == call


async def test_how_long_a_stored_workflow_took_can_be_computed(store: PostgresStore, ada: Caller) -> None:
    """The SDK continues a stored workflow and subtracts its time from datetime.now()."""
    here = await thread(store, ada)
    workflow = Workflow(type="custom", tasks=[])
    item = WorkflowItem(id=new_id("workflow"), thread_id=here.id, created_at=datetime.now(), workflow=workflow)
    await store.add_thread_item(here.id, item, ada)

    loaded = await store.load_item(here.id, item.id, ada)

    assert 0 <= (datetime.now() - loaded.created_at).total_seconds() < 5


async def test_nothing_is_written_into_a_deleted_thread(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    await store.delete_thread(here.id, ada)

    with pytest.raises(NotFound):
        await store.add_thread_item(here.id, assistant(here.id, "late"), ada)


async def test_deleting_an_item_that_is_not_there_is_no_error(store: PostgresStore, ada: Caller) -> None:
    """The SDK removes items it has never stored when a guardrail trips."""
    here = await thread(store, ada)
    await store.delete_thread_item(here.id, "fc_never_stored", ada)


async def test_a_cursor_of_another_thread_is_refused(store: PostgresStore, ada: Caller) -> None:
    here, there = await thread(store, ada), await thread(store, ada)
    items = [assistant(there.id, str(number)) for number in range(3)]
    for item in items:
        await store.add_thread_item(there.id, item, ada)
    await store.add_thread_item(here.id, assistant(here.id, "x"), ada)
    foreign = (await store.load_thread_items(there.id, None, 1, "asc", ada)).after

    for cursor in (foreign, items[0].id):
        with pytest.raises(Unprocessable, match="first page"):
            await store.load_thread_items(here.id, cursor, 5, "asc", ada)


async def test_an_item_id_works_as_a_cursor_too(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    items = [assistant(here.id, str(number)) for number in range(3)]
    for item in items:
        await store.add_thread_item(here.id, item, ada)

    page = await store.load_thread_items(here.id, items[0].id, 5, "asc", ada)

    assert [text_of(item) for item in page.data] == ["1", "2"]


async def test_a_page_goes_on_after_its_last_item_was_deleted(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    for number in range(6):
        await store.add_thread_item(here.id, assistant(here.id, str(number)), ada)
    page = await store.load_thread_items(here.id, None, 3, "asc", ada)
    await store.delete_thread_item(here.id, page.data[-1].id, ada)
    await store.add_thread_item(here.id, assistant(here.id, "6"), ada)

    rest = await store.load_thread_items(here.id, page.after, 10, "asc", ada)

    assert [text_of(item) for item in rest.data] == ["3", "4", "5", "6"]


async def test_a_thread_of_ten_thousand_items_gives_its_newest_page(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    numbers = func.generate_series(0, 9_999).table_valued("seq").render_derived()
    text = cast(numbers.c.seq, Text)
    rows = select(
        literal(here.id),
        literal(ada.tenant),
        literal(ada.user),
        literal("assistant_message"),
        literal("msg_") + text,
        numbers.c.seq,
        func.jsonb_build_object("content", func.jsonb_build_array(func.jsonb_build_object("text", text))),
    )
    names = ["thread_id", "tenant", "user_id", "type", "id", "seq", "data"]
    async with store.database.session(ada) as session:  # one by one would take a minute
        await session.execute(insert(thread_items).from_select(names, rows))

    page = await store.load_thread_items(here.id, None, 20, "desc", ada)

    assert [text_of(item) for item in page.data] == [str(number) for number in range(9999, 9979, -1)]
    assert page.has_more


async def test_a_replaced_answer_goes_with_all_that_followed_it(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    question, answer, later = user(here.id, "q"), assistant(here.id, "a"), user(here.id, "q2")
    for item in (question, answer, later):
        await store.add_thread_item(here.id, item, ada)
    await store.save_turn(here.id, question.id, {"input": [], "covers": [answer.id], "sources": {}}, ada)

    new = assistant(here.id, "a better answer")
    await store.replace_answer(Retry(here.id, question.id), new, ada)

    history = await store.load_history(here.id, 10, ada)
    assert [(item.id, record) for item, record in history] == [(question.id, None), (new.id, None)]


async def test_the_record_of_a_retry_replaces_the_old_one_only_when_its_answer_does(
    store: PostgresStore, ada: Caller
) -> None:
    """A retry that fails leaves the old answer, and with it what the model knows of how it came about."""
    here = await thread(store, ada)
    question, answer = user(here.id, "q"), assistant(here.id, "a")
    for item in (question, answer):
        await store.add_thread_item(here.id, item, ada)
    old: TurnRecord = {"input": [{"old": 1}], "covers": [answer.id], "sources": {}}
    new: TurnRecord = {"input": [{"new": 1}], "covers": [], "sources": {}}
    newer: TurnRecord = {"input": [{"newer": 1}], "covers": [], "sources": {}}
    await store.save_turn(here.id, question.id, old, ada)

    async def record() -> TurnRecord | None:
        return (await store.load_history(here.id, 10, ada))[0][1]

    retry = Retry(here.id, question.id)
    retrying = replace(ada, retry=retry)
    await store.save_turn(here.id, question.id, new, retrying)
    assert await record() == old

    await store.replace_answer(retry, assistant(here.id, "b"), ada)
    assert await record() == new

    await store.save_turn(here.id, question.id, newer, retrying)
    assert await record() == newer


async def test_a_retry_hides_what_follows_its_message_until_the_new_answer_is_there(
    store: PostgresStore, ada: Caller
) -> None:
    """From its own server and tools only: another tab, and every other thread, read what they always read."""
    here, other = await thread(store, ada), await thread(store, ada)
    question = user(here.id, "q")
    for item in (user(here.id, "before"), question, assistant(here.id, "old"), user(here.id, "later")):
        await store.add_thread_item(here.id, item, ada)
    await store.add_thread_item(other.id, user(other.id, "elsewhere"), ada)
    retry = Retry(here.id, question.id)
    retrying = replace(ada, retry=retry)

    async def texts(caller: Caller, order: str = "asc") -> list[str]:
        page = await store.load_thread_items(here.id, None, 10, order, caller)
        history = await store.load_history(here.id, 10, caller)
        assert {item.id for item in page.data} == {item.id for item, _ in history}
        return [text_of(item) for item in page.data]

    assert await texts(retrying) == ["before", "q"]
    assert await texts(retrying, "desc") == ["q", "before"]
    assert await texts(ada) == ["before", "q", "old", "later"]
    assert len((await store.load_thread_items(other.id, None, 10, "asc", retrying)).data) == 1
    assert (retrying, hash(retrying), retrying.owner) == (ada, hash(ada), ada.owner)

    await store.replace_answer(retry, assistant(here.id, "new"), ada)

    assert await texts(retrying) == await texts(ada) == ["before", "q", "new"]


async def test_replacing_what_follows_an_unknown_item_deletes_nothing(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    await store.add_thread_item(here.id, assistant(here.id, "kept"), ada)
    retry = Retry(here.id, "msg_unknown")

    with pytest.raises(NotFound):
        await store.replace_answer(retry, assistant(here.id, "x"), ada)

    assert len(await all_items(store, here.id, ada, "asc", 10)) == 1
    assert not retry.replaced


async def test_deleting_a_thread_deletes_all_that_hangs_on_it(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    question = user(here.id, "q")
    file = attachment(thread_id=here.id)
    await store.add_thread_item(here.id, question, ada)
    await store.save_attachment(file, ada)
    await store.save_feedback(here.id, [question.id], "positive", ada)
    await store.save_turn(here.id, question.id, {"input": [], "covers": [], "sources": {}}, ada)

    await store.delete_thread(here.id, ada)

    with pytest.raises(NotFound):
        await store.load_item(here.id, question.id, ada)
    with pytest.raises(NotFound):
        await store.load_attachment(file.id, ada)
    assert await store.load_feedback(here.id, ada) == {}
    assert await store.load_history(here.id, 10, ada) == []


async def test_feedback_is_kept_and_the_last_opinion_counts(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    items = [assistant(here.id, "a"), assistant(here.id, "b")]
    for item in items:
        await store.add_thread_item(here.id, item, ada)

    await store.save_feedback(here.id, [item.id for item in items], "positive", ada)
    await store.save_feedback(here.id, [items[0].id], "negative", ada)

    assert await store.load_feedback(here.id, ada) == {items[0].id: "negative", items[1].id: "positive"}


async def test_feedback_on_one_unknown_item_records_none(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    item = assistant(here.id, "a")
    await store.add_thread_item(here.id, item, ada)

    with pytest.raises(NotFound):
        await store.save_feedback(here.id, [item.id, "msg_unknown"], "positive", ada)

    assert await store.load_feedback(here.id, ada) == {}


async def test_an_attachment_stays_in_its_thread(store: PostgresStore, ada: Caller) -> None:
    here, there = await thread(store, ada), await thread(store, ada)
    file = attachment()
    await store.save_attachment(file, ada)
    await store.save_attachment(file.model_copy(update={"thread_id": here.id}), ada)

    with pytest.raises(NotFound):
        await store.save_attachment(file.model_copy(update={"thread_id": there.id}), ada)

    assert (await store.load_attachment(file.id, ada)).thread_id == here.id


async def test_a_message_with_a_foreign_attachment_leaves_nothing_behind(
    store: PostgresStore, ada: Caller, bob: Caller
) -> None:
    here = await thread(store, ada)
    theirs = attachment()
    await store.save_attachment(theirs, bob)
    message = user(here.id, "look").model_copy(update={"attachments": [theirs]})

    with pytest.raises(NotFound):
        await store.add_message(here.id, message, ada)

    assert await all_items(store, here.id, ada, "asc", 10) == []


async def test_the_types_of_all_items_are_restored(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    await store.add_thread_item(here.id, assistant(here.id, "a"), ada)
    (item,) = await all_items(store, here.id, ada, "asc", 5)
    assert isinstance(item, AssistantMessageItem)
