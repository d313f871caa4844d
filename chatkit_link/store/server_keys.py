"""Server keys beside those of the settings. Of a key, only its hash is here.

The secret of a key has 256 random bits. So a plain SHA-256 of it can be neither guessed nor looked up in a list, and a
slow hash such as bcrypt, which protects what people choose, would only make each request slow.

A key is live until it is revoked or has expired. Its name belongs to one key at a time: a rotation gives it to the next
one, and the key before that is live for the overlap.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import DateTime, bindparam, func, insert, or_, select, update

from chatkit_link.errors import Conflict, NotFound
from chatkit_link.store.audit import Actor, Event, record
from chatkit_link.store.engine import Database, System
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import server_keys

#: Any constant, beside the name's hash.
_LOCK: Final = 0x436B4C6B
_LIVE = server_keys.c.revoked_at.is_(None) & or_(
    server_keys.c.expires_at.is_(None), server_keys.c.expires_at > func.now()
)
_NAMED = server_keys.c.revoked_at.is_(None) & server_keys.c.replaced_at.is_(None)
_ALL_LIVE = Statement(select(server_keys).where(_LIVE))
_TOUCH = Statement(
    update(server_keys)
    .where(server_keys.c.id == bindparam("key_id"))
    .values(last_used_at=func.greatest(server_keys.c.last_used_at, bindparam("used_at", type_=DateTime(timezone=True))))
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be stored. id, hash: of its text. tenant: the only one that it may act for, ``None`` for all.

    lifetime: ``None`` for one without an end.
    """

    id: str
    hash: bytes
    name: str
    scopes: Collection[str]
    tenant: str | None = None
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row. replaced: a rotation has given its name to another key."""

    id: str
    name: str
    hash: bytes
    scopes: frozenset[str]
    tenant: str | None
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyCount:
    """live: good at this moment. ended: revoked or expired."""

    live: int = 0
    ended: int = 0


NO_KEYS: Final = KeyCount()


async def count_keys(database: Database) -> KeyCount:
    live, ended = (func.count().filter(which).label(name) for name, which in (("live", _LIVE), ("ended", ~_LIVE)))
    async with database.replica() as connection:
        (row,) = await connection.execute(select(live, ended).select_from(server_keys))
    return KeyCount(row.live, row.ended)


async def live_keys(database: Database) -> list[StoredKey]:
    """All keys that are good at this moment."""
    async with database.replica() as connection:
        return [_key(row) for row in await connection.execute(_ALL_LIVE)]


async def list_keys(database: Database) -> list[StoredKey]:
    """All keys that were ever made, by name, the newest of a name first."""
    statement = select(server_keys).order_by(server_keys.c.name, server_keys.c.created_at.desc())
    async with database.replica() as connection:
        return [_key(row) for row in await connection.execute(statement)]


async def _hold(connection: System, name: str) -> None:
    """Change the keys of one name one after the other: a key that a rotation is making must not escape a revocation."""
    await connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(name))))


async def create_key(database: Database, new: NewKey, actor: Actor) -> StoredKey:
    """Raises Conflict where a key has this name."""
    async with database.system() as connection:
        await _hold(connection, new.name)
        made = await _insert(connection, new, actor)
        await record(connection, Event("key.created", actor, new.tenant, target=new.name, details=_described(made)))
    return made


async def rotate_key(database: Database, new: NewKey, overlap: timedelta, actor: Actor) -> tuple[StoredKey, StoredKey]:
    """The key of this name, good for the overlap from now on, and the next one, with the same scopes and tenant.

    Without a lifetime of its own, the next one has that of the key before it. Raises NotFound where no key has this
    name.
    """
    named = select(server_keys).where(server_keys.c.name == new.name, _NAMED)
    async with database.system() as connection:
        await _hold(connection, new.name)
        if (row := (await connection.execute(named)).one_or_none()) is None:
            raise _unknown(new.name)
        before = _key(row)
        ends = func.least(server_keys.c.expires_at, func.now() + overlap)
        replaced = (
            update(server_keys)
            .where(server_keys.c.id == before.id)
            .values(replaced_at=func.now(), expires_at=ends)
            .returning(server_keys)
        )
        former = _key((await connection.execute(replaced))[0])
        lifetime = new.lifetime or (before.expires_at and before.expires_at - before.created_at)
        made = await _insert(
            connection, replace(new, scopes=before.scopes, tenant=before.tenant, lifetime=lifetime), actor
        )
        details = {**_described(made), "former_id": former.id, "former_expires_at": _time(former.expires_at)}
        await record(connection, Event("key.rotated", actor, made.tenant, target=new.name, details=details))
    return former, made


async def revoke_key(database: Database, name: str, actor: Actor) -> list[StoredKey]:
    """End all live keys of this name, also those that a rotation has replaced. Raises NotFound where there is none."""
    async with database.system() as connection:
        await _hold(connection, name)
        rows = await connection.execute(
            update(server_keys)
            .where(server_keys.c.name == name, server_keys.c.revoked_at.is_(None), or_(_LIVE, _NAMED))
            .values(revoked_at=func.now())
            .returning(server_keys)
        )
        if not rows:
            raise _unknown(name)
        for key in (keys := [_key(row) for row in rows]):
            details = {"id": key.id}
            await record(connection, Event("key.revoked", actor, key.tenant, target=name, details=details))
    return keys


async def touch(connection: System, used: Mapping[str, datetime]) -> None:
    """Note when keys were used last. used: id -> time."""
    rows = [{"key_id": key_id, "used_at": at} for key_id, at in sorted(used.items())]
    await connection.execute_many(_TOUCH, rows)


async def _insert(connection: System, new: NewKey, actor: Actor) -> StoredKey:
    statement = (
        insert(server_keys)
        .values(
            id=new.id,
            name=new.name,
            hash=new.hash,
            scopes=sorted(new.scopes),
            tenant=new.tenant,
            created_by=actor.name,
            expires_at=None if new.lifetime is None else func.now() + new.lifetime,
        )
        .returning(server_keys)
    )
    try:
        return _key((await connection.execute(statement))[0])
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            f"There is a key by the name of {new.name}: rotate it, revoke it first, or choose another name."
        ) from error


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no key by the name of {name}: chatkit-link keys list has the names.")


def _described(key: StoredKey) -> dict[str, object]:
    return {"id": key.id, "scopes": sorted(key.scopes), "expires_at": _time(key.expires_at)}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _key(row: Row) -> StoredKey:
    return StoredKey(
        row.id, row.name, row.hash, frozenset(row.scopes), row.tenant, row.created_at, row.created_by,
        row.last_used_at, row.expires_at, row.revoked_at, row.replaced_at,
    )  # fmt: skip
