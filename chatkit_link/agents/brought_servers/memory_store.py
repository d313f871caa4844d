"""A store that is gone with its process, for a turn that must leave nothing behind."""

from typing import TypeVar

from chatkit.store import Store
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from typing_extensions import override

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound

T = TypeVar("T")


class MemoryStore(Store[Caller]):
    """For one caller."""

    def __init__(self) -> None:
        self._threads: dict[str, ThreadMetadata] = {}
        self._items: dict[str, dict[str, ThreadItem]] = {}
        self._attachments: dict[str, Attachment] = {}

    @override
    async def load_thread(self, thread_id: str, context: Caller) -> ThreadMetadata:
        return _found(self._threads, thread_id).model_copy(deep=True)

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Caller) -> None:
        self._threads[thread.id] = thread.model_copy(deep=True)

    @override
    async def load_threads(self, limit: int, after: str | None, order: str, context: Caller) -> Page[ThreadMetadata]:
        return _page(self._threads, limit, after, order)

    @override
    async def delete_thread(self, thread_id: str, context: Caller) -> None:
        self._threads.pop(thread_id, None)
        self._items.pop(thread_id, None)

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Caller
    ) -> Page[ThreadItem]:
        return _page(self._items.get(thread_id, {}), limit, after, order)

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        self._items.setdefault(thread_id, {})[item.id] = item.model_copy(deep=True)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        await self.add_thread_item(thread_id, item, context)

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Caller) -> ThreadItem:
        return _found(self._items.get(thread_id, {}), item_id)

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Caller) -> None:
        self._items.get(thread_id, {}).pop(item_id, None)

    @override
    async def save_attachment(self, attachment: Attachment, context: Caller) -> None:
        self._attachments[attachment.id] = attachment

    @override
    async def load_attachment(self, attachment_id: str, context: Caller) -> Attachment:
        return _found(self._attachments, attachment_id)

    @override
    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        self._attachments.pop(attachment_id, None)


def _found(rows: dict[str, T], row_id: str) -> T:
    try:
        return rows[row_id]
    except KeyError:
        raise NotFound(f"There is no {row_id}.") from None


def _page(rows: dict[str, T], limit: int, after: str | None, order: str) -> Page[T]:
    ids = list(rows) if order == "asc" else list(reversed(rows))
    start = ids.index(after) + 1 if after in ids else 0
    shown = ids[start : start + limit]
    more = start + limit < len(ids)
    return Page(data=[rows[each] for each in shown], has_more=more, after=shown[-1] if shown and more else None)
