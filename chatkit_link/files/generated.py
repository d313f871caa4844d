"""Images that a model makes: from base64 inside an event to a file and its link.

The SDK puts generated images into events as ``data:`` addresses, megabytes that would then lie in items,
in event logs and in every page of a thread. Here they become files of the thread, for any server alike.
A draft goes when the next one or the picture itself is there.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from chatkit.types import (
    GeneratedImage,
    GeneratedImageItem,
    GeneratedImageUpdated,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, NotFound
from chatkit_link.files.files import Files
from chatkit_link.store.outages import DatabaseUnavailable
from chatkit_link.store.patience import PASSING, delays, patiently

logger = logging.getLogger(__name__)

#: Seconds that the pictures of a turn wait for a storage that is away, or for a server that has too much to do.
_PATIENCE = 60.0


class GeneratedImages:
    """The images of one turn."""

    def __init__(self, files: Files, thread_id: str, caller: Caller) -> None:
        self._files = files
        self._thread_id = thread_id
        self._caller = caller
        #: Seconds that pictures may still wait for what is not the database.
        self._patience = _PATIENCE
        #: Item id -> the file that shows it now.
        self._urls: dict[str, str] = {}

    @staticmethod
    def are_in(event: ThreadItemUpdatedEvent) -> bool:
        """Whether an update may carry an image."""
        return event.update.type == "generated_image.updated"

    async def keep(self, event: ThreadStreamEvent) -> Sequence[ThreadStreamEvent]:
        """The event with a link in place of an image's bytes; none for a draft that cannot be stored."""
        match event:
            case ThreadItemUpdatedEvent(update=GeneratedImageUpdated(image=image) as update):
                stored = await self._stored(event.item_id, image, draft=True)
                if stored is None:
                    return []
                return [event.model_copy(update={"update": update.model_copy(update={"image": stored})})]
            case (
                ThreadItemAddedEvent(item=GeneratedImageItem(image=image) as item)
                | ThreadItemDoneEvent(item=GeneratedImageItem(image=image) as item)
                | ThreadItemReplacedEvent(item=GeneratedImageItem(image=image) as item)
            ) if image is not None:
                stored = await self._stored(item.id, image, draft=False)
                return [event.model_copy(update={"item": item.model_copy(update={"image": stored})})]
            case _:
                return [event]

    async def _stored(self, item_id: str, image: GeneratedImage, *, draft: bool) -> GeneratedImage | None:
        if not image.url.startswith("data:"):
            return image
        try:
            data = base64.b64decode(image.url.partition(",")[2], validate=True)
            url = await self._receive(data, draft=draft)
        except NotFound:
            return None  # the thread was deleted meanwhile
        except (binascii.Error, LinkError) as error:
            # The answer goes on without its picture.
            logger.warning("request %s: a generated image is lost: %s", self._caller.request_id, error)
            return None
        await self._forget_draft(item_id, url)
        return image.model_copy(update={"url": url})

    async def _receive(self, data: bytes, *, draft: bool) -> str:
        """Store a picture; its link.

        The database is waited for as the rest of the answer waits for it. The storage, or a server that has too much to
        do, has a minute for all pictures together, and none for a draft: the answer can go on without.
        """
        receive = partial(self._files.receive_image, data, self._thread_id, self._caller)
        clock = asyncio.get_running_loop().time
        waits = delays()
        while True:
            began = clock()
            try:
                return await patiently(self._caller, receive, while_it_is=(DatabaseUnavailable,))
            except PASSING:
                waiting = self._caller.patience is not None and not draft and self._files.storage.usable
                if not waiting or self._patience <= 0:
                    raise
            await asyncio.sleep(next(waits))
            self._patience -= clock() - began

    async def _forget_draft(self, item_id: str, url: str) -> None:
        draft = self._urls.pop(item_id, None)
        if (file_id := self._files.links.file_id(url)) is not None:
            self._urls[item_id] = file_id
        if draft is not None:
            with suppress(LinkError):  # it goes with its thread at the latest
                await self._files.delete_attachment(draft, self._caller)
