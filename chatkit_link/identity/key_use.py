"""What server keys were used for, in the audit log: counted in memory, so that no request waits for it.

Each use is counted under its key, tenant, and what was asked. The first use within an hour is written within a minute;
the rest of that hour is one more row at its end, or when the server stops. Rows name the users that the key acted for,
all of them: after a hundred, another row begins. A replica that is killed loses what it has not written.

Reading another's conversation is more than that: it is written before the answer is given, once an hour for each key
and thread, so that no such read is without its row, and a walk through a long thread is one.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from chatkit_link.caller import KeyGrant
from chatkit_link.store.audit import Action, Actor, Event, record, record_all
from chatkit_link.store.engine import Database
from chatkit_link.store.server_keys import touch

logger = logging.getLogger(__name__)

#: Seconds between two rounds of writing.
ROUND = 60.0
#: Seconds before it is tried again, where that was not possible.
_PAUSE = 5.0
#: Seconds that uses of one kind are counted together.
_WINDOW = 3600.0
#: Kinds of uses, and reads, held at most; a tenant is named by the request, so there may be any number of them.
_MOST = 5_000
#: Users after whom a row is written early, so that each of them is named in one; and names held while none can be.
_NAMED_USERS = 100
_MOST_USERS = 10_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is counted together."""

    grant: KeyGrant
    tenant: str
    what: str
    refused: bool


@dataclass(slots=True)
class _Uses:
    """Uses of one kind that are not written yet. since: when their hour began. started: it has its first row."""

    since: float = field(default_factory=monotonic)
    started: bool = False
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    users: set[str] = field(default_factory=set[str])

    def add(self, user: str | None) -> None:
        self.last = datetime.now(UTC)
        self.first = self.first or self.last
        self.count += 1
        if user is not None and len(self.users) < _MOST_USERS:
            self.users.add(user)

    @property
    def over(self) -> bool:
        return monotonic() - self.since >= _WINDOW

    @property
    def due(self) -> bool:
        return bool(self.count) and (self.over or not self.started or len(self.users) >= _NAMED_USERS)

    def details(self) -> dict[str, Any]:
        """Of a row about these uses."""
        assert self.first is not None and self.last is not None
        first, last = (at.isoformat(timespec="seconds") for at in (self.first, self.last))
        details: dict[str, Any] = {"count": self.count, "first": first, "last": last}
        if self.users:
            details["users"] = sorted(self.users)
            if len(self.users) >= _MOST_USERS:
                details["more_users"] = True
        return details

    def following(self) -> "_Uses":
        """What is counted once these are being written."""
        return _Uses(started=True) if self.over else _Uses(self.since, started=True)

    def join(self, later: "_Uses") -> None:
        self.count += later.count
        self.last = later.last or self.last
        self.users |= later.users


class KeyUse:
    """Counts uses of server keys, and writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds: dict[_Kind, _Uses] = {}
        self._touched: dict[str, datetime] = {}
        self._reads: dict[tuple[str, str, str | None], float] = {}
        self._woken = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Inside, what is counted is written; at the end, all of it."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self._try_write(everything=True)

    def count(self, grant: KeyGrant, tenant: str, user: str | None, what: str, *, refused: bool = False) -> None:
        """Count one use. what: the request, such as ``threads.list`` or ``DELETE /v1/chatkit/threads/{thread_id}``."""
        uses = self._kinds.setdefault(_Kind(grant, tenant, what, refused), _Uses())
        uses.add(user)
        if grant.id is not None:
            self._touched[grant.id] = datetime.now(UTC)
        if len(self._kinds) > _MOST or len(uses.users) >= _NAMED_USERS:
            self._woken.set()

    async def note_read(
        self, action: Action, actor: Actor, tenant: str, user: str | None = None, target: str | None = None
    ) -> None:
        """Report that a conversation, or the list of them, is about to be read. Raises Unavailable: then it is not."""
        key, now = (actor.name, f"{action} {tenant}", target or user), monotonic()
        if self._reads.get(key, now) > now:
            return
        await record_all(self._database, Event(action, actor, tenant, user, target))
        if len(self._reads) >= _MOST:
            self._reads = {one: until for one, until in self._reads.items() if until > now}
        if len(self._reads) < _MOST:  # else it is written again at the next read
            self._reads[key] = now + _WINDOW

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(ROUND):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            if not await self._try_write(everything=len(self._kinds) > _MOST):
                await asyncio.sleep(_PAUSE)

    async def _try_write(self, *, everything: bool) -> bool:
        try:
            await self.write(everything=everything)
        except Exception as error:  # noqa: BLE001 - it is tried again in a moment, whatever it was
            logger.warning("the use of server keys cannot be written now: %s", error)
            if len(self._kinds) >= _MOST:
                logger.warning("%d kinds of uses of server keys are forgotten", len(self._kinds))
                self._kinds.clear()
            return False
        return True

    async def write(self, *, everything: bool = False) -> None:
        """Write what is due. everything: also the counts of hours that are not over."""
        self._kinds = {kind: uses for kind, uses in self._kinds.items() if uses.count or not uses.over}
        due = [(kind, uses) for kind, uses in self._kinds.items() if uses.due or (everything and uses.count)]
        touched, self._touched = self._touched, {}
        self._kinds |= {kind: uses.following() for kind, uses in due}
        try:
            await self._store([_event(kind, uses) for kind, uses in due], touched)
        except BaseException:
            for kind, uses in due:
                uses.join(self._kinds[kind])
            self._kinds |= dict(due)
            self._touched = touched | self._touched
            raise
        if everything:
            self._kinds = {kind: uses for kind, uses in self._kinds.items() if uses.count}

    async def _store(self, events: list[Event], touched: dict[str, datetime]) -> None:
        if not events and not touched:
            return
        async with self._database.system() as connection:
            await record(connection, *events)
            await touch(connection, touched)


def _event(kind: _Kind, uses: _Uses) -> Event:
    actor = Actor("server_key", kind.grant.name, address=kind.grant.address)
    details = {"id": kind.grant.id} if kind.grant.id else {}
    details |= {"refused": kind.refused, **uses.details()}
    return Event("key.used", actor, kind.tenant, target=kind.what, details=details)
