"""A change of a thread's metadata under a lock, which an answer does not lose with its connection.

The change itself happens once: whoever makes it may count, or draw lots. So when the database goes away after it, it
is stored again as it is, where the metadata are still those that it was made of. Where another request has changed them
since, it would write over that, and is an error instead.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from typing import Any

from chatkit.types import ThreadMetadata

from chatkit_link.caller import Caller
from chatkit_link.store import threads
from chatkit_link.store.engine import Database
from chatkit_link.store.json_column import decode_json
from chatkit_link.store.outages import DatabaseUnavailable
from chatkit_link.store.patience import patiently
from chatkit_link.store.tenancy import Session
from chatkit_link.store.threads import StoredThread
from chatkit_link.wire.sanitize import to_json_text


class MetadataEdit:
    """One change."""

    def __init__(self, database: Database, thread: ThreadMetadata, caller: Caller) -> None:
        self._database = database
        self._thread = thread
        self._caller = caller
        self._before: dict[str, Any] = {}

    @asynccontextmanager
    async def stored(self) -> AsyncGenerator[dict[str, Any]]:
        """The metadata, to be changed in the block, with what was set in the thread and is not stored yet.

        Raises:
            NotFound: there is no such thread.
            DatabaseUnavailable: for a caller without patience; for others where the change would write over another.
        """
        opened, session, metadata = await patiently(self._caller, self._begin)
        changed = False
        try:
            async with opened:
                yield metadata
                changed = True
                await threads.save_metadata(session, self._thread.id, metadata)
        except DatabaseUnavailable:
            if not changed or self._caller.patience is None or not await self._store_again(metadata):
                raise

    async def _begin(self) -> tuple[AsyncExitStack, Session, dict[str, Any]]:
        async with AsyncExitStack() as opening:
            session = await opening.enter_async_context(self._database.session(self._caller, atomic=True))
            self._before = await threads.lock_metadata(session, self._thread.id)
            metadata = deepcopy(self._before)
            if isinstance(self._thread, StoredThread):
                metadata = self._thread.unsaved_metadata(metadata)
            return opening.pop_all(), session, metadata

    async def _store_again(self, metadata: dict[str, Any]) -> bool:
        """False where another request has changed them since."""

        async def store() -> bool:
            async with self._database.session(self._caller, atomic=True) as session:
                now = await threads.lock_metadata(session, self._thread.id)
                if now == self._before:
                    await threads.save_metadata(session, self._thread.id, metadata)
                    return True
                return now == decode_json(to_json_text(metadata))  # the commit was done, and its answer was lost

        return await patiently(self._caller, store)
