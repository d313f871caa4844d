"""Messages from replica to replica, as notifications of PostgreSQL.

Each replica listens on a channel of its own. A notification is not free: commits that carry one go one after another
through the whole PostgreSQL instance, so a message is sent only to those who asked for it. One that is lost, because
nobody listened at that moment, costs no more than the receiver's next poll.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ARRAY, Text, bindparam, text

from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Statement

#: Every replica listens here, those of the version before only here: they report each change of a run, and
#: each replica that has ended a run of another one.
CHANNEL = "chatkit_link_runs"
#: Before a run's id: a user asks its replica to stop it.
CANCEL = "!"
#: Before a run's id: its replica stops, and any other one may go on with it.
HANDED_OVER = "+"
#: Before a replica's name and the ids of runs: that replica follows them.
FOLLOW = "?"
#: PostgreSQL takes 8000 bytes in one notification.
_MOST_RUNS = 150


class Message(NamedTuple):
    """channel: of the replica that it is for."""

    channel: str
    payload: str


class Follow(NamedTuple):
    """replica: the one that follows these runs."""

    replica: str
    run_ids: list[str]


def channel_of(replica: str) -> str:
    """The channel that this replica listens on; at most 63 bytes."""
    return f"chatkit_link_{replica}"


def changes(replica: str, run_ids: Collection[str]) -> Message:
    """Tell a replica that something of these runs is new in the database; without ids it means: look at everything."""
    return Message(channel_of(replica), ",".join(sorted(run_ids)) if len(run_ids) <= _MOST_RUNS else "")


def follow(owner: str, replica: str, run_ids: Collection[str]) -> list[Message]:
    """Ask the owner of these runs to report their changes to the replica."""
    ordered = sorted(run_ids)
    parts = [ordered[start : start + _MOST_RUNS] for start in range(0, len(ordered), _MOST_RUNS)]
    return [Message(channel_of(owner), f"{FOLLOW}{replica} {','.join(some)}") for some in parts]


def read_follow(payload: str) -> Follow | None:
    """What ``follow`` wrote; None for another payload."""
    if not payload.startswith(FOLLOW):
        return None
    replica, _, run_ids = payload.removeprefix(FOLLOW).partition(" ")
    return Follow(replica, run_ids.split(",") if run_ids else [])


_NOTIFY = Statement(
    text("SELECT count(pg_notify(channel, payload)) FROM unnest(:channels, :payloads) AS message (channel, payload)")
    .bindparams(bindparam("channels", type_=ARRAY(Text)), bindparam("payloads", type_=ARRAY(Text)))
)  # fmt: skip


async def notify(database: Database, messages: Collection[Message]) -> None:
    """Send messages that belong to no change of a row; nothing at all where there are none."""
    if messages:
        async with database.replica() as connection:
            await connection.execute(_NOTIFY, **columns(messages))


def columns(messages: Collection[Message]) -> dict[str, list[str]]:
    """The parameters of a statement that sends messages."""
    return {"channels": [one.channel for one in messages], "payloads": [one.payload for one in messages]}
