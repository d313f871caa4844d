"""Where the bytes of an attachment are, and whether they may be used.

A file is an attachment whose bytes we store. Its row comes first, as ``awaiting``, and takes no space: whoever asks
for room may never send anything. As the bytes come, the row reserves the space for them before they are stored, so
that a hundred uploads at once cannot take more than the quota. When they are there and were checked, it is ``kept``
and names their place. Whatever deletes the row, also a thread that is deleted,
leaves a note in ``file_removals`` (a trigger of migration 0006), and the bytes follow
(``files/sweeper.py``). So bytes may outlive their row for a moment, never the other way round.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from chatkit.types import Attachment
from sqlalchemy import and_, case, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chatkit_link.store.attachments import attachment_not_found
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import any_of
from chatkit_link.store.tables import attachments, file_removals
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


_STARTED = or_(attachments.c.state == "kept", attachments.c.reserved > 0)
_TAKEN = (
    case((attachments.c.state == "awaiting", attachments.c.reserved), else_=attachments.c.size) + attachments.c.made
)
_EMPTY = and_(attachments.c.state == "awaiting", attachments.c.reserved == 0)


async def lock_usage(session: Session) -> None:
    """From now on and until this transaction ends, no other request takes space of the caller's tenant."""
    tenant = session.caller.tenant
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"files of {tenant}", 0))))


async def measure_usage(session: Session, network: str | None) -> Usage:
    """What is used of the space of the caller, of the caller's address and of the tenant."""
    own, near = mine(attachments), attachments.c.network == network
    size = func.sum(_TAKEN)
    counted = select(
        func.count().filter(own, _STARTED).label("files"),
        func.coalesce(size.filter(own), 0).label("size"),
        func.count().filter(near, _STARTED).label("near_files"),
        func.coalesce(size.filter(near), 0).label("near_size"),
        func.count().filter(_STARTED).label("all_files"),
        func.coalesce(size, 0).label("all_size"),
    ).where(attachments.c.tenant == session.caller.tenant)
    async with session.seeing_all():  # of the other users of the tenant, nothing but the sums
        (row,) = await session.execute(counted)
    return Usage(
        user=Share(row.files, int(row.size)),
        network=None if network is None else Share(row.near_files, int(row.near_size)),
        tenant=Share(row.all_files, int(row.all_size)),
    )


async def count_awaiting(session: Session, network: str | None) -> Awaiting:
    """Without an address there are none of the same one."""
    counted = select(
        func.count().filter(mine(attachments)).label("user"),
        func.count().filter(attachments.c.network == network).label("address"),
        func.count().label("total"),
    ).where(_EMPTY)
    async with session.seeing_all():  # of other users nothing but the numbers
        (row,) = await session.execute(counted)
    return Awaiting(user=row.user, address=0 if network is None else row.address, total=row.total)


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
    return File(
        file_id, thread_id, state, size, mime_type or "", place or "", name or "file", network, renditions or {}
    )


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
    age = func.now() - attachments.c.created_at
    statement = delete(attachments).where(
        attachments.c.thread_id.is_(None),
        attachments.c.state.is_not(None),
        or_(
            age > timedelta(seconds=unsent),
            and_(attachments.c.state == "awaiting", age > timedelta(seconds=awaiting)),
            and_(_EMPTY, age > timedelta(seconds=empty)),
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
        select(attachments.c.id)
        .where(_EMPTY, group == most.scalar_subquery())
        .order_by(attachments.c.created_at)
        .limit(number)
        .with_for_update(skip_locked=True)
    )
    async with database.system() as connection:
        await connection.execute(delete(attachments).where(attachments.c.id.in_(oldest)))


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
