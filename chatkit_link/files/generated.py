"""Images that a model makes: from base64 inside an event to a file and its link.

The SDK puts generated images into events as ``data:`` addresses, megabytes that would then lie in items,
in event logs and in every page of a thread. Here they become files of the thread, for any server alike.
A draft goes when the next one or the picture itself is there.
"""

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
from chatkit_link.store.patience import patiently

logger = logging.getLogger(__name__)


class GeneratedImages:
    """The images of one turn."""

    def __init__(self, files: Files, thread_id: str, caller: Caller) -> None:
        self._files = files
        self._thread_id = thread_id
        self._caller = caller
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
                stored = await self._stored(event.item_id, image)
                if stored is None:
                    return []
                return [event.model_copy(update={"update": update.model_copy(update={"image": stored})})]
            case (
                ThreadItemAddedEvent(item=GeneratedImageItem(image=image) as item)
                | ThreadItemDoneEvent(item=GeneratedImageItem(image=image) as item)
                | ThreadItemReplacedEvent(item=GeneratedImageItem(image=image) as item)
            ) if image is not None:
                stored = await self._stored(item.id, image)
                return [event.model_copy(update={"item": item.model_copy(update={"image": stored})})]
            case _:
                return [event]

    async def _stored(self, item_id: str, image: GeneratedImage) -> GeneratedImage | None:
        if not image.url.startswith("data:"):
            return image
        try:
            data = base64.b64decode(image.url.partition(",")[2], validate=True)
            receive = partial(self._files.receive_image, data, self._thread_id, self._caller)
            url = await patiently(self._caller, receive, while_it_is=(DatabaseUnavailable,))
        except NotFound:
            return None  # the thread was deleted meanwhile
        except (binascii.Error, LinkError) as error:
            # The answer goes on without its picture.
            logger.warning("request %s: a generated image is lost: %s", self._caller.request_id, error)
            return None
        await self._forget_draft(item_id, url)
        return image.model_copy(update={"url": url})

    async def _forget_draft(self, item_id: str, url: str) -> None:
        draft = self._urls.pop(item_id, None)
        if (file_id := self._files.links.file_id(url)) is not None:
            self._urls[item_id] = file_id
        if draft is not None:
            with suppress(LinkError):  # it goes with its thread at the latest
                await self._files.delete_attachment(draft, self._caller)
