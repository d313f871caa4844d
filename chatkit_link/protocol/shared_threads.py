"""Threads behind read-only links: what is displayed of them, and how a reader goes on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from chatkit.types import (
    Attachment,
    GeneratedImageItem,
    ImageAttachment,
    Page,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import DynamicWidgetRoot
from pydantic import AnyUrl, BaseModel

from chatkit_link.caller import Caller
from chatkit_link.files.signed_urls import Links
from chatkit_link.store import imports, shares
from chatkit_link.store.imports import WholeThread
from chatkit_link.store.items import Items
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.shares import Share
from chatkit_link.store.unreadable import Unreadable

_ITEMS = Items()
#: Items that are read at once.
PAGE = 200
#: Buttons of a card, each of which is an action.
_BUTTONS = ("confirm", "cancel")


class SharedThread(BaseModel):
    """What a link displays, some of it. created_at: when the link was made."""

    title: str | None
    created_at: datetime
    expires_at: datetime | None
    attachments: bool
    items: Page[ThreadItem]


@dataclass(frozen=True, slots=True)
class SharedThreads:
    store: PostgresStore
    links: Links

    async def page(self, share: Share, reader: Caller, after: int, address: str) -> Page[ThreadItem]:
        """Some of what a link displays, oldest first; ``after`` of the page is where it ends.

        reader: the owner, with the network and the language of who reads. address: where the files of the link are.
        """
        items, last = await self._read(share, after, PAGE + 1, reader)
        more = len(items) > PAGE
        shown = self._shown(items[:PAGE], share, address)
        return Page(data=shown, has_more=more, after=str(last[PAGE - 1]) if more else None)

    async def copy(self, share: Share, reader: Caller, caller: Caller) -> str:
        """A new thread of the caller's that begins with what a link displays; its id.

        Without files, and with nothing that can be clicked: it was somebody else who had it made.
        """
        items: list[ThreadItem] = []
        after = 0
        while True:
            read, places = await self._read(share, after, PAGE, reader)
            items += read
            if len(read) < PAGE:
                break
            after = places[-1]
        thread = ThreadMetadata(id=new_id("thread"), created_at=datetime.now(), title=share.title)
        own = [
            _inert(item).model_copy(update={"thread_id": thread.id})
            for item in _without_files(items)
            if not isinstance(item, Unreadable)
        ]
        async with self.store.database.session(caller, atomic=True) as session:
            await imports.add_whole(session, WholeThread(thread, own, []))
        return thread.id

    async def _read(self, share: Share, after: int, limit: int, reader: Caller) -> tuple[list[ThreadItem], list[int]]:
        """The items behind a position, oldest first, and the positions."""
        async with self.store.database.session(reader) as session:
            rows = await shares.load_items(session, share.id, after, limit)
        return [_ITEMS.parse(row, reader.locale) for row in rows], [row.seq for row in rows]

    def _shown(self, items: Sequence[ThreadItem], share: Share, address: str) -> list[ThreadItem]:
        if not share.attachments:
            return _without_files(items)
        return [self._linked(item, address) for item in items]

    def _linked(self, item: ThreadItem, address: str) -> ThreadItem:
        """The item with its files at the address of the link, which end with it."""
        match item:
            case UserMessageItem(attachments=attachments) if attachments:
                return item.model_copy(update={"attachments": [_linked(each, address) for each in attachments]})
            case GeneratedImageItem(image=image) if image is not None:
                file_id = self.links.file_id(image.url)
                url = image.url if file_id is None else f"{address}/{file_id}"
                return item.model_copy(update={"image": image.model_copy(update={"url": url})})
            case _:
                return item


def _linked(attachment: Attachment, address: str) -> Attachment:
    plain: dict[str, Any] = {"thread_id": None, "metadata": None, "upload_descriptor": None}
    if isinstance(attachment, ImageAttachment):
        plain["preview_url"] = AnyUrl(f"{address}/{attachment.id}/preview")
    return attachment.model_copy(update=plain)


def _inert(item: ThreadItem) -> ThreadItem:
    """A widget that somebody else's chat has made, without what a click on it would do in the name of the reader."""
    if not isinstance(item, WidgetItem):
        return item
    widget = _without_actions(item.widget.model_dump(mode="json", exclude_none=True))
    return item.model_copy(update={"widget": DynamicWidgetRoot.model_validate(widget)})


def _without_actions(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_actions(child) for child in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("dict[str, Any]", node)
    return {
        name: _without_actions(value)
        for name, value in fields.items()
        if not (name.endswith("Action") or (name in _BUTTONS and isinstance(value, dict)))
    }


def _without_files(items: Sequence[ThreadItem]) -> list[ThreadItem]:
    return [
        item.model_copy(update={"attachments": []}) if isinstance(item, UserMessageItem) else item
        for item in items
        if not isinstance(item, GeneratedImageItem)
    ]
