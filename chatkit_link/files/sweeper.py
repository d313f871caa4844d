"""Removes bytes that no row needs any more, and files that were never sent.

Every replica has one; what one of them is removing, the others leave alone. A removal is forgotten only
when the right storage has done it, so that one that is away, or is another one, costs nothing but time.
"""

import asyncio
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from chatkit_link.errors import LinkError
from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import StorageClaim
from chatkit_link.store import files as rows
from chatkit_link.store.activity import DAY
from chatkit_link.store.engine import Database

logger = logging.getLogger(__name__)

#: Seconds between two scheduled rounds.
ROUND = 60.0
#: Seconds until a file that no message carries is deleted; and one whose upload was started, but not finished.
UNSENT = 86_400.0
AWAITING = 2 * 3600.0
#: Seconds after the end of its link in which an upload that begins just in time gets a turn.
SLACK = 120.0
_AT_ONCE = 50


class Sweeper:
    """An async context manager: inside, it sweeps in a task of its own."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        claim: StorageClaim | None = None,
        *,
        empty: float = AWAITING,
        rounds: bool = True,
    ) -> None:
        """
        Args:
            claim: on the storage; bytes are removed while it is held. None: the storage is known to be the right one.
            empty: seconds until a file is deleted that nothing has come of.
            rounds: sweep now and then, and not only when it is asked to.
        """
        self._claim = claim
        self._empty = empty
        self._rounds = rounds
        self._database = database
        self._storage = storage
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._claim is not None:
            await self._claim.renew()
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._claim is not None:
            with suppress(Exception):  # the database is away: it is seen by its age
                await self._claim.release()

    @property
    def storage_problem(self) -> str | None:
        """What was wrong with the storage when it was last looked at, for an operator."""
        return None if self._claim is None else self._claim.found

    def wake(self) -> None:
        """Sweep now."""
        self._asked.set()

    async def _run(self) -> None:
        due = self._rounds
        while True:
            self._asked.clear()
            try:
                if self._claim is not None:
                    await self._claim.renew()
                if due:
                    await self.sweep()
            except Exception as error:  # noqa: BLE001 - it will be tried again in a moment, whatever it was
                logger.warning("files cannot be swept now: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND):
                    await self._asked.wait()
            due = self._asked.is_set() or self._rounds
            if not self._asked.is_set():
                await self._database.activity.rest(DAY)

    async def sweep(self) -> None:
        """Delete what was never sent, and remove all bytes whose time has come."""
        swept = await rows.delete_unsent(self._database, unsent=UNSENT, awaiting=AWAITING, empty=self._empty)
        if swept:
            logger.info("%d files that were never sent are deleted", swept)
            await rows.drop_empty_sums(self._database)
        while await self._remove_some():
            pass

    async def _remove_some(self) -> bool:
        """Whether there may be more to do."""
        async with rows.due_removals(self._database, _AT_ONCE) as removals:
            # What is not in another storage is not removed from the right one: it stays noted for whoever has that.
            if removals.prefixes and self._claim is not None and not await self._claim.holds():
                return False
            for prefix in removals.prefixes:
                try:
                    await self._storage.remove(prefix)
                    removals.done.append(prefix)
                except LinkError as error:
                    logger.warning("the bytes under %s stay for now: %s", prefix, error)
                    removals.failed.append(prefix)
            return len(removals.prefixes) == _AT_ONCE
