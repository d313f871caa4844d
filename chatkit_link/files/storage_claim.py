"""Whether this server's storage is that of its database.

A replica with another folder than the rest would store files that the others do not find, and would take for removed
what it never had. So there is a marker in the storage, a random id, and the database knows which one holds its files.
A server whose storage has another marker, or none, stores nothing and removes nothing: that is a folder of another
replica, a volume that is not mounted, or a new place to which the files were not moved. It looks again from time to
time, as a mount may only be late.

An unmarked storage is claimed where nothing can be lost by it: when it holds the files that the database knows of
(those of an earlier version, or restored from a backup), or when there are none, none that are to be removed, and no
other server has a storage.
"""

import logging
import secrets

from chatkit_link.errors import LinkError, NotFound
from chatkit_link.files.storage import Storage
from chatkit_link.store import deployment
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database

logger = logging.getLogger(__name__)

#: Names of ``store/deployment.py``: the marker's id, where it was last, and when a server last had it.
MARKER, PLACE, SEEN = "storage", "storage place", "storage seen"
#: In place of an id: the next server that asks may have it (``chatkit-link files accept``).
ANY = "any"
#: Seconds after which a server that has not been seen is gone; each one is seen once a minute.
GONE = 150
#: How many of the newest files are looked for, and how many of a hundred must be there.
_SAMPLE = 50
_ENOUGH = 80


class StorageClaim:
    """Of one storage, on the files of one database."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage
        self._held: str | None = None
        self._reported: str | None = None

    @property
    def found(self) -> str | None:
        """What was wrong when it was last renewed, for an operator."""
        return self._reported

    async def renew(self) -> None:
        """Claim the storage where it may be claimed, and let it be used as far as it is. Logs what is wrong, once."""
        problem = await self.problem(claim=True)
        if problem is None:
            await deployment.touch(self._database, SEEN)
        elif problem != self._reported:
            logger.error("%s", problem)
        self._reported = problem
        self._storage.usable = self._held is not None

    async def release(self) -> None:
        """This server stops."""
        if self._held is not None and self._reported is None:
            await deployment.forget(self._database, SEEN)

    async def holds(self) -> bool:
        """Whether the files of the database are here, at this moment."""
        try:
            marker = await self._storage.marker()
        except LinkError:
            return False
        return marker is not None and marker == await deployment.find(self._database, MARKER)

    async def problem(self, *, claim: bool = False) -> str | None:
        """What is wrong, for an operator; None where the storage is that of the database, or may become it.

        claim: make it so. Without it nothing is changed.
        """
        try:
            marker = await self._storage.marker()
            known = await deployment.find(self._database, MARKER)
            if marker is None or marker != known:
                if marker is not None and marker == self._held and known is not None:
                    # Ours is as it was, and another server is to have the files from now on.
                    return None if known == ANY else await self._foreign(marker)
                self._held = None
                if not await self._may_claim(known):
                    return await self._foreign(marker)
                if not claim:
                    return None
                marker = await self._claim(marker, known)
                if marker is None:
                    return await self._foreign(marker)
        except LinkError as error:
            return f"The storage of the files ({self._storage.place}) cannot be used: {error}"
        if claim:
            self._held = marker
            await deployment.replace(self._database, PLACE, self._storage.place)
        return None

    async def _may_claim(self, known: str | None) -> bool:
        if known == ANY:
            return True
        newest = await rows.newest_places(self._database, _SAMPLE)
        if newest:
            return await self._number_of(newest) * 100 >= len(newest) * _ENOUGH
        if known is None:
            return True
        seen = await deployment.age(self._database, SEEN)
        return (seen is None or seen > GONE) and not await rows.has_removals(self._database)

    async def _number_of(self, places: list[str]) -> int:
        found = 0
        for place in places:
            try:
                await self._storage.size(place)
            except NotFound:
                continue
            found += 1
        return found

    async def _claim(self, marker: str | None, known: str | None) -> str | None:
        """The marker that the storage has and the database knows; None if another server was faster with another."""
        if known is None:
            marker = await self._storage.mark(marker or secrets.token_hex(16))
            return marker if await deployment.agree(self._database, MARKER, marker) == marker else None
        marker = await self._storage.mark(marker or secrets.token_hex(16))
        await deployment.replace(self._database, MARKER, marker)
        return marker

    async def _foreign(self, marker: str | None) -> str:
        before = await deployment.find(self._database, PLACE) or "another place"
        what = "is another one." if marker else "has no marker of it: is its volume not mounted?"
        return (
            f"The files of this database are in {before}. The storage of this server, {self._storage.place}, {what} "
            "No file is stored or removed by this server. Mount or name the same storage for every server "
            "(CHATKIT_LINK_FILES_URL, CHATKIT_LINK_DATA), or move the files there with the file "
            f"{Storage.MARKER}. If they are lost for good: chatkit-link files accept."
        )
