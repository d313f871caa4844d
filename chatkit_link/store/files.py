"""Where the bytes of an attachment are, and whether they may be used.

A file is an attachment whose bytes we store. Its row comes first, as ``awaiting``, and takes no space: whoever asks
for room may never send anything. As the bytes come, the row reserves the space for them before they are stored, so
that a hundred uploads at once cannot take more than the quota. When they are there and were checked, it is ``kept``
and names their place. What all rows take is never added up: triggers keep the sums in ``file_usage`` (migration 0016),
in the transaction that changes a row, and an upload locks the sums that it may change. Whatever deletes the row, also
a thread that is deleted, leaves a note in ``file_removals`` (a trigger of migration 0006), and the bytes follow
(``files/sweeper.py``). So bytes may outlive their row for a moment, never the other way round.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, cast

from chatkit.types import Attachment
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from chatkit_link.store.attachments import attachment_not_found
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Statement, any_of
from chatkit_link.store.tables import attachments, file_removals, file_usage
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.store.threads import load_thread
from chatkit_link.wire.sanitize import clean_text, to_json_text

#: Key of the advisory lock that a backup shares (``store/dump.py``): no bytes are removed while it is held.
BACKUP_LOCK = 0x636B4261636B7570
_NO_BACKUP_RUNS = text("""
    NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = :high AND objid = :low
        AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
