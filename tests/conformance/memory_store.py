"""A store in dictionaries that keeps every promise of the kit, and the same with one mistake each."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import chatkit.types
from chatkit.store import NotFoundError, Store
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from pydantic import PrivateAttr

OF_A_THREAD = ("title", "status", "allowed_image_domains", "metadata")


class Row:
    """A thread: whose it is, and its items in order."""

    def __init__(self, owner: str, data: ThreadMetadata, place: int) -> None:
        self.owner = owner
        self.data = data
        self.place = place
        self.items: dict[str, tuple[int, ThreadItem]] = {}


class Loaded(ThreadMetadata):
    """Remembers what it was read as."""

    _read_as: dict[str, Any] = PrivateAttr(default_factory=dict)


# The SDK's annotations are strings, to be looked up where they were written.
Loaded.model_rebuild(_types_namespace=vars(chatkit.types))


class MemoryStore(Store[str]):
    """The context is the owner's name."""

    def __init__(self) -> None:
        self.threads: dict[str, Row] = {}
        self.attachments: dict[str, tuple[str, Attachment]] = {}
        self.places = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator["MemoryStore"]:
        yield cls()

    def generate_thread_id(self, context: str) -> str:
        return f"thr_{uuid.uuid4().hex}"

    def generate_item_id(self, item_type: Any, thread: ThreadMetadata, context: str) -> str:
        return f"{item_type}_{uuid.uuid4().hex}"

    def may(self, owner: str, context: str) -> bool:
        return owner == context

    def row(self, thread_id: str, context: str) -> Row:
        row = self.threads.get(thread_id)
        if row is None or not self.may(row.owner, context):
            raise NotFoundError(thread_id)
        return row

    async def load_thread(self, thread_id: str, context: str) -> ThreadMetadata:
        data = self.row(thread_id, context).data
        loaded = Loaded(**data.model_dump())
        loaded._read_as = data.model_dump()
        return loaded

    async def save_thread(self, thread: ThreadMetadata, context: str) -> None:
        if isinstance(thread, Loaded):
            row = self.row(thread.id, context)
            for name in OF_A_THREAD:
                if thread.model_dump()[name] != thread._read_as[name]:
                    setattr(row.data, name, getattr(thread.model_copy(deep=True), name))
            return
        if thread.id in self.threads:
            self.row(thread.id, context).data = thread.model_copy(deep=True)
        else:
            self.threads[thread.id] = Row(context, thread.model_copy(deep=True), next(self.places))

    def page(self, rows: list[tuple[Any, Any]], limit: int, after: str | None, order: str) -> Page[Any]:
        """Rows are (place, value); a cursor is a place."""
        rows = sorted(rows, key=lambda row: row[0], reverse=order == "desc")
        if after:
            mark = int(after)
            rows = [row for row in rows if (row[0] > mark if order == "asc" else row[0] < mark)]
        more = len(rows) > limit
        return Page(
            data=[value for _, value in rows[:limit]], has_more=more, after=str(rows[limit - 1][0]) if more else None
        )

    async def load_threads(self, limit: int, after: str | None, order: str, context: str) -> Page[ThreadMetadata]:
        own = [(row.place, row.data) for row in self.threads.values() if self.may(row.owner, context)]
        return self.page(own, limit, after, order)

    async def delete_thread(self, thread_id: str, context: str) -> None:
        self.row(thread_id, context)
        del self.threads[thread_id]

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: str
    ) -> Page[ThreadItem]:
        items = self.row(thread_id, context).items.values()
        return self.page([(place, item.model_copy(deep=True)) for place, item in items], limit, after, order)

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        row = self.row(thread_id, context)
        if item.id in row.items:
            row.items[item.id] = row.items[item.id][0], item.model_copy(deep=True)
            return
        row.place = next(self.places)
        row.items[item.id] = row.place, item.model_copy(deep=True)

    async def save_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        await self.add_thread_item(thread_id, item, context)

    async def load_item(self, thread_id: str, item_id: str, context: str) -> ThreadItem:
        items = self.row(thread_id, context).items
        if item_id not in items:
            raise NotFoundError(item_id)
        return items[item_id][1].model_copy(deep=True)

    async def delete_thread_item(self, thread_id: str, item_id: str, context: str) -> None:
        self.row(thread_id, context).items.pop(item_id, None)

    def kept(self, attachment_id: str, context: str) -> Attachment:
        owner, attachment = self.attachments.get(attachment_id, ("", None))
        if attachment is None or not self.may(owner, context):
            raise NotFoundError(attachment_id)
        return attachment

    async def save_attachment(self, attachment: Attachment, context: str) -> None:
        if attachment.thread_id is not None:
            self.row(attachment.thread_id, context)
        if attachment.id in self.attachments:
            old = self.kept(attachment.id, context)
            if old.thread_id not in {None, attachment.thread_id}:
                raise NotFoundError(attachment.id)
        self.attachments[attachment.id] = context, attachment.model_copy(deep=True)

    async def load_attachment(self, attachment_id: str, context: str) -> Attachment:
        return self.kept(attachment_id, context).model_copy(deep=True)

    async def delete_attachment(self, attachment_id: str, context: str) -> None:
        self.kept(attachment_id, context)
        del self.attachments[attachment_id]


