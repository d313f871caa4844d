"""``PostgresStore``: the SDK's ``Store``, and the few questions more that our own server asks.

One method is one statement or one transaction; the SQL stands in the sibling modules.
Source of the contract: ``chatkit/store.py`` of openai-chatkit.

What a retry hides: a retry answers a message again while the old answer is still stored, and whatever writes
the new one must not read the old one. The store is shared and a server has only ``context`` to hand on, so
the Caller that it is given for a retry carries a ``Retry``. Until ``replace_answer`` has stored the first item
of the new answer, a thread ends at the retried message for that Caller, and the record of the turn waits in the
``Retry``; afterwards every holder of it, also a tool that started earlier, reads and writes the thread as it is.
All other callers, such as a second tab, read the old answer until that moment.
"""

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from copy import deepcopy
from datetime import timedelta
from typing import Any, Protocol, cast

from chatkit.store import Store, StoreItemType
from chatkit.types import (
    Attachment,
    ClientToolCallItem,
    ErrorEvent,
    FeedbackKind,
    Page,
    StructuredInputAnswer,
    StructuredInputItem,
    ThreadItem,
    ThreadMetadata,
)
from typing_extensions import override

from chatkit_link.caller import Caller, Retry
from chatkit_link.store import branches, feedback, queue, threads, turns
from chatkit_link.store.attachments import Attachments
from chatkit_link.store.engine import Database
from chatkit_link.store.items import Items
from chatkit_link.store.metadata_edit import MetadataEdit
from chatkit_link.store.patience import patient
from chatkit_link.store.queue import QueuedMessage
from chatkit_link.store.threads import OfAgent, StoredThread
from chatkit_link.store.turns import Ending, TurnRecord

_PREFIXES: dict[StoreItemType, str] = {
    "thread": "thr",
    "message": "msg",
    "tool_call": "tc",
    "task": "tsk",
    "workflow": "wf",
    "attachment": "atc",
    "sdk_hidden_context": "shcx",
}


def new_id(kind: StoreItemType) -> str:
    """An id with 122 random bits. The SDK's default has 32: two users collide within 100,000 items."""
    return f"{_PREFIXES[kind]}_{uuid.uuid4().hex}"


def id_prefix(kind: StoreItemType) -> str:
    """What the ids of such items begin with."""
    return _PREFIXES[kind]


def _last_visible(thread_id: str, context: Caller) -> str | None:
    """The item that the thread ends at for this caller; None where nothing is hidden."""
    retry = context.retry
    return retry.item_id if retry and retry.thread_id == thread_id and not retry.replaced else None


def _end_of_history(thread_id: str, context: Caller) -> tuple[str | None, int | None]:
    """What a turn of this caller answers to ends at an item, or at a position, where not with the thread.

    The record of what stands there is of the turn itself.
    """
    resumed = context.resumed
    if resumed is None or resumed.thread_id != thread_id:
        return _last_visible(thread_id, context), None
    return resumed.item_id, resumed.last_seq if resumed.item_id is None else None


def _attachments(message: ThreadItem) -> list[Attachment]:
    return message.attachments if message.type == "user_message" else []


class StoreFollower(Protocol):
    """A store beside this one, which has copies of threads."""

    async def thread_deleted(self, thread_id: str, caller: Caller) -> None:
        """The caller's thread is gone. Raises nothing."""
        ...


