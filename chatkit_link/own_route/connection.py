"""The database and the files behind a route of one's own.

They are opened at the first use, because such a server need not have a lifespan, and once in each event loop, because
a connection belongs to one: the workers of uvicorn are processes of their own, and Starlette's TestClient makes a loop
for each request. What is opened is held by one task of that loop, so that it is closed in the task that opened it, also
where nobody asks for that: a loop that ends cancels its tasks.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from chatkit_link.agents.brought_servers.image_links import ImageLinks
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.files import Files
from chatkit_link.files.open import open_files
from chatkit_link.identity import OtherSecret, is_other_secret, load_secrets
from chatkit_link.settings import Settings
from chatkit_link.store.migrate import migrate
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres import PostgresStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """files, and the addresses of images as they are stored: only where there is a file store."""

    store: PostgresStore
    files: Files | None = None
    images: ImageLinks | None = None


@asynccontextmanager
async def _open(settings: Settings, *, files: bool) -> AsyncGenerator[Opened]:
    async with open_database(settings) as database:
        await migrate(database)
        if not files:  # then it needs no folder that it may write to
            yield Opened(PostgresStore(database))
            return
        secrets = load_secrets(settings)
        if await is_other_secret(database, secrets):
            raise OtherSecret
        async with open_files(settings, database, secrets) as opened:
            store = PostgresStore(database)
            yield Opened(store, opened, ImageLinks(opened, store, public=bool(settings.public_url)))


class _Holder:
    """What one event loop has opened."""

    def __init__(self, settings: Settings, *, files: bool) -> None:
        self.opened: asyncio.Future[Opened] = asyncio.get_running_loop().create_future()
        # Where every request that waited for it has left, an error has nobody to be raised to.
        self.opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())
        self._close = asyncio.Event()
        self._task = asyncio.create_task(self._hold(settings, files=files))

    async def _hold(self, settings: Settings, *, files: bool) -> None:
        try:
            async with _open(settings, files=files) as opened:
                self.opened.set_result(opened)
                await self._close.wait()
        except Exception as error:
            if self.opened.done():
                raise
            self.opened.set_exception(error)
        finally:
            self.opened.cancel()  # no effect where it has a result

    @property
    def failed(self) -> bool:
        return self._task.done()

    async def close(self) -> None:
        self._close.set()
        await self._task


class Connection:
    """The database of the settings, with the schema of this version, for whichever loop asks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._warned = False
        #: Set before the first use; files need a folder, and a secret for their links.
        self.with_files = False
        self._holders: WeakKeyDictionary[asyncio.AbstractEventLoop, _Holder] = WeakKeyDictionary()

    async def open(self) -> None:
        """Open it for this loop, to be closed with ``close``. Raises as ``get``."""
        self._warned = True
        await self.get()

    async def get(self) -> Opened:
        """Opened, and migrated.

        Raises:
            ConfigurationError: there is no database; asked again, it is tried again.
            Unavailable: it cannot be reached.
        """
        loop = asyncio.get_running_loop()
        holder = self._holders.get(loop)
        if holder is None or holder.failed:
            if self._settings.database_url is None and not self._warned:
                self._warned = True
                logger.warning(
                    "The embedded PostgreSQL may outlive this server. FastAPI(lifespan=data_store.lifespan) stops it."
                )
            holder = self._holders[loop] = _Holder(self._settings, files=self.with_files)
        # A request that is broken off does not take it from the others.
        return await asyncio.shield(holder.opened)

    async def files(self) -> Files:
        """The files, for a file store. Raises as ``get``."""
        files = (await self.get()).files
        if files is None:
            raise ConfigurationError("The FileStore was made after the first use of its DataStore: make it beside it.")
        return files

    async def close(self) -> None:
        """Close what this loop has opened; the next use opens it again."""
        if (holder := self._holders.pop(asyncio.get_running_loop(), None)) is not None:
            await holder.close()