# One mistake each


class NoOwners(MemoryStore):
    """Asks nobody who they are, as the stores in most examples."""

    def may(self, owner: str, context: str) -> bool:
        return True


class TimeCursors(MemoryStore):
    """A cursor is the last row's ``created_at``: rows made at the same moment are lost."""

    def page(self, rows: list[tuple[Any, Any]], limit: int, after: str | None, order: str) -> Page[Any]:
        rows = sorted(rows, key=lambda row: row[0], reverse=order == "desc")
        if after:
            rows = [(place, value) for place, value in rows if value.created_at.isoformat() > after]
        more = len(rows) > limit
        return Page(
            data=[value for _, value in rows[:limit]],
            has_more=more,
            after=rows[limit - 1][1].created_at.isoformat() if more else None,
        )


class OffsetCursors(MemoryStore):
    """A cursor is a number of rows: a deletion between two pages hides one."""

    def page(self, rows: list[tuple[Any, Any]], limit: int, after: str | None, order: str) -> Page[Any]:
        rows = sorted(rows, key=lambda row: row[0], reverse=order == "desc")
        start = int(after or 0)
        more = len(rows) > start + limit
        return Page(
            data=[value for _, value in rows[start : start + limit]],
            has_more=more,
            after=str(start + limit) if more else None,
        )


class MovesOnSave(MemoryStore):
    """An item that is saved again goes to the end."""

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        self.row(thread_id, context).items.pop(item.id, None)
        await super().add_thread_item(thread_id, item, context)


class Resurrects(MemoryStore):
    """Saves the whole thread, whatever happened since it was loaded."""

    async def save_thread(self, thread: ThreadMetadata, context: str) -> None:
        await super().save_thread(ThreadMetadata(**thread.model_dump()), context)


class TakesAnyId(MemoryStore):
    """Writes over a thread of that id, whoever has it."""

    async def save_thread(self, thread: ThreadMetadata, context: str) -> None:
        old = self.threads.get(thread.id)
        if old is not None and not isinstance(thread, Loaded):
            old.owner, old.data = context, thread.model_copy(deep=True)
            return
        await super().save_thread(thread, context)


class ItemsByIdAlone(MemoryStore):
    """One table of items under their ids: a second thread's item takes the place of the first's."""

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        self.row(thread_id, context)
        for other in self.threads.values():
            if other.data.id != thread_id:
                other.items.pop(item.id, None)
        await super().add_thread_item(thread_id, item, context)


class ListsByCreation(MemoryStore):
    """The newest thread first, also when an old one is talked in."""

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        row = self.row(thread_id, context)
        place = row.place
        await super().add_thread_item(thread_id, item, context)
        row.place = place


class Shares(MemoryStore):
    """Hands out what it holds."""

    async def load_item(self, thread_id: str, item_id: str, context: str) -> ThreadItem:
        items = self.row(thread_id, context).items
        if item_id not in items:
            raise NotFoundError(item_id)
        return items[item_id][1]


class LosesRaces(MemoryStore):
    """Reads, waits, and writes back what it read."""

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        row = self.row(thread_id, context)
        before = dict(row.items)
        await asyncio.sleep(0)
        row.items = before
        await super().add_thread_item(thread_id, item, context)


class NarrowIds(MemoryStore):
    """Uses the SDK's ids of 32 bits."""

    def generate_item_id(self, item_type: Any, thread: ThreadMetadata, context: str) -> str:
        return Store.generate_item_id(self, item_type, thread, context)


class ForgetsTheLastRow(MemoryStore):
    """Says that there is no more where the last page has one row."""

    def page(self, rows: list[tuple[Any, Any]], limit: int, after: str | None, order: str) -> Page[Any]:
        page = super().page(rows, limit, after, order)
        if after and not page.has_more and len(page.data) == 1:
            page.data = []
        return page
