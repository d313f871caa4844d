"""The store and the file store that a brought server is given: ours, for whatever context it passes.

Neither has a public attribute, so that a class of the server's own can stand beside it in a stand-in
(``stand_in.py``) without a name in common.
"""

from typing import Any

from chatkit.store import AttachmentStore, Store, StoreItemType
from chatkit.types import Attachment, AttachmentCreateParams, Page, ThreadItem, ThreadMetadata
from typing_extensions import override

from chatkit_link.agents.brought_servers.bound_caller import caller_of
from chatkit_link.agents.brought_servers.image_links import ImageLinks
from chatkit_link.agents.steps import own_id
from chatkit_link.caller import Caller
from chatkit_link.files.files import Files


class TurnStore(Store[Any]):
    """A store of Callers as a store of any context: the Caller is the one who is being answered.

    Ids are ours: those of a class that counts or shortens would meet again after a restart, and replace items. They
    are the same where an answer goes on elsewhere, and its items are made again.
    """

    def __init__(self, store: Store[Caller], images: ImageLinks | None = None) -> None:
        """images: makes images readable for the models of a server; None where there are none."""
        self.__store = store
        self.__images = images

    @override
    def generate_thread_id(self, context: Any) -> str:
        return self.__store.generate_thread_id(context)

    @override
    def generate_item_id(self, item_type: StoreItemType, thread: ThreadMetadata, context: Any) -> str:
        return own_id(item_type)

    @override
    async def load_thread(self, thread_id: str, context: Any) -> ThreadMetadata:
        return await self.__store.load_thread(thread_id, caller_of(context))

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Any) -> None:
        await self.__store.save_thread(thread, caller_of(context))

    @override
    async def load_threads(self, limit: int, after: str | None, order: str, context: Any) -> Page[ThreadMetadata]:
        return await self.__store.load_threads(limit, after, order, caller_of(context))

    @override
    async def delete_thread(self, thread_id: str, context: Any) -> None:
        await self.__store.delete_thread(thread_id, caller_of(context))

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Any
    ) -> Page[ThreadItem]:
        caller = caller_of(context)
        page = await self.__store.load_thread_items(thread_id, after, limit, order, caller)
        if self.__images is not None:
            page.data = await self.__images.readable(page.data, caller, newest_first=order == "desc")
        return page

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        caller = caller_of(context)
        await self.__store.add_thread_item(thread_id, await self.__as_stored(item, caller), caller)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        caller = caller_of(context)
        await self.__store.save_item(thread_id, await self.__as_stored(item, caller), caller)

    async def __as_stored(self, item: ThreadItem, caller: Caller) -> ThreadItem:
        return item if self.__images is None else await self.__images.as_stored(item, caller)

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Any) -> ThreadItem:
        caller = caller_of(context)
        item = await self.__store.load_item(thread_id, item_id, caller)
        return item if self.__images is None else (await self.__images.readable([item], caller, newest_first=True))[0]

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Any) -> None:
        await self.__store.delete_thread_item(thread_id, item_id, caller_of(context))

    @override
    async def save_attachment(self, attachment: Attachment, context: Any) -> None:
        caller = caller_of(context)
        if self.__images is not None:
            attachment = await self.__images.attachment_as_stored(attachment, caller)
        await self.__store.save_attachment(attachment, caller)

    @override
    async def load_attachment(self, attachment_id: str, context: Any) -> Attachment:
        caller = caller_of(context)
        attachment = await self.__store.load_attachment(attachment_id, caller)
        return attachment if self.__images is None else await self.__images.attachment(attachment, caller)

    @override
    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        await self.__store.delete_attachment(attachment_id, caller_of(context))


class TurnFiles(AttachmentStore[Any]):
    """Our files as the attachment store of any context."""

    def __init__(self, files: Files) -> None:
        self.__files = files

    @override
    def generate_attachment_id(self, mime_type: str, context: Any) -> str:
        return self.__files.generate_attachment_id(mime_type, context)

    @override
    async def create_attachment(self, input: AttachmentCreateParams, context: Any) -> Attachment:
        return await self.__files.create_attachment(input, caller_of(context))

    @override
    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        await self.__files.delete_attachment(attachment_id, caller_of(context))

    async def read(self, attachment_id: str, context: Any, limit: int | None = None) -> bytes:
        """The bytes of a file, at most ``limit`` of them. Raises NotFound."""
        return await self.__files.read(attachment_id, caller_of(context), limit)
