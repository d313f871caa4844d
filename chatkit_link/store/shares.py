"""Read-only links to threads, and the copy that each of them displays.

A link displays the thread as it was when it was made: its items are copied in the transaction that makes it, so that
nothing which is said, answered again or renamed later is read by who has the link. What users do not see themselves is
not copied. Of the link there is only a hash: it has 256 random bits, which no list has. A link that is withdrawn, and
one whose thread is deleted, goes with its copy.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from chatkit_link.errors import Conflict, NotFound, ThreadNotFound, Unprocessable
from chatkit_link.store.audit import Actor, Event, actor_of, record, recording
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Row, Rows, Statement
from chatkit_link.store.tables import shared_items, shares, thread_items, threads
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text

#: Links that a thread has at most, and those that the command line lists.
MOST = 20
LISTED = 1000
#: What no user sees, or only the page that carries it out.
_UNSEEN = ("hidden_context_item", "sdk_hidden_context", "client_tool_call", "end_of_turn")


@dataclass(frozen=True, slots=True)
class Share:
    """A row. title: of the thread, as it was. until: the id of the last item that is displayed."""

    id: str
    tenant: str
    user: str
    thread_id: str
    title: str | None
    until: str
    attachments: bool
    created_at: datetime
    expires_at: datetime | None


def _share(row: Row) -> Share:
    return Share(*row)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


_THREAD = bindparam("thread", type_=Text())
_ID = bindparam("share", type_=Text())
_COLUMNS = [
    shares.c[name]
    for name in (
        "id", "tenant", "user_id", "thread_id", "title", "until_id", "attachments", "created_at", "expires_at",
    )
]  # fmt: skip
_VALID: ColumnElement[bool] = or_(shares.c.expires_at.is_(None), shares.c.expires_at > func.now())
_SEEN = (
    mine(thread_items),
    thread_items.c.thread_id == _THREAD,
    *(thread_items.c.type != unseen for unseen in _UNSEEN),
)
_LOCK = Statement(select(threads.c.title).where(mine(threads), threads.c.id == _THREAD).with_for_update())
_COUNT = Statement(select(func.count().label("links")).where(mine(shares), shares.c.thread_id == _THREAD, _VALID))
_NEWEST = Statement(
    select(thread_items.c.id, thread_items.c.seq).where(*_SEEN).order_by(thread_items.c.seq.desc()).limit(1)
)
_ITEM = Statement(
    select(thread_items.c.id, thread_items.c.seq).where(*_SEEN, thread_items.c.id == bindparam("item", type_=Text()))
)
_ADD = Statement(
    insert(shares)
    .values(
        id=_ID,
        **OWNER,
        thread_id=_THREAD,
        token_hash=bindparam("hash", type_=LargeBinary()),
        title=bindparam("new_title", type_=Text()),
        until_id=bindparam("new_until", type_=Text()),
        attachments=bindparam("with_attachments"),
        expires_at=func.now() + bindparam("lifetime", type_=Interval()),
    )
    .returning(*_COLUMNS)
)
_COPIED = ("id", "tenant", "user_id", "seq", "type", "data", "created_at")
_COPY = Statement(
    insert(shared_items).from_select(
        ["share_id", *_COPIED],
        select(_ID, *(thread_items.c[name] for name in _COPIED)).where(
            *_SEEN, thread_items.c.seq <= bindparam("last", type_=thread_items.c.seq.type)
        ),
    )
)
_LIST = Statement(
    select(*_COLUMNS)
    .where(mine(shares), shares.c.thread_id == _THREAD, _VALID)
    .order_by(shares.c.created_at, shares.c.id)
)
_FIND = Statement(select(*_COLUMNS).where(shares.c.token_hash == bindparam("hash", type_=LargeBinary()), _VALID))
_MINE = (mine(shared_items), shared_items.c.share_id == _ID)
_ITEMS = Statement(
    select(
        shared_items.c.id,
        shared_items.c.share_id.label("thread_id"),
        *(shared_items.c[name] for name in ("seq", "type", "created_at", "data")),
    )
    .where(*_MINE, shared_items.c.seq > bindparam("after", type_=shared_items.c.seq.type))
    .order_by(shared_items.c.seq)
    .limit(bindparam("rows", type_=Integer()))
)
#: Whether a file is one of a message, or the picture of an item, that the link displays.
_HAS_FILE = Statement(
    select(shared_items.c.seq)
    .where(
        *_MINE,
        or_(
            shared_items.c.data.op("@>")(bindparam("as_attachment", type_=JSONB())),
            (shared_items.c.type == "generated_image")
            & shared_items.c.data["image"]["url"].astext.contains(bindparam("as_picture", type_=Text())),
        ),
    )
    .limit(1)
)


async def add(
    session: Session,
    share_id: str,
    token: str,
    thread_id: str,
    *,
    until: str | None,
    attachments: bool,
    lifetime: timedelta | None,
) -> Share:
    """Make a link, with a copy of the thread up to an item or up to its end. The session is in a transaction.

    Raises:
        NotFound: there is no such thread, or no such item in it that its user sees.
        Conflict: it has as many links as it may.
        Unprocessable: there is nothing in it.
    """
    thread_id = clean_text(thread_id)
    thread = (await session.execute(_LOCK, thread=thread_id)).one_or_none()
    if thread is None:
        raise ThreadNotFound(Localized("thread_not_found"))
    if (await session.execute(_COUNT, thread=thread_id))[0].links >= MOST:
        raise Conflict(Localized("shares_full", most=MOST))
    if until is None:
        last = (await session.execute(_NEWEST, thread=thread_id)).one_or_none()
        if last is None:
            raise Unprocessable(Localized("nothing_to_share"))
    else:
        last = (await session.execute(_ITEM, thread=thread_id, item=clean_text(until))).one_or_none()
        if last is None:
            raise NotFound(Localized("item_not_found"))
    added = await session.execute(
        _ADD,
        share=share_id,
        thread=thread_id,
        hash=_hash(token),
        new_title=thread.title,
        new_until=last.id,
        with_attachments=attachments,
        lifetime=lifetime,
    )
    await session.execute(_COPY, share=share_id, thread=thread_id, last=last.seq)
    made = _share(added[0])
    details = {"thread": thread_id, "attachments": attachments}
    owner = session.caller
    await record(
        session, Event("share.created", actor_of(owner), owner.tenant, owner.user, target=share_id, details=details)
    )
    return made


async def list_shares(session: Session, thread_id: str) -> list[Share]:
    """The links of one of the caller's threads that are still good, the oldest first."""
    return [_share(row) for row in await session.execute(_LIST, thread=clean_text(thread_id))]


