"""``DataStore``: the Postgres store as the ``Store`` of a ``ChatKitServer`` that has a route of its own."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from chatkit.store import Store, StoreItemType
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from typing_extensions import override

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.own_route.connection import Connection, Opened
from chatkit_link.own_route.context import EVERYONE, caller_of
from chatkit_link.protocol.ids import PLACEHOLDERS
from chatkit_link.settings import Settings, read_settings
from chatkit_link.store.postgres import new_id

logger = logging.getLogger(__name__)


class DataStore(Store[Any]):
    """Threads and items in Postgres, each seen by its own user alone.

    The context of ``server.process(body, context)`` names the user: ``{"user_id": "ada"}``, an object with that
    attribute, or a ``Caller``. It connects and migrates at its first use, in every process; ``lifespan`` does that
    when the server starts, and closes it when it stops.
    """

    def __init__(
        self, database_url: str | None = None, *, user: str | None = None, settings: Settings | None = None
    ) -> None:
        """
        Args:
            database_url: a PostgreSQL address; without it ``DATABASE_URL`` of the environment or of ``.env``, and
                without that the embedded PostgreSQL.
            user: who it is where a context names nobody. Without it such a context is refused, unless it is empty: then
                all visitors are one user.
            settings: all of them; read from the environment if None.

        Raises:
            ConfigurationError: a setting cannot work.
        """
        given = {} if database_url is None else {"database_url": database_url}
        self.settings = settings or read_settings(**given)
        self.connection = Connection(self.settings)
        self._user = user
        self._warned = False

    async def __aenter__(self) -> Self:
        await self.connection.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.close()

    @asynccontextmanager
    async def lifespan(self, _app: Any) -> AsyncGenerator[None]:
        """For ``FastAPI(lifespan=data_store.lifespan)``: open with the server, and closed with it."""
        async with self:
            yield

    def caller(self, context: Any) -> Caller:
        """The user that a context names; see ``own_route/context.py``."""
        if (caller := caller_of(context, self._user)) is not None:
            return caller
        if not self._warned:
            self._warned = True
            logger.warning(
                "The context of server.process is empty: all visitors are one user, and read each other's threads. "
                'Pass {"user_id": ...} to separate them, or make the store with DataStore(user="everyone").'
            )
        return Caller("default", EVERYONE)

    async def _opened(self, context: Any) -> tuple[Opened, Caller]:
        caller = self.caller(context)
        return await self.connection.get(), caller

    @override
    def generate_thread_id(self, context: Any) -> str:
        return new_id("thread")

    @override
    def generate_item_id(self, item_type: StoreItemType, thread: ThreadMetadata, context: Any) -> str:
        return new_id(item_type)

    @override
    async def load_thread(self, thread_id: str, context: Any) -> ThreadMetadata:
        opened, caller = await self._opened(context)
        return await opened.store.load_thread(thread_id, caller)

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Any) -> None:
        opened, caller = await self._opened(context)
        await opened.store.save_thread(thread, caller)

    @override
    async def load_threads(self, limit: int, after: str | None, order: str, context: Any) -> Page[ThreadMetadata]:
        opened, caller = await self._opened(context)
        return await opened.store.load_threads(limit, after, order, caller)

    @override
    async def delete_thread(self, thread_id: str, context: Any) -> None:
        opened, caller = await self._opened(context)
        await opened.store.delete_thread(thread_id, caller)
        if opened.files is not None:
            opened.files.tidy()

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Any
    ) -> Page[ThreadItem]:
        opened, caller = await self._opened(context)
        page = await opened.store.load_thread_items(thread_id, after, limit, order, caller)
        if opened.files is not None:
            page.data = opened.files.links.fresh_all(page.data, caller)
        return page

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        opened, caller = await self._opened(context)
        if item.id in PLACEHOLDERS:  # the same for every answer of such a model: the second would overwrite the first
            item = item.model_copy(update={"id": new_id("message")})
        if opened.images is not None:
            item = await opened.images.as_stored(item, caller)
        await opened.store.add_thread_item(thread_id, item, caller)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        await self.add_thread_item(thread_id, item, context)

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Any) -> ThreadItem:
        opened, caller = await self._opened(context)
        item = await opened.store.load_item(thread_id, item_id, caller)
        return item if opened.files is None else opened.files.links.fresh(item, caller)

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Any) -> None:
        opened, caller = await self._opened(context)
        await opened.store.delete_thread_item(thread_id, item_id, caller)

    async def add_feedback(self, thread_id: str, item_ids: Sequence[str], kind: Any, context: Any) -> None:
        """Keep an opinion; for ``add_feedback`` of a server, which the SDK leaves empty."""
        opened, caller = await self._opened(context)
        await opened.store.save_feedback(thread_id, item_ids, kind, caller)

    @override
    async def save_attachment(self, attachment: Attachment, context: Any) -> None:
        opened, caller = await self._opened(context)
        if opened.images is not None:
            attachment = await opened.images.attachment_as_stored(attachment, caller)
        # Where its bytes go is for the browser that asked, and for once.
        await opened.store.save_attachment(attachment.model_copy(update={"upload_descriptor": None}), caller)

    @override
    async def load_attachment(self, attachment_id: str, context: Any) -> Attachment:
        opened, caller = await self._opened(context)
        attachment = await opened.store.load_attachment(attachment_id, caller)
        return attachment if opened.files is None else opened.files.links.fresh_attachment(attachment, caller)

    @override
    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        opened, caller = await self._opened(context)
        try:
            await opened.store.delete_attachment(attachment_id, caller)
        except NotFound:  # the SDK's server has had the file store delete it, and with the file went the row
            return
