"""Sessions: who may chat, with what, until when. Of a client secret, only its hash is here.

A secret has 256 random bits, so that a plain hash of it can be neither guessed nor looked up in a list.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, Text, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.audit import Actor, Event, record
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import sessions
from chatkit_link.store.tenancy import OWNER, Session, mine

#: A session stays stored for so long after its end, so that its holder gets the reason why it is over.
_KEPT = timedelta(days=1)
#: The database's clock decides, for all replicas alike.
_OVER: ColumnElement[bool] = sessions.c.expires_at <= func.now()


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A row. agent: ``None`` where OpenAI has the session. over, cancelled: no longer valid, and why."""

    id: str
    tenant: str
    user: str
    agent: str | None
    workflow: dict[str, Any]
    configuration: dict[str, Any]
    per_minute: int
    created_at: datetime
    expires_at: datetime
    cancelled: bool
    over: bool


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key that is sent again with each repetition of a request, and the request in one way of writing it."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """The session that a request with the same key created. same: whether that request was the same."""

    session: StoredSession
    same: bool
    secret_hash: bytes

    def has(self, secret: str) -> bool:
        """Whether this is its client secret."""
        return self.secret_hash == _hash(secret)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _session(row: Row) -> StoredSession:
    return StoredSession(
        row.id, row.tenant, row.user_id, row.agent, row.workflow, row.configuration, row.per_minute,
        row.created_at, row.expires_at, row.cancelled_at is not None, row.over,
    )  # fmt: skip


def _select() -> Select[Any]:
    return select(sessions, _OVER.label("over"))


_BY_SECRET = Statement(_select().where(sessions.c.secret_hash == bindparam("hash", type_=LargeBinary())))

_STATE = Statement(
    select(sessions.c.cancelled_at.is_not(None).label("cancelled")).where(
        mine(sessions), sessions.c.id == bindparam("id", type_=Text())
    )
)


async def was_cancelled(session: Session, session_id: str) -> bool | None:
    """Whether one of the caller's sessions was cancelled; None for one that is over for a day and gone."""
    row = (await session.execute(_STATE, id=session_id)).one_or_none()
    return None if row is None else row.cancelled


async def add(
    session: Session,
    *,
    session_id: str,
    secret: str,
    agent: str | None,
    workflow: Mapping[str, Any],
    configuration: Mapping[str, Any],
    per_minute: int,
    lifetime: timedelta,
    idempotency: Idempotency | None = None,
    back_end: Actor | None = None,
) -> StoredSession | None:
    """A new session of the caller's; ``None`` where the tenant has one with this key.

    back_end: who lets the user in with it, for the audit log; the connection is then in a transaction.
    """
    statement = (
        insert(sessions)
        .values(
            id=session_id,
            **OWNER,
            secret_hash=_hash(secret),
            agent=agent,
            workflow=dict(workflow),
            configuration=dict(configuration),
            per_minute=per_minute,
            expires_at=func.now() + lifetime,
            idempotency_hash=None if idempotency is None else _hash(idempotency.key),
            request_hash=None if idempotency is None else _hash(idempotency.request),
        )
        # Waits for another replica that is at it, and then finds what that one has made.
        .on_conflict_do_nothing(
            index_elements=[sessions.c.tenant, sessions.c.idempotency_hash],
            index_where=sessions.c.idempotency_hash.is_not(None),
        )
        .returning(sessions, _OVER.label("over"))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    if back_end is not None:
        caller, details = session.caller, {"agent": agent} if agent else {"workflow": workflow["id"]}
        await record(session, Event("session.created", back_end, *caller.owner, target=session_id, details=details))
    return _session(row)


async def find_by_key(database: Database, tenant: str, idempotency: Idempotency) -> Repeated | None:
    """The session that a back end of this tenant created with this key, for any user."""
    statement = _select().where(sessions.c.tenant == tenant, sessions.c.idempotency_hash == _hash(idempotency.key))
    async with database.replica() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Repeated(_session(row), row.request_hash == _hash(idempotency.request), row.secret_hash)


async def find_by_secret(database: Database, secret: str) -> StoredSession | None:
    """The session of this secret: looked up before the caller is known."""
    async with database.lookup() as connection:
        row = (await connection.execute(_BY_SECRET, hash=_hash(secret))).one_or_none()
    return None if row is None else _session(row)


async def find_mine(session: Session, session_id: str) -> StoredSession | None:
    """One of the caller's own."""
    row = (await session.execute(_select().where(mine(sessions), sessions.c.id == session_id))).one_or_none()
    return None if row is None else _session(row)


async def cancel(database: Database, tenant: str, session_id: str, actor: Actor) -> StoredSession | None:
    """End a session of any user of a tenant; ``None`` where there is none.

    actor: who ends it, for the audit log.
    """
    here = (sessions.c.tenant == tenant, sessions.c.id == session_id)
    statement = update(sessions).where(*here, sessions.c.cancelled_at.is_(None)).values(cancelled_at=func.now())
    async with database.system() as connection:
        ended = (await connection.execute(statement)).changed
        row = (await connection.execute(_select().where(*here))).one_or_none()
        if row is not None and ended:
            await record(connection, Event("session.cancelled", actor, tenant, row.user_id, session_id))
    return None if row is None else _session(row)


async def clean(database: Database) -> None:
    """Delete sessions that have been over for long."""
    async with database.replica() as connection:
        await connection.execute(delete(sessions).where(sessions.c.expires_at < func.now() - _KEPT))