async def revoke(session: Session, thread_id: str, share_id: str) -> None:
    """Withdraw a link. Raises NotFound."""
    gone = delete(shares).where(
        mine(shares), shares.c.thread_id == clean_text(thread_id), shares.c.id == clean_text(share_id)
    )
    owner = gone.returning(shares.c.tenant, shares.c.user_id, shares.c.id).cte("gone")
    if (await session.execute(recording(owner, "share.revoked", actor_of(session.caller)))).changed == 0:
        raise not_found()


async def find(database: Database, token: str) -> Share | None:
    """What a link leads to, whoever has it; None where it is none, or none any more."""
    async with database.lookup() as connection:
        row = (await connection.execute(_FIND, hash=_hash(token))).one_or_none()
    return None if row is None else _share(row)


async def load_items(session: Session, share_id: str, after: int, limit: int) -> Rows:
    """What a link of the caller's displays, oldest first, behind a position."""
    return await session.execute(_ITEMS, share=share_id, after=after, rows=limit)


async def has_file(session: Session, share_id: str, file_id: str) -> bool:
    """Whether a link of the caller's displays this file."""
    attachment = {"attachments": [{"id": file_id}]}
    found = await session.execute(
        _HAS_FILE, share=share_id, as_attachment=attachment, as_picture=f"/files/{clean_text(file_id)}"
    )
    return bool(found)


async def find_all(database: Database, *, tenant: str | None = None, user: str | None = None) -> Sequence[Share]:
    """Links of all users that are still good, for an operator; the newest first."""
    statement = select(*_COLUMNS).where(_VALID).order_by(shares.c.created_at.desc()).limit(LISTED)
    for column, value in ((shares.c.tenant, tenant), (shares.c.user_id, user)):
        if value is not None:
            statement = statement.where(column == clean_text(value))
    async with database.replica() as connection:
        return [_share(row) for row in await connection.execute(statement)]


async def revoke_any(database: Database, share_id: str, actor: Actor) -> bool:
    """Withdraw anybody's link, and write who did it into the audit log; False where there is none."""
    gone = delete(shares).where(shares.c.id == clean_text(share_id))
    owner = gone.returning(shares.c.tenant, shares.c.user_id, shares.c.id).cte("gone")
    async with database.replica() as connection:
        return (await connection.execute(recording(owner, "share.revoked", actor))).changed > 0


async def clean(database: Database, *, limit: int = 500) -> None:
    """Delete links that have expired, with their copies."""
    now: Any = literal_column("now()", type_=DateTime(timezone=True))
    old = select(shares.c.tenant, shares.c.id).where(shares.c.expires_at < now).limit(limit)
    old = old.with_for_update(skip_locked=True).cte("old").prefix_with("MATERIALIZED")
    async with database.replica() as connection:
        await connection.execute(delete(shares).where(shares.c.tenant == old.c.tenant, shares.c.id == old.c.id))


def not_found() -> NotFound:
    """Of a link, to whoever has it or asks for it."""
    return NotFound(Localized("share_not_found"))
