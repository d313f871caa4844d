"""The audit log: who did what to whose data, when. Rows are only ever added (migration 0013).

An event is written in the transaction of what it reports: ``record`` inside an open one, or ``recording``, which makes
one statement of a change and its event. It names keys, users and ids, and holds neither secrets nor what users wrote.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import CTE, ColumnElement, Insert, Select, Text, bindparam, cast, delete, func, insert, null, select
from sqlalchemy.dialects.postgresql import JSONB

from chatkit_link.caller import Caller
from chatkit_link.store.engine import Database, System
from chatkit_link.store.statement import Row
from chatkit_link.store.tables import audit_log
from chatkit_link.store.tenancy import Session
from chatkit_link.wire.sanitize import clean_text, clean_value

#: Every action that is recorded. The documentation lists them (docs/how-to/server-keys.md); a test compares both.
Action = Literal[
    "audit.exported",
    "audit.pruned",
    "backup.made",
    "backup.restored",
    "key.created",
    "key.revoked",
    "key.rotated",
    "key.used",
    "session.cancelled",
    "session.created",
    "settings.changed",
    "share.created",
    "share.revoked",
    "thread.closed",
    "thread.deleted",
    "thread.locked",
    "thread.read",
    "thread.unlocked",
    "threads.imported",
    "threads.listed",
]
ACTIONS: Sequence[str] = get_args(Action)
ActorKind = Literal["user", "server_key", "operator", "server"]
#: Rows that an export reads at a time.
_CHUNK = 1000
#: Rows that are deleted in one transaction.
_PRUNED = 50_000
_UNPROTECT = (
    "GRANT DELETE ON audit_log TO CURRENT_USER",  # before PostgreSQL 17, without it the owner cannot lock the table
    "LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE",
    "ALTER TABLE audit_log DISABLE TRIGGER append_only",
)
_PROTECT = (
    "REVOKE DELETE ON audit_log FROM CURRENT_USER",
    "ALTER TABLE audit_log ENABLE TRIGGER append_only",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it.

    name: of the user, the server key or the account of the operating system. address: of the client (a user's as limits
    count it), or the name of the machine that the command line ran on.
    """

    kind: ActorKind
    name: str
    request_id: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What was done. tenant, user: whose data it is about. target: an id or a name of what it was done to."""

    action: Action
    actor: Actor
    tenant: str | None = None
    user: str | None = None
    target: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row."""

    id: int
    at: datetime
    actor_kind: str
    actor: str
    action: str
    tenant: str | None
    user: str | None
    target: str | None
    details: dict[str, Any]
    request_id: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events; ``None`` is all. since: how long ago at most. action: one of ``ACTIONS``, or its first part."""

    since: timedelta | None = None
    actor: str | None = None
    action: str | None = None
    tenant: str | None = None
    user: str | None = None


def actor_of(caller: Caller) -> Actor:
    """The user, or the back end that acts for the user with a server key."""
    if caller.key is not None:
        return Actor("server_key", caller.key.name, caller.request_id, caller.key.address)
    return Actor("user", caller.user, caller.request_id, caller.network)


def _values(event: Event) -> dict[str, Any]:
    actor = event.actor
    return {
        "actor_kind": actor.kind,
        "actor": clean_text(actor.name),
        "action": event.action,
        "tenant": event.tenant,
        "user_id": event.user,
        "target": None if event.target is None else clean_text(event.target),
        "details": clean_value(dict(event.details)),
        "request_id": actor.request_id,
        "address": actor.address,
    }


async def record(connection: System | Session, *events: Event) -> None:
    """Add events, in the transaction of the connection. That of a user adds those about the user alone."""
    for event in events:
        await connection.execute(insert(audit_log).values(_values(event)).inline())


async def record_all(database: Database, *events: Event) -> None:
    """Add events that report no change in the database, together or not at all."""
    async with database.system() as connection:
        await record(connection, *events)


def recording(changed: CTE, action: Action, actor: Actor, **details: Any) -> Insert:
    """A statement that makes a change and adds an event for each row of it.

    changed: a CTE of ``UPDATE`` or ``DELETE`` that returns ``tenant``, ``user_id`` and ``id``, the target. The rows
    changed are those of the statement.
    """
    values: dict[str, ColumnElement[Any]] = {
        "actor_kind": _text(actor.kind),
        "actor": _text(clean_text(actor.name)),
        "action": _text(action),
        "tenant": changed.c.tenant,
        "user_id": changed.c.user_id,
        "target": changed.c.id,
        "details": cast(bindparam(None, clean_value(details), type_=JSONB()), JSONB()),
        "request_id": _text(actor.request_id),
        "address": _text(actor.address),
    }
    return insert(audit_log).from_select(list(values), select(*values.values()))


def _text(value: str | None) -> ColumnElement[Any]:
    return cast(null() if value is None else bindparam(None, value, type_=Text()), Text())


async def search(database: Database, wanted: Wanted, *, limit: int) -> list[Recorded]:
    """The newest events, newest first."""
    statement = _wanted(wanted).order_by(audit_log.c.id.desc()).limit(limit)
    async with database.replica() as connection:
        return [_recorded(row) for row in await connection.execute(statement)]


async def export(database: Database, wanted: Wanted, event: Event) -> AsyncIterator[Recorded]:
    """All of them, oldest first, in pieces. The event that reports the export is added first, and is the last row."""
    async with database.system() as connection:
        await record(connection, event)
        newest = (await connection.execute(select(func.max(audit_log.c.id).label("newest"))))[0].newest
    after = 0
    while True:
        statement = _wanted(wanted).where(audit_log.c.id > after, audit_log.c.id <= newest)
        async with database.replica() as connection:
            rows = await connection.execute(statement.order_by(audit_log.c.id).limit(_CHUNK))
        for row in rows:
            yield _recorded(row)
        if len(rows) < _CHUNK:
            return
        after = rows[-1].id


async def prune(database: Database, older_than: timedelta, actor: Actor) -> int:
    """Delete events past their time, and add one that reports it; the number of those deleted.

    Needs the owner of the table, who takes the protection off and puts it back, in a transaction that locks the table.
    Raises asyncpg's ``InsufficientPrivilegeError`` for another role.
    """
    total = 0
    while True:
        async with database.system() as connection:
            deleted = await _prune_some(connection, older_than, actor)
        total += deleted
        if deleted < _PRUNED:
            return total


async def _prune_some(connection: System, older_than: timedelta, actor: Actor) -> int:
    for statement in _UNPROTECT:
        await connection.connection.execute(statement)
    past = select(audit_log.c.id).where(audit_log.c.at < func.now() - older_than).limit(_PRUNED)
    deleted = (await connection.execute(delete(audit_log).where(audit_log.c.id.in_(past)))).changed
    for statement in _PROTECT:
        await connection.connection.execute(statement)
    if deleted:
        details = {"rows": deleted, "older_than_days": older_than.days}
        await record(connection, Event("audit.pruned", actor, details=details))
    return deleted


def _wanted(wanted: Wanted) -> Select[Any]:
    statement = select(audit_log)
    if wanted.since is not None:
        statement = statement.where(audit_log.c.at >= func.now() - wanted.since)
    if wanted.action is not None:
        first_part = audit_log.c.action.startswith(f"{wanted.action}.", autoescape=True)
        statement = statement.where((audit_log.c.action == wanted.action) | first_part)
    for column, value in (("actor", wanted.actor), ("tenant", wanted.tenant), ("user_id", wanted.user)):
        if value is not None:
            statement = statement.where(audit_log.c[column] == clean_text(value))
    return statement


def _recorded(row: Row) -> Recorded:
    return Recorded(
        row.id, row.at, row.actor_kind, row.actor, row.action, row.tenant, row.user_id, row.target, row.details,
        row.request_id, row.address,
    )  # fmt: skip
