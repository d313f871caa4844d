"""Whether this server's documents are those of the index that all servers of its database search.

There is one index. Two servers with different folders would take turns at deleting what the other one has indexed, at
each start. So the database knows a fingerprint of the documents that are indexed, and when a server last had these. A
server with others changes nothing while such a server is there, says so, and searches what the others have indexed. It
looks again from time to time: in a rolling deployment with new documents, the old ones stay until their last server
has stopped. The same folder on the same machine is the same documents, whatever was edited in it since.
"""

import asyncio
import json
import logging
import secrets
import socket
from contextlib import suppress

from chatkit_link.errors import LinkError
from chatkit_link.search.folder import OnFile, Source, sync_index
from chatkit_link.store.deployment import Observed
from chatkit_link.store.documents import OWNER, SEEN, Documents

logger = logging.getLogger(__name__)

#: Seconds after which a server that has not been seen is gone; each one is seen once a minute.
_GONE = 150


class DocumentsClaim:
    """Of one server, on the index of one database."""

    def __init__(self, source: Source, fingerprint: str) -> None:
        """fingerprint: of the source."""
        self._source = source
        self._fingerprint = fingerprint
        self._home = f"{socket.gethostname()}:{source.folder.resolve()}"
        self._server = f"{fingerprint} {secrets.token_hex(8)}"

    async def settle(self, documents: Documents, *, temporary: bool = False, on_file: OnFile | None = None) -> None:
        """Bring the index in line with this server's documents, where it may.

        temporary: a server for one conversation, which replaces nobody's documents. on_file: called for each file.
        """
        async with documents.indexing() as index:
            observed = await index.observe()
            owner = observed.values.get(OWNER)
            if not self._may_change(observed, temporary=temporary):
                return
            await index.own(
                json.dumps({"fingerprint": self._fingerprint, "home": self._home, "label": self._source.label})
            )
            counts = await sync_index(index, self._source, on_file)
        if owner is not None and not self._is_mine(owner) and counts.removed:
            logger.info("the documents are those of this server from now on (%s)", self._source.label)
        if not temporary:
            await documents.seen(self._server)
            await documents.forget_killed(observed)

    async def look(self, documents: Documents, observed: Observed) -> None:
        """Show that this server has the documents of the index; take the index over where nobody has them any more."""
        owner = observed.values.get(OWNER)
        if owner is not None and self._is_mine(owner):
            await documents.seen(self._server)
        elif _is_orphaned(observed):
            await self.settle(documents)

    async def release(self, documents: Documents) -> None:
        """This server stops."""
        with suppress(LinkError):  # the database is away: it is seen by its age
            await documents.unseen(self._server)

    def problem(self, observed: Observed) -> str | None:
        """What is wrong, for an operator."""
        owner = observed.values.get(OWNER)
        if owner is None or self._may_change(observed, temporary=False):
            return None
        theirs = json.loads(owner)
        return (
            f"The documents of this server ({self._source.label}) are not those that other servers of this database "
            f"have indexed ({theirs['label']}, of {theirs['home'].partition(':')[0]}). This server leaves them as they "
            "are, and searches those. Give every server the same documents (CHATKIT_LINK_DOCS); new ones are indexed "
            "when the last server with the old ones has stopped."
        )

    def _may_change(self, observed: Observed, *, temporary: bool) -> bool:
        owner = observed.values.get(OWNER)
        if owner is None or self._is_mine(owner) or self._is_at_home(owner):
            return True
        return _is_orphaned(observed) and not temporary

    def _is_mine(self, owner: str) -> bool:
        return json.loads(owner)["fingerprint"] == self._fingerprint

    def _is_at_home(self, owner: str) -> bool:
        return json.loads(owner)["home"] == self._home


async def claim_of(source: Source) -> DocumentsClaim:
    """For these documents, which are read."""
    return DocumentsClaim(source, await asyncio.to_thread(source.fingerprint))


def _is_orphaned(observed: Observed) -> bool:
    """Whether no server has the indexed documents any more."""
    owner = observed.values.get(OWNER)
    if owner is None:
        return True
    seen = observed.age(f"{SEEN} {json.loads(owner)['fingerprint']} ")
    return seen is None or seen > _GONE