class PostgresStore(Store[Caller]):
    """Threads, items, attachments, feedback and turns of the Caller, and of no other user.

    Every method raises NotFound for what is unknown or another user's, and Unavailable while the
    database is away; for a Caller with patience, it waits until the database is back.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._items = Items()
        self._attachments = Attachments()
        #: Thread id -> what is to be done after it was saved.
        self._after_save: dict[str, list[Callable[[], Awaitable[None]]]] = {}
        self._followers: list[StoreFollower] = []

    def follow(self, follower: StoreFollower) -> None:
        """Have a store that copies threads of this one learn which of them users delete."""
        self._followers.append(follower)

    @override
    def generate_thread_id(self, context: Caller) -> str:
        return new_id("thread")

    @override
    def generate_item_id(self, item_type: StoreItemType, thread: ThreadMetadata, context: Caller) -> str:
        return new_id(item_type)

    @override
    @patient
    async def load_thread(self, thread_id: str, context: Caller) -> StoredThread:
        async with self.database.session(context) as session:
            return await threads.load_thread(session, thread_id)

    @patient
    async def load_agent(self, thread_id: str, context: Caller) -> str | None:
        """The agent that a thread began with; None for a thread from before there were any."""
        async with self.database.session(context) as session:
            return await threads.load_agent(session, thread_id)

    @patient
    async def load_recency(self, thread_id: str, context: Caller, most: int) -> tuple[int, timedelta]:
        """How many of the caller's threads were active after this one, counted up to ``most``; how long it was not."""
        async with self.database.session(context) as session:
            return await threads.load_recency(session, thread_id, most)

    @override
    @patient
    async def save_thread(self, thread: ThreadMetadata, context: Caller) -> None:
        async with self.database.session(context) as session:
            await threads.save_thread(session, thread)
        for saved in tuple(self._after_save.get(thread.id, ())):
            await saved()

    @contextmanager
    def after_saves(self, thread_id: str, saved: Callable[[], Awaitable[None]]) -> Generator[None]:
        """Await ``saved`` inside the block after each ``save_thread`` of this thread here, whoever does it."""
        waiting = self._after_save.setdefault(thread_id, [])
        waiting.append(saved)
        try:
            yield
        finally:
            waiting.remove(saved)
            if not waiting:
                self._after_save.pop(thread_id, None)

    @asynccontextmanager
    async def edit_metadata(self, thread: ThreadMetadata, context: Caller) -> AsyncGenerator[dict[str, Any]]:
        """The thread's metadata as they are now, to be changed in the block, which no other request does meanwhile.

        They are stored at the end of the block, and are then in ``thread``, too; an error in it leaves them alone.
        Wait for nothing inside: others wait for it.
        """
        edit = MetadataEdit(self.database, thread, context)
        async with edit.stored() as metadata:
            yield metadata
        thread.metadata = deepcopy(metadata)
        if isinstance(thread, StoredThread):
            thread.mark_saved({"metadata": metadata})

    @override
    @patient
    async def load_threads(
        self, limit: int, after: str | None, order: str, context: Caller, *, of: OfAgent | None = None
    ) -> Page[ThreadMetadata]:
        """of: those of one agent; of all agents without it."""
        async with self.database.session(context) as session:
            return await threads.load_threads(session, limit, after, order, of)

    @override
    @patient
    async def delete_thread(self, thread_id: str, context: Caller) -> None:
        async with self.database.session(context) as session:
            await threads.delete_thread(session, thread_id)
        for follower in self._followers:
            await follower.thread_deleted(thread_id, context)

    @override
    @patient
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Caller
    ) -> Page[ThreadItem]:
        async with self.database.session(context) as session:
            upto = _last_visible(thread_id, context)
            page = await self._items.load_page(session, thread_id, after, limit, order, upto=upto)
        if context.resumed is not None and context.resumed.unread:
            page.data = [item for item in page.data if item.id not in context.resumed.unread]
        return page

    @override
    @patient
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        async with self.database.session(context) as session:
            await self._items.save(session, thread_id, item)

    @override
    @patient
    async def save_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        await self.add_thread_item(thread_id, item, context)

    @override
    @patient
    async def load_item(self, thread_id: str, item_id: str, context: Caller) -> ThreadItem:
        async with self.database.session(context) as session:
            return await self._items.load(session, thread_id, item_id)

    @override
    @patient
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Caller) -> None:
        async with self.database.session(context) as session:
            await self._items.delete(session, thread_id, [item_id])

    @override
    @patient
    async def save_attachment(self, attachment: Attachment, context: Caller) -> None:
        async with self.database.session(context) as session:
            await self._attachments.save(session, attachment)

    @override
    @patient
    async def load_attachment(self, attachment_id: str, context: Caller) -> Attachment:
        async with self.database.session(context) as session:
            return await self._attachments.load(session, attachment_id)

    @override
    @patient
    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        async with self.database.session(context) as session:
            await self._attachments.delete(session, attachment_id)

    # What the SDK's Store does not ask for

    @patient
    async def create_thread(self, thread: ThreadMetadata, message: ThreadItem, context: Caller) -> StoredThread:
        """Create a thread together with its first item: both or neither."""
        attachments = _attachments(message)
        async with self.database.session(context, atomic=bool(attachments)) as session:
            created = await self._items.create_thread(session, thread, message)
            for attachment in attachments:
                await self._attachments.save(session, attachment)
            return created

    @patient
    async def add_message(
        self,
        thread_id: str,
        message: ThreadItem,
        context: Caller,
        *,
        edits: str | None = None,
        queued: QueuedMessage | None = None,
    ) -> None:
        """Add a message and bind its attachments to the thread: all or nothing.

        edits: id of the message that this one is another version of; raises as ``branches.leave_from``.
        queued: what it waited as, which is taken out of the queue with that. Raises NotQueued where it is gone.
        """
        attachments = _attachments(message)
        atomic = bool(attachments or queued) or edits is not None
        async with self.database.session(context, atomic=atomic) as session:
            if edits is not None:
                await branches.leave_from(session, thread_id, edits)
            for attachment in attachments:
                await self._attachments.save(session, attachment)
            await self._items.save(session, thread_id, message)
            if queued is not None:
                await queue.take(session, queued)

    @patient
    async def require_editable(self, thread_id: str, message_id: str, context: Caller) -> None:
        """Raises as ``branches.leave_from``."""
        async with self.database.session(context) as session:
            await branches.require_editable(session, thread_id, message_id)

    @patient
    async def load_history(
        self, thread_id: str, limit: int, context: Caller
    ) -> list[tuple[ThreadItem, TurnRecord | None]]:
        """The newest items, oldest first, each with the record of the turn that answered it, if there is one.

        Of an answer that goes on here, what the thread had before it, however much of it is stored already.
        """
        async with self.database.session(context) as session:
            upto, last = _end_of_history(thread_id, context)
            found = await self._items.load_history(session, thread_id, limit, upto=upto, last=last)
        if last is not None and found and not (found[-1][1] or {}).get("waiting"):
            upto = found[-1][0].id
        return [(item, record if item.id != upto else None) for item, record in found]

    @patient
    async def update_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        """Change an item that is still there; NotFound where it has left the thread's path meanwhile."""
        async with self.database.session(context) as session:
            await self._items.update(session, thread_id, item)

    @patient
    async def refresh_item(self, thread_id: str, old: ThreadItem, new: ThreadItem, context: Caller) -> ThreadItem:
        """Change an item that is still the old one; gives the item as it is then. Raises NotFound."""
        async with self.database.session(context, atomic=True) as session:
            now = await self._items.load(session, thread_id, old.id, locked=True)
            if now != old:
                return now
            await self._items.update(session, thread_id, new)
            return new

    @patient
    async def load_item_type(self, thread_id: str, item_id: str, context: Caller) -> str | None:
        """The type of an item; None where the thread has no such item."""
        async with self.database.session(context) as session:
            return await self._items.load_type(session, thread_id, item_id)

    @patient
    async def had_item(self, thread: StoredThread, item_id: str, context: Caller) -> bool:
        """Whether there is such an item that the thread had when ``thread`` was read.

        Those that a retry is about to replace are none.
        """
        async with self.database.session(context) as session:
            upto = _last_visible(thread.id, context)
            return await self._items.is_before(session, thread.id, item_id, thread.last_seq, upto=upto)

    @patient
    async def is_replaced(self, thread_id: str, message_id: str, mark: int, context: Caller) -> bool:
        """Whether what answers a message was stored since the thread's newest item stood at the position ``mark``."""
        async with self.database.session(context) as session:
            return await self._items.is_newer_behind(session, thread_id, message_id, mark)

    @patient
    async def set_title_if_none(self, thread_id: str, title: str, context: Caller) -> bool:
        """Title an untitled thread; False if a user was faster or the thread is gone."""
        async with self.database.session(context) as session:
            return await threads.set_title_if_none(session, thread_id, title)

    @patient
    async def load_pending_tool_calls(self, thread_id: str, context: Caller) -> list[ClientToolCallItem]:
        """Client tool calls that wait for their output, the latest first."""
        async with self.database.session(context) as session:
            return await self._items.load_pending_tool_calls(session, thread_id)

    @patient
    async def skip_approvals(self, thread_id: str, context: Caller) -> list[StructuredInputItem]:
        """Skip the approvals that wait in a thread, which ends their turns; gives the changed questions."""
        async with self.database.session(context) as session:
            questions = await self._items.load_open_approvals(session, thread_id)
        if not questions:  # as for nearly every message
            return []
        async with self.database.session(context, atomic=True) as session:
            for question in questions:
                question.status = "skipped"
                for each in question.inputs:
                    each.answer = StructuredInputAnswer(skipped=True)
                await self._items.update(session, thread_id, question)
                await turns.stop_waiting(session, thread_id, question.id)
        return questions

    @patient
    async def replace_answer(self, retry: Retry, item: ThreadItem, context: Caller) -> None:
        """Put ``item`` in the place of everything that answers the retried message: all of it or nothing.

        What stood behind the message leaves the thread's path, and the model's side of its turn goes with it.

        Raises:
            NotFound: there is no such message; nothing is changed then.
        """
        async with self.database.session(context, atomic=True) as session:
            await branches.leave_behind(session, retry.thread_id, retry.item_id, retry.last_seq)
            if retry.record is None:
                await turns.drop_turn(session, retry.thread_id, retry.item_id)
            else:
                await turns.save_turn(session, retry.thread_id, retry.item_id, cast(TurnRecord, retry.record))
            await self._items.save(session, retry.thread_id, item)
        retry.replaced = True

    @patient
    async def save_feedback(self, thread_id: str, item_ids: Sequence[str], kind: FeedbackKind, context: Caller) -> None:
        """Record an opinion on all of these items, or on none if one of them is not this thread's."""
        async with self.database.session(context, atomic=True) as session:
            await feedback.save_feedback(session, thread_id, item_ids, kind)

    @patient
    async def load_feedback(self, thread_id: str, context: Caller) -> dict[str, FeedbackKind]:
        """Item id -> opinion."""
        async with self.database.session(context) as session:
            return await feedback.load_feedback(session, thread_id)

    @patient
    async def load_turn(self, thread_id: str, anchor_id: str, context: Caller) -> TurnRecord | None:
        """The model's side of a turn, also of one that a retry is about to replace."""
        async with self.database.session(context) as session:
            return await turns.load_turn(session, thread_id, anchor_id)

    @patient
    async def save_ending(
        self,
        thread_id: str,
        status: str,
        context: Caller,
        error: ErrorEvent | None = None,
        *,
        message_id: str | None = None,
    ) -> None:
        """Record that an answer is not whole, so that users see it later, too.

        Args:
            status: "cancelled", "failed" or "interrupted".
            message_id: the message that was answered; the newest one if it is not given.
        """
        emitted = None if error is None else error.model_dump(mode="json", exclude_none=True)
        async with self.database.session(context, atomic=True) as session:
            await turns.save_ending(session, thread_id, message_id, status, emitted)

    @patient
    async def load_endings(self, thread_id: str, context: Caller) -> dict[str, Ending]:
        """Of the turns whose answer is not whole: the message that was answered -> how its answer ended."""
        async with self.database.session(context) as session:
            return await turns.load_endings(session, thread_id)

    @patient
    async def settle_ending(self, thread_id: str, context: Caller) -> None:
        """Forget that the newest turn failed; that it was stopped is still true."""
        async with self.database.session(context) as session:
            await turns.settle_ending(session, thread_id)

    @patient
    async def save_turn(self, thread_id: str, anchor_id: str, record: TurnRecord, context: Caller) -> None:
        """Store the model's side of a turn beside the item it answered.

        That of a retry whose old answer stands is stored together with the first item of its new one.
        """
        if context.retry is not None and _last_visible(thread_id, context) == anchor_id:
            context.retry.record = record
            return
        async with self.database.session(context) as session:
            await turns.save_turn(session, thread_id, anchor_id, record)
