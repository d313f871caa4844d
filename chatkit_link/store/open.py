"""The database of the settings, opened: to serve from it, or to read it without changing it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio.to_thread

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from chatkit_link.store.address import Address, parse_address
from chatkit_link.store.database_errors import database_errors
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database, Turns
from chatkit_link.store.migrate import require_schema


@asynccontextmanager
async def open_database(settings: Settings, *, turns: Turns | None = None) -> AsyncGenerator[Database]:
    """The database that ``DATABASE_URL`` names, else the embedded one, which is made if it is not there yet.

    Its schema and its documents stay as they are. turns: for users' connections (``Database``).

    Raises:
        ConfigurationError: there is no database, or it refuses something inside the block: ``DatabaseUnusable``.
    """
    async with AsyncExitStack() as stack:
        direct: Address | None = None
        if settings.database_url is not None:
            url, embedded_in = settings.database_url.get_secret_value(), None
            if settings.database_direct_url is not None:
                direct = parse_address(settings.database_direct_url.get_secret_value(), name="DATABASE_DIRECT_URL")
        else:
            embedded = EmbeddedPostgres(settings.data)
            stack.callback(embedded.stop)  # before it starts: a start that is broken off leaves nothing running
            url, embedded_in = await anyio.to_thread.run_sync(embedded.start), str(embedded.folder)
        database = Database(url, direct=direct, pool_size=settings.database_pool, turns=turns)
        stack.push_async_callback(database.close)
        with database_errors(database.address, embedded_in=embedded_in):
            if embedded_in is None:
                await database.route.examine()
            yield database


@asynccontextmanager
async def open_existing(settings: Settings, *, older: bool = False) -> AsyncGenerator[Database]:
    """The same for a command that migrates nothing and makes no database.

    older: whether the schema may be that of an earlier version.

    Raises:
        ConfigurationError: also if there is no embedded database yet, or the schema is not that of this version.
    """
    if settings.database_url is None and not EmbeddedPostgres(settings.data).exists():
        raise ConfigurationError(
            f"There is no database in {settings.data} yet. Start the server once (chatkit-link serve), "
            "set DATABASE_URL, or name another folder with CHATKIT_LINK_DATA."
        )
    async with open_database(settings) as database:
        await require_schema(database, older=older)
        yield database
