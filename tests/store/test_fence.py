"""What an answer stores counts only while its run is this replica's, whatever the replica itself believes.

A process that is frozen behind its last look at the lease, and in front of its statement, sends that when it wakes up.
"""

import asyncio
import inspect
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from chatkit.types import StructuredInputFreeform, StructuredInputItem, ThreadMetadata, UserMessageItem
from sqlalchemy import text

from chatkit_link.caller import Caller, Retry
from chatkit_link.store import runs
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.turns import Ending, TurnRecord, Waiting
from tests.store.build import assistant, attachment, thread, user

FORMER, PRESENT = "rep_former", "rep_present"
#: Attempts after which the replica that was frozen hears that it has lost the run.
HEARS = 3
RECORD = TurnRecord(input=[{"x": 1}], covers=[], sources={})


@dataclass
class Place:
    """A thread with a question and an answer, whose run is ``PRESENT``'s."""

    store: PostgresStore
    thread: ThreadMetadata
    question: UserMessageItem
    answer: Any
    approval: StructuredInputItem
    file: Any
    run_id: str

    def caller(self, owner: Caller, replica: str) -> Caller:
        """Of an answer at a replica that believes for a while that the run is its own."""
        attempts = 0

        def is_ours() -> bool:
            nonlocal attempts
            attempts += 1
            if attempts > HEARS:
                raise asyncio.CancelledError
            return True

        return replace(owner, patience=is_ours, fence=(self.run_id, replica))

    async def rows(self) -> list[Any]:
        """All that is stored of the thread."""
        found: list[Any] = []
        async with self.store.database.system() as connection:
            of_thread = ("thread_items", "inactive_items", "turns")
            for table, key in (("threads", "id"), *((table, "thread_id") for table in of_thread)):
                of = text(f"SELECT to_jsonb(t) FROM {table} AS t WHERE {key} = :id ORDER BY 1").bindparams(
                    id=self.thread.id
                )
                found.append([row[0] for row in await connection.execute(of)])
            files = text("SELECT to_jsonb(a) FROM attachments AS a WHERE id = :id").bindparams(id=self.file.id)
            found.append([row[0] for row in await connection.execute(files)])
        return found


async def _renamed(place: Place, caller: Caller) -> None:
    loaded = await place.store.load_thread(place.thread.id, caller)
    loaded.title = "Tea"
    await place.store.save_thread(loaded, caller)


async def _edited(place: Place, caller: Caller) -> None:
    async with place.store.edit_metadata(place.thread, caller) as metadata:
        metadata["legs"] = 2


def _changed(place: Place) -> Any:
    return place.answer.model_copy(update={"content": assistant(place.thread.id, "the other voice").content})


#: Method of the store -> a call of it that changes what is stored.
WRITES: dict[str, Callable[[Place, Caller], Awaitable[Any]]] = {
    "save_thread": _renamed,
    "edit_metadata": _edited,
    "delete_thread": lambda at, caller: at.store.delete_thread(at.thread.id, caller),
    "add_thread_item": lambda at, caller: at.store.add_thread_item(at.thread.id, user(at.thread.id, "new"), caller),
    "save_item": lambda at, caller: at.store.save_item(at.thread.id, _changed(at), caller),
    "add_message": lambda at, caller: at.store.add_message(at.thread.id, user(at.thread.id, "new"), caller),
    "edit": lambda at, caller: at.store.add_message(
        at.thread.id, user(at.thread.id, "new"), caller, edits=at.question.id
    ),
    "update_item": lambda at, caller: at.store.update_item(at.thread.id, _changed(at), caller),
    "refresh_item": lambda at, caller: at.store.refresh_item(at.thread.id, at.answer, _changed(at), caller),
    "delete_thread_item": lambda at, caller: at.store.delete_thread_item(at.thread.id, at.answer.id, caller),
    "replace_answer": lambda at, caller: at.store.replace_answer(
        Retry(at.thread.id, at.question.id), assistant(at.thread.id, "again"), caller
    ),
    "save_attachment": lambda at, caller: at.store.save_attachment(
        at.file.model_copy(update={"name": "other.pdf"}), caller
    ),
    "delete_attachment": lambda at, caller: at.store.delete_attachment(at.file.id, caller),
    "set_title_if_none": lambda at, caller: at.store.set_title_if_none(at.thread.id, "Tea", caller),
    "skip_approvals": lambda at, caller: at.store.skip_approvals(at.thread.id, caller),
    "save_turn": lambda at, caller: at.store.save_turn(at.thread.id, at.question.id, RECORD, caller),
    "save_ending": lambda at, caller: at.store.save_ending(at.thread.id, "cancelled", caller),
    "settle_ending": lambda at, caller: at.store.settle_ending(at.thread.id, caller),
}
#: What does not touch what is there already: a new thread, and an opinion, which only a request brings.
NEW = {"create_thread", "save_feedback"}


@pytest.fixture
async def place(store: PostgresStore, ada: Caller) -> Place:
    here = await thread(store, ada)
    question, answer, file = user(here.id, "Why?"), assistant(here.id, "Because"), attachment()
    asked = StructuredInputFreeform(id="pay", question="Pay?")
    approval = StructuredInputItem(id=new_id("message"), thread_id=here.id, created_at=here.created_at, inputs=[asked])
    for item in (question, answer, approval):
        await store.add_thread_item(here.id, item, ada)
    await store.save_attachment(file, ada)
    waiting = Waiting(version="1", steps={}, item=approval.id, place="a")
    ending = Ending(status="failed", after=answer.id)
    record = TurnRecord(input=[], covers=[], sources={}, waiting=waiting, ending=ending)
    await store.save_turn(here.id, question.id, record, ada)
    run_id = f"run_{uuid.uuid4().hex}"
    async with store.database.session(ada) as session:
        await runs.insert_run(session, run_id, here.id, "a", PRESENT, 30)
    return Place(store, here, question, answer, approval, file, run_id)


@pytest.mark.parametrize("method", WRITES)
async def test_a_replica_that_has_lost_an_answer_changes_nothing_of_it(place: Place, ada: Caller, method: str) -> None:
    before = await place.rows()
    with pytest.raises(asyncio.CancelledError):
        await WRITES[method](place, place.caller(ada, FORMER))
    assert await place.rows() == before
    await WRITES[method](place, place.caller(ada, PRESENT))
    assert await place.rows() != before, "the replica that has it could not write either"


async def test_what_an_answer_left_behind_may_store_once_its_run_is_deleted(place: Place, ada: Caller) -> None:
    async with place.store.database.system() as connection:
        await connection.execute(text("DELETE FROM runs WHERE id = :id").bindparams(id=place.run_id))
    await place.store.set_title_if_none(place.thread.id, "Tea", place.caller(ada, FORMER))
    assert (await place.store.load_thread(place.thread.id, ada)).title == "Tea"


def test_each_method_of_the_store_that_writes_is_tried() -> None:
    """A new one is tried here too, or reads."""
    own = {name for name, _ in inspect.getmembers(PostgresStore, inspect.isfunction) if name[0] != "_"}
    reading = ("load_", "had_", "is_", "require_", "generate_", "follow", "after_saves")
    reads = {name for name in own if name.startswith(reading)}
    assert own - reads - NEW == WRITES.keys() - {"edit"}
