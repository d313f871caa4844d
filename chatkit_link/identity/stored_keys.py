"""The live server keys of the database, as this replica knows them.

A request with a key asks no database: all live keys are read at once, and again by the first request that comes more
than ``KNOWN_FOR`` seconds later. So a key that is revoked is refused that many seconds later at the latest, and however
many requests come, with whatever keys, there is one such read in that time.
"""

import asyncio
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from chatkit_link.identity.key_format import PREFIX, key_hash, key_id
from chatkit_link.store.engine import Database
from chatkit_link.store.server_keys import StoredKey, live_keys

#: Seconds. A new key is good, and a revoked one no longer, after so long at the latest, on every replica.
KNOWN_FOR = 3.0
#: Compared with where there is no key of that id, so that the answer takes as long.
_NO_HASH = key_hash("")


class StoredKeys:
    """Finds the key that a request carries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: Mapping[str, StoredKey] = {}
        self._read_at = -KNOWN_FOR
        self._lock = asyncio.Lock()

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text means to be a stored key, so that it is no credential of another type."""
        return text.startswith(PREFIX)

    async def find(self, text: str) -> StoredKey | None:
        """The key of this text, if it is live. Raises Unavailable where the database is away."""
        named = key_id(text)
        if named is None:  # mistyped or made up: nothing is looked up for it
            return None
        found = (await self._live()).get(named)
        right = hmac.compare_digest(key_hash(text), found.hash if found else _NO_HASH)
        if found is None or not right or (found.expires_at is not None and found.expires_at <= datetime.now(UTC)):
            return None
        return found

    async def _live(self) -> Mapping[str, StoredKey]:
        if self._fresh():
            return self._keys
        async with self._lock:
            if not self._fresh():  # another request may just have read them
                asked_at = time.monotonic()
                self._keys = {key.id: key for key in await live_keys(self._database)}
                self._read_at = asked_at
        return self._keys

    def _fresh(self) -> bool:
        return time.monotonic() - self._read_at < KNOWN_FOR
