"""``store = "keep"``: a server keeps the store that it made, beside ours.

Two copies of a thread, and who writes which. Ours is what the protocol works on: it says who owns a thread, and a page
reads it; so users are apart even if the other store ignores the context. Theirs is what the server reads, and stays
whole: before an answer it is brought up to date with ours, each item of the answer is saved in it, and a deleted
thread is deleted there. What the server saves in it by itself is saved in ours, too.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chatkit.store import NotFoundError, Store
from chatkit.types import (
    Attachment,
    ThreadItem,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
)

from chatkit_link.agents.brought_servers.bound_caller import bound, caller_of
from chatkit_link.agents.brought_servers.failure import described
from chatkit_link.agents.brought_servers.request_context import ContextFactory
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError

logger = logging.getLogger(__name__)

#: The newest items of a thread that are compared before an answer.
_COMPARED = 100
#: What changes a store: each is followed in ours.
_WRITES = (
    "save_thread",
    "delete_thread",
    "add_thread_item",
    "save_item",
    "delete_thread_item",
    "save_attachment",
    "delete_attachment",
)

Items = Mapping[str, ThreadItem]


class KeptStore:
    """Their store and ours, as two copies of the threads that this server answers in."""

    def __init__(self, theirs: Store[Any], ours: Store[Caller], contexts: ContextFactory, what: str) -> None:
        """From here on, what the server saves in its own store is saved in ours, too.

        what: begins a message, such as ``Agent target 'mine.py:Mine'``.

        Raises:
            ConfigurationError: calls of its store cannot be followed.
        """
        self._theirs = theirs
        self._ours = ours
        self._contexts = contexts
        self._write: dict[str, Callable[..., Awaitable[None]]] = {name: getattr(theirs, name) for name in _WRITES}
        for name in _WRITES:
            try:
                object.__setattr__(theirs, name, self._followed(name))
            except AttributeError as error:
                raise ConfigurationError(
                    f'{what}: store = "keep" needs a store whose objects take attributes, and '
                    f"{type(theirs).__name__} has __slots__."
                ) from error

    def _followed(self, name: str) -> Callable[..., Awaitable[None]]:
        theirs, ours = self._write[name], getattr(self._ours, name)

        async def write(*values: Any, **named: Any) -> None:
            if "context" in named:
                context, ours_named, ours_values = named["context"], {**named}, values
                ours_named["context"] = caller_of(context)
            else:
                *first, context = values
                ours_named, ours_values = named, (*first, caller_of(context))
            await theirs(*values, **named)
            await ours(*ours_values, **ours_named)

        return write

    async def bring_up_to_date(self, thread: ThreadMetadata, caller: Caller, context: Any) -> None:
        """Give theirs the thread and its newest items as this caller may read them in ours.

        Where an edit or another version has changed what the thread is, that may be all of them.
        """
        await self.save_thread(thread, context)
        page = await self._ours.load_thread_items(thread.id, None, _COMPARED, "desc", caller)
        found = await self._theirs.load_thread_items(thread.id, None, _COMPARED, "desc", context)
        ours = {item.id: item for item in page.data}
        theirs = {item.id: item for item in found.data}
        await self._delete_left(thread.id, ours, theirs, context, is_whole=not page.has_more)
        missing = [item for item in page.data if item.id not in theirs]
        while page.has_more and missing and missing[-1].id == page.data[-1].id:
            page = await self._ours.load_thread_items(thread.id, page.after, _COMPARED, "desc", caller)
            missing += [item for item in page.data if not await self._has(thread.id, item, context)]
        for item in reversed(missing):
            await self._write["add_thread_item"](thread.id, item, context)
        for item_id, item in theirs.items():
            if item_id in ours and ours[item_id] != item:
                await self._write["save_item"](thread.id, ours[item_id], context)

    async def _delete_left(self, thread_id: str, ours: Items, theirs: Items, context: Any, *, is_whole: bool) -> None:
        """is_whole: whether those of ours are all that the thread has; else older ones of theirs may be in it, too."""
        oldest = min((item.created_at.timestamp() for item in ours.values()), default=0.0)
        for item_id, item in theirs.items():
            if item_id not in ours and (is_whole or item.created_at.timestamp() >= oldest):
                await self._write["delete_thread_item"](thread_id, item_id, context)

    async def save_event(self, thread: ThreadMetadata, event: ThreadStreamEvent, context: Any) -> None:
        """Save in theirs what an event of an answer says of an item."""
        match event:
            case ThreadItemDoneEvent(item=item) | ThreadItemReplacedEvent(item=item):
                known = await self._has(thread.id, item, context)
                await self._write["save_item" if known else "add_thread_item"](thread.id, item, context)
            case ThreadItemRemovedEvent(item_id=item_id):
                await self._write["delete_thread_item"](thread.id, item_id, context)
            case _:
                pass

    async def save_thread(self, thread: ThreadMetadata, context: Any) -> None:
        await self._write["save_thread"](_plain(thread), context)

    async def _has(self, thread_id: str, item: ThreadItem, context: Any) -> bool:
        try:
            found: Any = await self._theirs.load_item(thread_id, item.id, context)
            return found is not None
        except Exception:  # noqa: BLE001 - each store has an error of its own for what it does not have
            return False

    async def save_attachment(self, attachment: Attachment, context: Any) -> None:
        await self._write["save_attachment"](attachment, context)

    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        await self._write["delete_attachment"](attachment_id, context)

    async def thread_deleted(self, thread_id: str, caller: Caller) -> None:
        """Called when the caller's thread is gone from ours. What fails is logged: there is nobody to try it again."""
        try:
            with bound(caller):
                await self._write["delete_thread"](thread_id, await self._contexts.context(caller))
        except NotFoundError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever the code does
            logger.error("thread %s is deleted, but not in the server's own store: %s", thread_id, described(error))  # noqa: TRY400


def _plain(thread: ThreadMetadata) -> ThreadMetadata:
    return ThreadMetadata.model_validate(thread.model_dump(include=set(ThreadMetadata.model_fields)))
