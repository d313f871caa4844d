"""What all servers of one database must have in common, in one place: at start, in ``/ready`` and by ``doctor``.

Each check compares what this server has with what the database says (``store/deployment.py``), and gives a sentence
where they do not fit together. A server that would take something from users is not ready, so that a load balancer
sends them to the others; with what only an operator minds, it is ready and says so.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from chatkit_link.errors import Unavailable
from chatkit_link.files.storage_claim import GONE
from chatkit_link.files.storage_claim import SEEN as STORAGE_SEEN
from chatkit_link.identity import FINGERPRINT, OtherSecret
from chatkit_link.identity.secret import fingerprint
from chatkit_link.search.documents_claim import DocumentsClaim
from chatkit_link.settings import Settings
from chatkit_link.store.deployment import Observed, observe
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import schema_at

logger = logging.getLogger(__name__)

STORAGE: Final = "files"
DOCUMENTS: Final = "documents"
#: Seconds by which a clock may differ from the database's before it is said.
_NOTABLE: Final = 1.0
_LEAST_TOLERANCE: Final = 5.0
#: Seconds between two looks that nobody asks for.
_ROUND: Final = 60.0


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that this server and its database do not have in common.

    Attributes:
        name: of what it is about, as ``doctor`` prints it.
        summary: for ``/ready``, which anybody can read.
        text: for an operator.
        unready: users would lose something here.
    """

    name: str
    summary: str
    text: str
    unready: bool


def tolerance_of(settings: Settings) -> float:
    """Seconds by which a clock may be off. Cookies and links forgive minutes; a token of an hour ago is an hour old."""
    return max(settings.jwt_leeway, _LEAST_TOLERANCE)


@dataclass(frozen=True, slots=True)
class Replica:
    """What this server has.

    Attributes:
        secrets: fingerprints of those that it reads with; none where it still has to make one.
        storage: says what is wrong with its storage of files, if something is.
        documents: its documents; None where they cannot be read.
        tolerance: seconds by which its clock may differ before tokens are judged wrongly.
    """

    secrets: frozenset[str]
    storage: Callable[[], str | None]
    documents: DocumentsClaim | None
    tolerance: float

    @staticmethod
    def secrets_of(secrets: Sequence[bytes]) -> frozenset[str]:
        return frozenset(fingerprint(secret) for secret in secrets)


def _schema(_: Replica, found: Observed) -> Mismatch | None:
    schema = schema_at(found.revision)
    match schema.state:
        case "newer":
            text = (
                f"The database was upgraded to schema {schema.current} by a newer version of ChatKit Link. This server "
                f"knows up to {schema.needed}: it works until it is stopped, and cannot start again."
            )
            return Mismatch("schema", "The database has a newer schema than this server.", text, unready=False)
        case "older" | "empty":
            text = (
                f"The database is at schema {schema.current or 'none'}, and this version needs {schema.needed}. Run "
                "chatkit-link migrate, or start this server again."
            )
            return Mismatch("schema", "The database has an older schema than this server.", text, unready=True)
        case "current":
            return None


def _secret(replica: Replica, found: Observed) -> Mismatch | None:
    stored = found.values.get(FINGERPRINT)
    if stored is None or stored in replica.secrets:
        return None
    return Mismatch("secret", "Other servers sign with another secret.", str(OtherSecret()), unready=True)


def _clock(replica: Replica, found: Observed) -> Mismatch | None:
    # A slow answer proves nothing: it may have been written at its beginning or at its end.
    off = abs(found.ahead) - found.doubt
    if off <= _NOTABLE:
        return None
    unready = off > replica.tolerance
    direction = "behind" if found.ahead > 0 else "ahead of"
    effect = (
        "Tokens are refused too early or taken too long, so it takes no users"
        if unready
        else f"Beyond {replica.tolerance:.0f} seconds it takes no users"
    )
    text = f"The clock of this server is {off:.1f} seconds {direction} that of the database. {effect}. Set it with NTP."
    return Mismatch("clock", "The clocks of this server and its database differ.", text, unready=unready)


def _files(replica: Replica, found: Observed) -> Mismatch | None:
    problem = replica.storage()
    if problem is None:
        return None
    # Where no other server has the files either, it is better to chat without them than not at all.
    seen = found.age(STORAGE_SEEN)
    unready = seen is not None and seen <= GONE
    return Mismatch(STORAGE, "The files of users are not in the storage of this server.", problem, unready=unready)


def _documents(replica: Replica, found: Observed) -> Mismatch | None:
    problem = replica.documents.problem(found) if replica.documents is not None else None
    if problem is None:
        return None
    return Mismatch(DOCUMENTS, "This server has other documents than those that are indexed.", problem, unready=False)


#: All checks there are.
CHECKS: Final = (_schema, _secret, _clock, _files, _documents)


def mismatches(replica: Replica, found: Observed) -> list[Mismatch]:
    """Everything that does not fit together."""
    return [mismatch for check in CHECKS if (mismatch := check(replica, found)) is not None]


class ReplicaChecks:
    """The checks of a server that runs."""

    def __init__(self, replica: Replica, database: Database, documents: Documents) -> None:
        self._replica = replica
        self._database = database
        self._documents = documents
        self._found: list[Mismatch] = []
        self._logged: dict[str, bool] = {}

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Look at the beginning, and now and then inside the block."""
        await self._look()
        task = asyncio.create_task(self._keep_looking(), name="the checks of the replica")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            if self._replica.documents is not None:
                await self._replica.documents.release(self._documents)

    @property
    def has_own_documents(self) -> bool:
        """Whether the index had this server's documents at the last look: what it does not have is served to nobody."""
        return all(mismatch.name != DOCUMENTS for mismatch in self._found)

    async def ready(self) -> list[Mismatch]:
        """What does not fit together, of what users do not mind. Also a proof that the database answers.

        Raises:
            Unavailable: users would lose something here, or the database cannot be reached.
        """
        await self._look()
        if reasons := [mismatch.summary for mismatch in self._found if mismatch.unready]:
            raise Unavailable(f"{' '.join(reasons)} The log has the rest.")
        return self._found

    async def _keep_looking(self) -> None:
        while True:
            await self._database.activity.pause(_ROUND)
            try:
                found = await self._look()
                if self._replica.documents is not None:
                    await self._replica.documents.look(self._documents, found)
            except Exception as error:  # noqa: BLE001 - it looks again in a moment, whatever it was
                logger.warning("this server cannot be compared with its database: %s", error)

    async def _look(self) -> Observed:
        found = await observe(self._database)
        self._found = mismatches(self._replica, found)
        for mismatch in self._found:
            if mismatch.name == STORAGE:  # its claim logs it
                continue
            # Once, also where the seconds in its text change, and again when it has become serious.
            if self._logged.get(mismatch.name) != mismatch.unready:
                logger.log(logging.ERROR if mismatch.unready else logging.WARNING, "%s", mismatch.text)
        self._logged = {mismatch.name: mismatch.unready for mismatch in self._found}
        return found
