"""Images of a thread at addresses that a model's server can read.

Stored are plain addresses of ours, which nobody may read; a page is given signed ones. Code of others hands what it
reads on to a model: so it is given a signed link where this server has a public address, else the image itself as a
``data:`` address. What it saves again is stored as it was.
"""

import base64
from collections.abc import Sequence

from chatkit.store import Store
from chatkit.types import Attachment, GeneratedImageItem, ImageAttachment, ThreadItem, UserMessageItem
from pydantic import AnyUrl

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, NotFound
from chatkit_link.files.files import Files

#: In one page of items; of older ones a link is all there is.
_MOST_IMAGES = 10


class ImageLinks:
    """public: a model's server can reach this one."""

    def __init__(self, files: Files, store: Store[Caller], *, public: bool) -> None:
        self._files = files
        self._store = store
        self._public = public

    async def readable(self, items: Sequence[ThreadItem], caller: Caller, *, newest_first: bool) -> list[ThreadItem]:
        """The same items, whose images of ours can be read."""
        left = _MOST_IMAGES
        found: list[ThreadItem] = []
        for item in items if newest_first else reversed(items):
            changed, used = await self._item(item, caller, left)
            left -= used
            found.append(changed)
        return found if newest_first else found[::-1]

    async def _item(self, item: ThreadItem, caller: Caller, left: int) -> tuple[ThreadItem, int]:
        match item:
            case UserMessageItem(attachments=attachments) if attachments:
                fresh: list[Attachment] = []
                for each in attachments:
                    embed = len(fresh) < left
                    fresh.append(await self.attachment(each, caller, embed=embed))
                return item.model_copy(update={"attachments": fresh}), len(fresh)
            case GeneratedImageItem(image=image) if image is not None:
                url = await self._readable(image.url, caller, embed=left > 0)
                return item.model_copy(update={"image": image.model_copy(update={"url": url})}), 1
            case _:
                return item, 0

    async def attachment(self, attachment: Attachment, caller: Caller, *, embed: bool = True) -> Attachment:
        """The same attachment, whose preview can be read."""
        if not isinstance(attachment, ImageAttachment):
            return attachment
        url = await self._readable(str(attachment.preview_url), caller, embed=embed)
        return attachment.model_copy(update={"preview_url": AnyUrl(url)})

    async def _readable(self, url: str, caller: Caller, *, embed: bool) -> str:
        file_id = self._files.links.file_id(url)
        if file_id is None:
            return url
        if not self._public and embed:
            try:
                picture = await self._files.read_picture(file_id, caller)
            except LinkError:
                picture = None
            if picture is not None:
                return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
        return self._files.links.signed(file_id, caller)

    async def as_stored(self, item: ThreadItem, caller: Caller) -> ThreadItem:
        """An item with the addresses that are stored, where it has those that were made for reading."""
        match item:
            case UserMessageItem(attachments=attachments) if attachments:
                return item.model_copy(
                    update={"attachments": [await self.attachment_as_stored(each, caller) for each in attachments]}
                )
            case GeneratedImageItem(image=image) if image is not None:
                try:
                    stored = await self._store.load_item(item.thread_id, item.id, caller)
                except NotFound:
                    return item
                image = stored.image if isinstance(stored, GeneratedImageItem) else image
                return item.model_copy(update={"image": image})
            case _:
                return item

    async def attachment_as_stored(self, attachment: Attachment, caller: Caller) -> Attachment:
        if not isinstance(attachment, ImageAttachment):
            return attachment
        try:
            stored = await self._store.load_attachment(attachment.id, caller)
        except NotFound:
            return attachment
        if not isinstance(stored, ImageAttachment) or self._files.links.file_id(str(stored.preview_url)) is None:
            return attachment
        return attachment.model_copy(update={"preview_url": stored.preview_url})
