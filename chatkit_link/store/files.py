"""Where the bytes of an attachment are, and whether they may be used.

A file is an attachment whose bytes we store. Its row comes first, as ``awaiting``: that reserves the
space, so that a hundred uploads at once cannot take more than the quota. When the bytes are there and
were checked, it is ``kept`` and names their place. Whatever deletes the row, also a thread that is deleted,
leaves a note in ``file_removals`` (a trigger of migration 0006), and the bytes follow
(``files/sweeper.py``). So bytes may outlive their row for a moment, never the other way round.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from chatkit.types import Attachment
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chatkit_link.store.attachments import attachment_not_found
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import any_of
from chatkit_link.store.tables import attachments, file_removals
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.store.threads import load_thread
from chatkit_link.wire.sanitize import clean_text, to_json_text

_COLUMNS = [attachments.c[name] for name in ("id", "thread_id", "state", "size", "mime_type", "place", "renditions")]


@dataclass(frozen=True, slots=True)
class File:
    """state: awaiting its bytes, kept, or None where its bytes are not ours.
    size: in bytes; what is reserved while it is awaiting.
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
    renditions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes that are stored or reserved, renditions included."""

    user: int
    tenant: int


async def measure_usage(session: Session) -> Usage:
    """What the caller and the caller's tenant have. No one else can reserve there before this transaction ends."""
    tenant = session.caller.tenant
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"files of {tenant}", 0))))
    size = func.sum(attachments.c.size + attachments.c.made)
    counted = select(
        func.coalesce(size.filter(mine(attachments)), 0).label("mine"), func.coalesce(size, 0).label("total")
    ).where(attachments.c.tenant == tenant)
    async with session.seeing_all():  # of the other users of the tenant, nothing but the sum
        (row,) = await session.execute(counted)
    return Usage(user=int(row.mine), tenant=int(row.total))


async def reserve(session: Session, attachment: Attachment, size: int) -> None:
    """Begin a file of at most ``size`` bytes.

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
        )
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
    file_id, thread_id, state, size, mime_type, place, renditions, name = row
    return File(file_id, thread_id, state, size, mime_type or "", place or "", name or "file", renditions or {})


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


async def delete_unsent(database: Database, *, unsent: float, awaiting: float) -> int:
    """Delete files that no message carries: stored ones after ``unsent`` seconds, empty ones after ``awaiting``."""
    age = func.now() - attachments.c.created_at
    statement = delete(attachments).where(
        attachments.c.thread_id.is_(None),
        attachments.c.state.is_not(None),
        or_(
            age > timedelta(seconds=unsent),
            and_(attachments.c.state == "awaiting", age > timedelta(seconds=awaiting)),
        ),
    )
    async with database.system() as connection:
        return (await connection.execute(statement)).changed


@asynccontextmanager
async def due_removals(database: Database, limit: int) -> AsyncGenerator["Removals"]:
    """Prefixes whose bytes may be removed, locked against other replicas inside the block."""
    async with database.system() as connection:
        statement = (
            select(file_removals.c.prefix)
            .where(file_removals.c.due <= func.now())
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
