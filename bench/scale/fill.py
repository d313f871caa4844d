"""A database as a large one is: many tenants, one of them with very many threads, one thread with very many items."""

from dataclasses import dataclass

from sqlalchemy import text

from bench.process import say
from chatkit_link.caller import Caller
from chatkit_link.store.engine import Database

#: The tenant that has most of it, and its user who has a large part of that.
LARGE = Caller(tenant="tenant-1", user="user-1", request_id="bench")
#: One of its threads has every fifth item.
LONGEST = "thr_00000000000000000000000000000001"
#: Threads of each user but the first, who has a tenth of all.
_THREADS_EACH = 20

_THREADS = text(
    """
    INSERT INTO threads (id, tenant, user_id, title, status, metadata, last_activity, last_seq)
    SELECT 'thr_' || lpad(to_hex(number), 32, '0'), tenant, user_id, 'Chat ' || number, '{"type": "active"}', '{}',
           now() - number * interval '1 second', 0
    FROM (
        SELECT number, 'tenant-1' AS tenant,
               'user-' || CASE WHEN number <= :large / 10 THEN 1 ELSE 2 + number / :each END AS user_id
        FROM generate_series(1, :large) AS number
        UNION ALL
        SELECT :large + number, 'tenant-' || (2 + number % (:tenants - 1)), 'user-' || number / :each
        FROM generate_series(1, :small) AS number
    ) AS made
    """
)
_ITEMS = text(
    """
    INSERT INTO thread_items (thread_id, id, tenant, user_id, seq, type, data)
    SELECT threads.id, 'msg_' || lpad(to_hex(made.number), 32, '0'), tenant, user_id, made.seq, 'assistant_message',
           jsonb_build_object('content', jsonb_build_array(jsonb_build_object(
               'type', 'output_text', 'annotations', '[]'::jsonb, 'text', repeat('measure ', 20) || made.number)))
    FROM (
        SELECT number,
               CASE WHEN number % 5 = 0 THEN 1 ELSE 1 + number % :threads END AS thread,
               CASE WHEN number % 5 = 0 THEN number / 5 ELSE :items + number END AS seq
        FROM generate_series(1, :items) AS number
    ) AS made
    JOIN threads ON threads.id = 'thr_' || lpad(to_hex(made.thread), 32, '0')
    """
)
_COUNTED = text(
    """
    UPDATE threads SET last_seq = counted.last
    FROM (SELECT thread_id, max(seq) AS last FROM thread_items GROUP BY thread_id) AS counted
    WHERE threads.id = counted.thread_id
    """
)


@dataclass(frozen=True, slots=True)
class Volume:
    """large: threads of the largest tenant. small: of all others together."""

    items: int
    large: int
    small: int
    tenants: int = 1000

    def __str__(self) -> str:
        return f"{self.items:,} items, {self.large:,} threads of one tenant, {self.tenants:,} tenants"


async def fill(url: str, volume: Volume) -> None:
    """Write it, in seconds to a minute, and do at once what PostgreSQL would do later in the background."""
    say(f"filling: {volume}")
    database = Database(url, patience=600)  # a million rows take longer than a request may
    given = {
        "items": volume.items,
        "large": volume.large,
        "small": volume.small,
        "tenants": volume.tenants,
        "threads": volume.large + volume.small,
        "each": _THREADS_EACH,
    }
    try:
        async with database.system() as connection:
            for statement in (_THREADS, _ITEMS, _COUNTED):
                await connection.execute(statement, **given)
        async with database.replica() as connection:
            await connection.execute(text("VACUUM (ANALYZE) threads, thread_items"))
    finally:
        await database.close()
