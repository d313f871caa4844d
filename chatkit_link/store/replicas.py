"""Which replicas are there. A replica holds a lock for as long as its process lives.

The lock is one of PostgreSQL's advisory locks, of a session: when a process is killed, the system closes
its connection, and PostgreSQL frees the lock in the same moment. Its number is in the replica's name, and
so in each run of it. A replica without a number never took one, and is seen by its leases only: one that
is behind a pooler in transaction mode, where sessions do not last, or one of an earlier version.

The lock is shared: a replica that comes back must not wait until PostgreSQL has seen its old connection die.
"""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select, text

from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Connection, Statement
from chatkit_link.store.tables import RUNNING, runs

#: Any constant: the first half of our locks, beside those that other programs take in this database.
_KIND = 0x436B4C72
#: Right after a restart of PostgreSQL no replica is there; those that live get so many seconds to come back.
_RETURN = 5

_TAKE = "SELECT pg_advisory_lock_shared($1::int, $2::int)"
_HELD = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = $1::int AND objid = $2::int AND objsubid = 2
            AND pid = pg_backend_pid()
    )
"""
#: The condition that the replica of a row of ``runs`` had a lock and does not hold it.
ABSENT = text(
    f"""
    split_part(runs.replica, '_', 3) <> ''
    AND pg_postmaster_start_time() < now() - interval '{_RETURN} seconds'
    AND NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = {_KIND} AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND objid::text = split_part(runs.replica, '_', 3)
    )
    """  # noqa: S608 - two numbers of ours
)


def new_replica(*, locks: bool) -> str:
    """A name for this process: ``rep_ID``, or ``rep_ID_NUMBER`` if it will hold a lock of that number."""
    name = f"rep_{uuid.uuid4().hex}"
    return f"{name}_{secrets.randbelow(2**31)}" if locks else name


def can_listen(replica: str) -> bool:
    """Whether it has the connection for that, which also holds its lock."""
    return len(replica.split("_")) > 2


async def take_lock(connection: Connection, replica: str) -> None:
    """Show that this replica is there, until the connection closes."""
    await connection.fetchval(_TAKE, _KIND, _number(replica))


async def holds_lock(connection: Connection, replica: str, *, within: float) -> bool:
    """Whether the connection still is the session that took the lock; also a keepalive on an idle one.

    Raises:
        TimeoutError: no answer within these seconds.
    """
    return bool(await connection.fetchval(_HELD, _KIND, _number(replica), timeout=within))


_ABSENT_REPLICAS = Statement(
    select(runs.c.replica, func.max(runs.c.lease_until).label("lease_until"))
    .where(RUNNING, ABSENT)
    .group_by(runs.c.replica)
)


async def absent_replicas(database: Database) -> dict[str, datetime]:
    """The replicas that are not there, of those whose runs are still called running; the end of the last lease of each.

    A lease that was renewed since is a sign of life, too.
    """
    async with database.replica() as connection:
        return {row.replica: row.lease_until for row in await connection.execute(_ABSENT_REPLICAS)}


_OTHERS = Statement(
    text(
        f"""
        SELECT EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND classid = {_KIND} AND objsubid = 2 AND objid::bigint <> :mine
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
        """  # noqa: S608 - a number of ours
    ).bindparams(bindparam("mine", type_=BigInteger))
)


async def is_alone(database: Database, replica: str) -> bool:
    """Whether no other replica is there. One without a lock sees no others, and thinks that there are some."""
    if not can_listen(replica):
        return False
    async with database.replica() as connection:
        ((others,),) = await connection.execute(_OTHERS, mine=_number(replica))
    return not others


def _number(replica: str) -> int:
    return int(replica.split("_")[2])