""").bindparams(high=BACKUP_LOCK >> 32, low=BACKUP_LOCK & 0xFFFFFFFF)

_COLUMNS = [
    attachments.c[name] for name in ("id", "thread_id", "state", "size", "mime_type", "place", "renditions", "network")
]


@dataclass(frozen=True, slots=True)
class File:
    """state: awaiting its bytes, kept, or None where its bytes are not ours.
    size: in bytes; what was announced while it is awaiting.
    network: a keyed hash of the address that it came from.
    mime_type: what the bytes are, not what the upload claimed.
    place: key of the bytes in the storage. renditions: what was made of them: name -> media type.
    """

    id: str
    thread_id: str | None
    state: Literal["awaiting", "kept"] | None
    size: int
    mime_type: str
    place: str
    name: str
    network: str | None = None
    renditions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Share:
    """Files that are stored or being uploaded, and their bytes: what has come of them, renditions included."""

    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What one user has, what came from one address, and what all users of the tenant have.

    network: None where the address is not counted.
    """

    user: Share
    network: Share | None
    tenant: Share


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Files whose bytes have not begun to come: of one user, from one address, and in all."""

    user: int
    address: int
    total: int


_EMPTY = and_(attachments.c.state == "awaiting", attachments.c.reserved == 0)


def _sums() -> Select[Any, Any, Any]:
    """Of the tenant, the user and the address: in the order in which the triggers lock them, too."""
    scope, name = file_usage.c.scope, file_usage.c.name
    ours = or_(
        and_(scope == "tenant", name == ""),
        and_(scope == "user", name == OWNER["user_id"]),
        and_(scope == "network", name == bindparam("network", type_=Text())),
    )
    return (
        select(scope, file_usage.c.files, file_usage.c.size)
        .where(file_usage.c.tenant == OWNER["tenant"], ours)
        .order_by(scope != "tenant", scope, name)
    )


_MEASURE = Statement(_sums())
_MEASURE_LOCKED = Statement(_sums().with_for_update())


async def measure_usage(session: Session, network: str | None, *, locked: bool = False) -> Usage:
    """What is used of the space of the caller, of the caller's address and of the tenant.

    locked: until this transaction ends, no other request takes space of the tenant. The caller has a file there.
    """
    rows = await session.execute(_MEASURE_LOCKED if locked else _MEASURE, network=network)
    shares = {row.scope: Share(row.files, row.size) for row in rows}
    nothing = Share(0, 0)
    return Usage(
        user=shares.get("user", nothing),
        network=None if network is None else shares.get("network", nothing),
        tenant=shares.get("tenant", nothing),
    )


def _awaiting() -> Select[Any, Any, Any]:
    scope, name, number = file_usage.c.scope, file_usage.c.name, func.coalesce(func.sum(file_usage.c.awaiting), 0)
    some = file_usage.c.awaiting > 0
    user = select(number).where(file_usage.c.tenant == OWNER["tenant"], scope == "user", name == OWNER["user_id"], some)
    address = select(number).where(scope == "network", name == bindparam("network", type_=Text()), some)
    total = select(number).where(scope == "tenant", name == "", some)
    return select(
        user.scalar_subquery().label("user"),
        address.scalar_subquery().label("address"),
        total.scalar_subquery().label("total"),
    )


_AWAITING = Statement(_awaiting())


async def count_awaiting(session: Session, network: str | None) -> Awaiting:
    """Of all tenants, for an address and in all; without an address there are none of the same one."""
    async with session.seeing_all():  # of other tenants nothing but the numbers
        (row,) = await session.execute(_AWAITING, network=network)
    return Awaiting(user=int(row.user), address=0 if network is None else int(row.address), total=int(row.total))


async def begin(session: Session, attachment: Attachment, size: int, network: str | None) -> None:
    """Begin a file of at most ``size`` bytes, which takes no space yet.

    Raises:
        NotFound: the attachment names a thread that is not the caller's.
    """
    if attachment.thread_id is not None:
        await load_thread(session, attachment.thread_id)
    await session.execute(
        insert(attachments).values(
            id=attachment.id,
            **OWNER,
            thread_id=attachment.thread_id,
            data=to_json_text(attachment),
            state="awaiting",
            size=size,
            mime_type=clean_text(attachment.mime_type),
            network=network,
        )
    )


async def reserve(session: Session, file_id: str, size: int) -> bool:
    """So many bytes of it may have come by now. False if the file is gone, or all of it is there."""
    statement = (
        update(attachments)
        .where(mine(attachments), attachments.c.id == file_id, attachments.c.state == "awaiting")
        .values(reserved=func.greatest(attachments.c.reserved, size))
    )
    return (await session.execute(statement)).changed == 1


async def release(session: Session, file_id: str) -> None:
    """Nothing comes of it any more; it may be sent again."""
    await session.execute(
        update(attachments)
        .where(mine(attachments), attachments.c.id == file_id, attachments.c.state == "awaiting")
        .values(reserved=0)
    )


async def keep(
    session: Session, attachment: Attachment, *, size: int, place: str, renditions: Mapping[str, str], made: int
) -> bool:
    """The bytes are there and good. made: bytes of the renditions together.

    False if the file was deleted, or another request was faster.
    """
    statement = (
        update(attachments)
        .where(mine(attachments), attachments.c.id == attachment.id, attachments.c.state == "awaiting")
        .values(
            state="kept",
            size=size,
            mime_type=attachment.mime_type,
            place=place,
            renditions=dict(renditions),
            made=made,
            reserved=0,
            data=to_json_text(attachment),
        )
    )
    return (await session.execute(statement)).changed == 1


async def find_file(session: Session, file_id: str) -> File:
    """Raises NotFound for an unknown or foreign file."""
    return (await find_files(session, [file_id]))[0]


async def find_files(session: Session, file_ids: Sequence[str]) -> list[File]:
    """All of these files, in this order. Raises NotFound if one is unknown or foreign."""
    ids = [clean_text(file_id) for file_id in file_ids]
    name = attachments.c.data["name"].astext
    statement = select(*_COLUMNS, name).where(mine(attachments), attachments.c.id == any_of(ids))
    found = {row.id: _file(row) for row in await session.execute(statement)}
    if not found.keys() >= set(ids):
        raise attachment_not_found()
    return [found[file_id] for file_id in ids]


def _file(row: Any) -> File:
    file_id, thread_id, state, size, mime_type, place, renditions, network, name = row
    made = cast("dict[str, str]", renditions) if isinstance(renditions, dict) else {}
    return File(file_id, thread_id, state, size, mime_type or "", place or "", name or "file", network, made)


async def delete_file(session: Session, file_id: str) -> None:
    """Raises NotFound for an unknown or foreign file."""
    statement = delete(attachments).where(mine(attachments), attachments.c.id == clean_text(file_id))
    if (await session.execute(statement)).changed == 0:
        raise attachment_not_found()


async def delete_awaiting(session: Session, file_id: str) -> None:
    """Delete a file whose upload failed; one that was stored meanwhile stays."""
    await session.execute(
        delete(attachments).where(mine(attachments), attachments.c.id == file_id, attachments.c.state == "awaiting")
    )


# What a replica does for all users


async def remove_later(database: Database, prefix: str, delay: float) -> None:
    """Note that what is stored under ``prefix`` is to be removed in ``delay`` seconds."""
    due = func.now() + timedelta(seconds=delay)
    statement = upsert(file_removals).values(prefix=prefix, due=due)
    statement = statement.on_conflict_do_update(index_elements=["prefix"], set_={"due": statement.excluded.due})
    async with database.system() as connection:
        await connection.execute(statement)


async def delete_unsent(database: Database, *, unsent: float, awaiting: float, empty: float) -> int:
    """Delete files that no message carries, by their age in seconds.

    unsent: of stored ones. awaiting: of those that are being uploaded. empty: of those that nothing has come of.
    """

    def older(seconds: float) -> ColumnElement[bool]:
        return attachments.c.created_at < func.now() - timedelta(seconds=seconds)

    statement = delete(attachments).where(
        attachments.c.thread_id.is_(None),
        attachments.c.state.is_not(None),
        older(min(unsent, awaiting, empty)),  # as far as the index leads
        or_(
            older(unsent),
            and_(attachments.c.state == "awaiting", older(awaiting)),
            and_(_EMPTY, older(empty)),
        ),
    )
    async with database.system() as connection:
        return (await connection.execute(statement)).changed


async def newest_places(database: Database, limit: int) -> list[str]:
    """Keys of the newest stored files, of whomever."""
    newest = select(attachments.c.place).where(attachments.c.state == "kept").order_by(attachments.c.created_at.desc())
    async with database.system() as connection:
        return [row.place for row in await connection.execute(newest.limit(limit)) if row.place]


async def has_removals(database: Database) -> bool:
    """Whether the bytes of a file are still to be removed."""
    noted = select(file_removals.c.prefix).where(file_removals.c.prefix.endswith("/", autoescape=True)).limit(1)
    async with database.system() as connection:
        return bool(await connection.execute(noted))


async def drop_empty(database: Database, number: int) -> None:
    """Delete the oldest of the files that nothing has come of, of the address that has most of them."""
    group = func.coalesce(attachments.c.network, attachments.c.tenant + "/" + attachments.c.user_id)
    most = select(group.label("of")).where(_EMPTY).group_by(group).order_by(func.count().desc()).limit(1)
    oldest = (
        select(attachments.c.tenant, attachments.c.id)
        .where(_EMPTY, group == most.scalar_subquery())
        .order_by(attachments.c.created_at)
        .limit(number)
        .with_for_update(skip_locked=True)
    )
    key = tuple_(attachments.c.tenant, attachments.c.id)
    async with database.system() as connection:
        await connection.execute(delete(attachments).where(key.in_(oldest)))


async def drop_empty_sums(database: Database, *, limit: int = 5000) -> None:
    """Delete sums of those who have no file any more."""
    empty = and_(file_usage.c.files == 0, file_usage.c.size == 0, file_usage.c.awaiting == 0)
    key = (file_usage.c.tenant, file_usage.c.scope, file_usage.c.name)
    some = select(*key).where(empty).limit(limit).with_for_update(skip_locked=True)
    async with database.system() as connection:
        await connection.execute(delete(file_usage).where(tuple_(*key).in_(some), empty))


@asynccontextmanager
async def due_removals(database: Database, limit: int) -> AsyncGenerator["Removals"]:
    """Prefixes whose bytes may be removed, locked against other replicas inside the block."""
    async with database.system() as connection:
        statement = (
            select(file_removals.c.prefix)
            # Asked in the very statement: the snapshot of a backup that takes its lock later knows what this one finds.
            .where(file_removals.c.due <= func.now(), _NO_BACKUP_RUNS)
            .order_by(file_removals.c.due)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        removals = Removals([row.prefix for row in await connection.execute(statement)])
        yield removals
        if removals.done:
            await connection.execute(delete(file_removals).where(file_removals.c.prefix == any_of(removals.done)))
        if removals.failed:
            later = func.now() + timedelta(seconds=_AGAIN)
            await connection.execute(
                update(file_removals).where(file_removals.c.prefix == any_of(removals.failed)).values(due=later)
            )


#: Seconds until a removal that failed is tried again.
_AGAIN = 60


@dataclass(slots=True)
class Removals:
    """prefixes: what to remove. done, failed: filled by the caller."""

    prefixes: list[str]
    done: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])
