"""Two people, and every method of the store: neither can see, change or notice what is the other's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from chatkit.types import FileAttachment, StructuredInputItem, ThreadMetadata

from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import NotFound
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread
from chatkit_link.store.turns import TurnRecord
from tests.store.build import assistant, attachment, text_of, thread, user


@dataclass
class Adas:
    """What belongs to Ada."""

    thread: StoredThread
    item_id: str
    attachment: FileAttachment


@pytest.fixture
async def adas(store: PostgresStore, ada: Caller) -> Adas:
    made = await thread(store, ada, title="Ada's")
    item, file = assistant(made.id, "for Ada"), attachment(thread_id=made.id)
    await store.add_thread_item(made.id, item, ada)
    await store.save_attachment(file, ada)
    await store.save_feedback(made.id, [item.id], "positive", ada)
    await store.save_turn(made.id, item.id, {"input": [{"x": 1}], "covers": [], "sources": {}}, ada)
    return Adas(await store.load_thread(made.id, ada), item.id, file)


Attempt = Callable[[PostgresStore, Adas, Caller], Awaitable[object]]

REFUSED: dict[str, Attempt] = {
    "load_thread": lambda s, a, c: s.load_thread(a.thread.id, c),
    "save_thread": lambda s, a, c: s.save_thread(_renamed(a.thread), c),
    "delete_thread": lambda s, a, c: s.delete_thread(a.thread.id, c),
    "load_thread_items": lambda s, a, c: s.load_thread_items(a.thread.id, None, 10, "asc", c),
    "add_thread_item": lambda s, a, c: s.add_thread_item(a.thread.id, assistant(a.thread.id, "x"), c),
    "overwrite_item": lambda s, a, c: s.add_thread_item(a.thread.id, assistant(a.thread.id, "x", item_id=a.item_id), c),
    "save_item": lambda s, a, c: s.save_item(a.thread.id, assistant(a.thread.id, "x", item_id=a.item_id), c),
    "load_item": lambda s, a, c: s.load_item(a.thread.id, a.item_id, c),
    "delete_thread_item": lambda s, a, c: s.delete_thread_item(a.thread.id, a.item_id, c),
    "save_attachment": lambda s, a, c: s.save_attachment(a.attachment, c),
    "load_attachment": lambda s, a, c: s.load_attachment(a.attachment.id, c),
    "delete_attachment": lambda s, a, c: s.delete_attachment(a.attachment.id, c),
    "add_message": lambda s, a, c: s.add_message(a.thread.id, user(a.thread.id, "x"), c),
    "edit_message": lambda s, a, c: s.add_message(a.thread.id, user(a.thread.id, "x"), c, edits=a.item_id),
    "require_editable": lambda s, a, c: s.require_editable(a.thread.id, a.item_id, c),
    "replace_answer": lambda s, a, c: s.replace_answer(Retry(a.thread.id, a.item_id), assistant(a.thread.id, "x"), c),
    "update_item": lambda s, a, c: s.update_item(a.thread.id, assistant(a.thread.id, "x", item_id=a.item_id), c),
    "refresh_item": lambda s, a, c: s.refresh_item(
        a.thread.id, assistant(a.thread.id, "", item_id=a.item_id), assistant(a.thread.id, "x", item_id=a.item_id), c
    ),
    "save_feedback": lambda s, a, c: s.save_feedback(a.thread.id, [a.item_id], "negative", c),
    "edit_metadata": lambda s, a, c: _edit(s, a.thread, c),
    "load_agent": lambda s, a, c: s.load_agent(a.thread.id, c),
    "load_recency": lambda s, a, c: s.load_recency(a.thread.id, c, 1),
}


async def _edit(store: PostgresStore, held: StoredThread, caller: Caller) -> None:
    async with store.edit_metadata(held.model_copy(deep=True), caller) as metadata:
        metadata["whose"] = "Bob's"


def _renamed(held: StoredThread) -> StoredThread:
    copy = held.model_copy(deep=True)
    copy.title = "Bob's now"
    return copy


def test_every_method_that_names_a_row_is_tried() -> None:
    silent = {
        "load_threads",
        "load_history",
        "load_feedback",
        "load_turn",
        "save_turn",
        "load_endings",
        "save_ending",
        "settle_ending",
        "set_title_if_none",
        "load_pending_tool_calls",
        "load_item_type",
        "had_item",
        "is_replaced",
        "skip_approvals",
        "after_saves",  # in this process alone
        "follow",
        "create_thread",  # below
    }
    methods = {
        name
        for name in vars(PostgresStore)
        if not name.startswith("_") and not name.startswith("generate") and callable(getattr(PostgresStore, name))
    }
    assert methods <= {*REFUSED, *silent}


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("who", ["bob", "eve"])
async def test_another_person_finds_nothing_there(
    store: PostgresStore, adas: Adas, ada: Caller, attempt: Attempt, who: str, request: pytest.FixtureRequest
) -> None:
    stranger: Caller = request.getfixturevalue(who)

    with pytest.raises(NotFound):
        await attempt(store, adas, stranger)

    loaded = await store.load_thread(adas.thread.id, ada)
    item = await store.load_item(adas.thread.id, adas.item_id, ada)
    page = await store.load_thread_items(adas.thread.id, None, 10, "asc", ada)
    assert (loaded.title, loaded.metadata, text_of(item), len(page.data)) == ("Ada's", {}, "for Ada", 1)
    assert (await store.load_attachment(adas.attachment.id, ada)).thread_id == adas.thread.id
    assert await store.load_feedback(adas.thread.id, ada) == {adas.item_id: "positive"}


async def test_an_id_is_taken_in_its_tenant_and_free_in_another(
    store: PostgresStore, adas: Adas, ada: Caller, bob: Caller, eve: Caller
) -> None:
    def taken() -> ThreadMetadata:
        return ThreadMetadata(id=adas.thread.id, created_at=datetime.now(), title="taken")

    with pytest.raises(NotFound):
        await store.create_thread(taken(), user(adas.thread.id, "x"), bob)
    with pytest.raises(NotFound):
        await store.save_thread(taken(), bob)
    with pytest.raises(NotFound):
        await store.save_attachment(attachment().model_copy(update={"id": adas.attachment.id}), bob)

    await store.create_thread(taken(), assistant(adas.thread.id, "for Eve", item_id=adas.item_id), eve)
    await store.save_attachment(adas.attachment.model_copy(update={"name": "eve.pdf"}), eve)
    await store.save_feedback(adas.thread.id, [adas.item_id], "negative", eve)
    await store.save_turn(adas.thread.id, adas.item_id, {"input": [{"y": 2}], "covers": [], "sources": {}}, eve)

    for whose, text, name, kind in ((ada, "for Ada", "tea.pdf", "positive"), (eve, "for Eve", "eve.pdf", "negative")):
        assert text_of(await store.load_item(adas.thread.id, adas.item_id, whose)) == text
        assert (await store.load_attachment(adas.attachment.id, whose)).name == name
        assert await store.load_feedback(adas.thread.id, whose) == {adas.item_id: kind}
    await store.delete_thread(adas.thread.id, eve)
    assert (await store.load_thread(adas.thread.id, ada)).title == "Ada's"
    assert await store.load_turn(adas.thread.id, adas.item_id, ada) is not None
    assert (await store.load_attachment(adas.attachment.id, ada)).thread_id == adas.thread.id


@pytest.mark.parametrize("who", ["bob", "eve"])
async def test_what_gives_no_error_gives_nothing_either(
    store: PostgresStore, adas: Adas, ada: Caller, who: str, request: pytest.FixtureRequest
) -> None:
    stranger: Caller = request.getfixturevalue(who)

    assert (await store.load_threads(10, None, "desc", stranger)).data == []
    assert await store.load_history(adas.thread.id, 10, stranger) == []
    assert await store.load_feedback(adas.thread.id, stranger) == {}
    assert await store.load_turn(adas.thread.id, adas.item_id, stranger) is None
    assert await store.load_pending_tool_calls(adas.thread.id, stranger) == []
    asked = StructuredInputItem(
        id="q_1", thread_id=adas.thread.id, created_at=datetime.now(), status="pending", inputs=[]
    )
    await store.add_thread_item(adas.thread.id, asked, ada)
    waits = TurnRecord(
        input=[{"x": 1}], covers=[], sources={}, waiting={"item": "q_1", "place": "", "version": "", "steps": {}}
    )
    await store.save_turn(adas.thread.id, adas.item_id, waits, ada)
    assert await store.skip_approvals(adas.thread.id, stranger) == []
    assert [item.id for item in await store.skip_approvals(adas.thread.id, ada)] == ["q_1"]
    assert await store.skip_approvals(adas.thread.id, ada) == []
    await store.delete_thread_item(adas.thread.id, "q_1", ada)
    assert await store.load_item_type(adas.thread.id, adas.item_id, ada) == "assistant_message"
    assert await store.load_item_type(adas.thread.id, adas.item_id, stranger) is None
    assert await store.had_item(adas.thread, adas.item_id, ada)
    assert not await store.had_item(adas.thread, adas.item_id, stranger)
    assert not await store.set_title_if_none(adas.thread.id, "x", stranger)
    await store.save_turn(adas.thread.id, adas.item_id, {"input": [], "covers": [], "sources": {}}, stranger)
    await store.save_ending(adas.thread.id, "cancelled", ada, message_id=adas.item_id)
    assert await store.load_endings(adas.thread.id, stranger) == {}
    await store.save_ending(adas.thread.id, "failed", stranger, message_id=adas.item_id)
    await store.settle_ending(adas.thread.id, stranger)
    assert (await store.load_endings(adas.thread.id, ada))[adas.item_id]["status"] == "cancelled"
    ((_, record),) = await store.load_history(adas.thread.id, 10, ada)
    assert record is not None and record["input"] == [{"x": 1}]
