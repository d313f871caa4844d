"""The database, what is stored in it, and who gets in."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from chatkit_link.composition.startup import Startup
from chatkit_link.data_folder import mend
from chatkit_link.identity import (
    Access,
    admission,
    load_secrets,
    require_known_secret,
    warn_of_generated,
)
from chatkit_link.limits.requests import database_line
from chatkit_link.search.documents_claim import DocumentsClaim, claim_of
from chatkit_link.search.folder import OnFile, documents_of
from chatkit_link.settings import Settings
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.server_keys import NO_KEYS, count_keys
from chatkit_link.store.settings_changes import fingerprints, note_settings

#: Seconds that replicas which start together wait for each other's indexing, longer than any request may.
_INDEXING = 600


@dataclass(frozen=True, slots=True)
class Data:
    """secrets: that sign links and tokens, the current one first. claim: what this server holds the documents to be."""

    database: Database
    store: PostgresStore
    documents: Documents
    claim: DocumentsClaim
    secrets: tuple[bytes, ...]


async def open_data(stack: AsyncExitStack, startup: Startup) -> Data:
    """The database with the schema and the documents of this version.

    Raises:
        ConfigurationError: it cannot be opened, or other servers of it disagree with this one.
    """
    settings = startup.settings
    mend(settings.data)
    database = await stack.enter_async_context(open_database(settings, turns=database_line(settings.database_pool)))
    if not startup.joins:
        await migrate(database)
    secrets = load_secrets(settings)
    if not startup.temporary and not startup.joins:
        await _settle(settings, database, secrets)
    claim = await _index_documents(startup, database)
    return Data(database, PostgresStore(database), Documents(database), claim, secrets)


async def open_access(stack: AsyncExitStack, startup: Startup, data: Data) -> Access:
    """Who gets in, and with which keys."""
    # A temporary server is its operator's own, who has no key of the database.
    keys = NO_KEYS if startup.temporary else await count_keys(data.database)
    by_hook = startup.hook is not None and startup.settings.identify is None
    admitted = admission(startup.settings, hook=by_hook, keys=keys)
    access = Access.build(startup.settings, data.database, data.secrets, admitted)
    await stack.enter_async_context(access.key_use.running())
    return access


async def _settle(settings: Settings, database: Database, secrets: tuple[bytes, ...]) -> None:
    """What a server that starts has to agree on with the others of its database, and leaves for the next one."""
    warn_of_generated(settings)
    await require_known_secret(database, secrets)
    await note_settings(database, fingerprints(settings, secrets[0]))


def _documents(startup: Startup) -> OnFile | None:
    report = startup.on_progress
    return None if report is None else lambda done, total: report("Reading documents", done, total)


async def _index_documents(startup: Startup, database: Database) -> DocumentsClaim:
    claim = await claim_of(documents_of(startup.settings))
    if startup.joins:
        return claim
    indexing = Database(database.address, pool_size=1, patience=_INDEXING)
    try:
        await claim.settle(
            Documents(indexing),
            temporary=startup.temporary,
            on_file=_documents(startup),
        )
    finally:
        await indexing.close()
    if startup.on_progress is not None:
        startup.on_progress("Starting the agents", 0, None)
    return claim
