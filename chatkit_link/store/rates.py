"""How often something happened lately: a moving window, exact, the same for all replicas.

A key's row holds the time of each request that was let through and is still within its period. One
statement looks at all keys of a request, and either counts it on each of them or on none: a user who is
over their own limit does not use up that of the address they share with others.

The invariant: a row never holds more hits within the period than are allowed, whatever runs at once.
Rows that are there are locked, in the order of their keys; of two requests that make the same row, the
second comes to ``ON CONFLICT``, where the same rule is asked again. Times are the database's own, so
the replicas' clocks do not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, Text, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chatkit_link.store.engine import Database
from chatkit_link.store.outages import DatabaseUnavailable, is_conflict
from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import rates


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most ``most`` requests under this key within any ``period`` seconds."""

    key: str
    most: int
    period: int


_TAKE = Statement(
    text("""
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(:keys, :most, :periods) AS wanted (key, most, period)
    ), held AS MATERIALIZED (
        SELECT key, hits FROM rates WHERE key = ANY(:keys) ORDER BY key FOR UPDATE
    ), moment AS MATERIALIZED ( -- when the rows are ours
        SELECT extract(epoch FROM clock_timestamp())::float8 AS now FROM (SELECT count(*) FROM held) AS locked
    ), judged AS MATERIALIZED (
        SELECT wanted.*, ARRAY(
            SELECT hit FROM unnest(held.hits) AS hit WHERE hit > moment.now - wanted.period ORDER BY hit
        ) AS recent
        FROM wanted CROSS JOIN moment LEFT JOIN held USING (key)
    ), put AS (
        INSERT INTO rates (key, hits, until)
        SELECT key, recent || moment.now, to_timestamp(moment.now + period) FROM judged CROSS JOIN moment
        WHERE NOT EXISTS (SELECT FROM judged WHERE cardinality(recent) >= most)
        ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
            until = excluded.until,
            hits = (SELECT now FROM moment) || ARRAY(
                SELECT hit FROM unnest(rates.hits) AS hit, moment, wanted
                WHERE wanted.key = rates.key AND hit > moment.now - wanted.period
            )
        WHERE (
            SELECT count(*) FROM unnest(rates.hits) AS hit, moment, wanted
            WHERE wanted.key = rates.key AND hit > moment.now - wanted.period
        ) < (SELECT most FROM wanted WHERE wanted.key = rates.key)
        RETURNING key
    )
    SELECT judged.key,
        EXISTS (SELECT FROM put WHERE put.key = judged.key) AS counted,
        CASE WHEN cardinality(recent) >= most
            THEN recent[cardinality(recent) - most + 1] + period - moment.now
        END AS wait
    FROM judged CROSS JOIN moment
    """).bindparams(
        bindparam("keys", type_=ARRAY(Text)),
        bindparam("most", type_=ARRAY(Integer)),
        bindparam("periods", type_=ARRAY(Integer)),
    )
)


async def take(database: Database, wanted: Sequence[Allowance]) -> dict[str, float]:
    """Count one request on all of these keys, or on none if one of them is used up.

    Returns:
        The used up keys, and the seconds until each has room again. Empty: the request is counted.
    """
    by_key = sorted(wanted, key=lambda allowance: allowance.key)
    parameters = {
        "keys": [allowance.key for allowance in by_key],
        "most": [allowance.most for allowance in by_key],
        "periods": [allowance.period for allowance in by_key],
    }
    try:
        async with database.replica() as connection:
            rows = await connection.execute(_TAKE, **parameters)
    except DatabaseUnavailable as error:
        if not is_conflict(error):
            raise
        # A deadlock, behind a pooler, where the statement is in a transaction and not run again by itself. Of two
        # requests with the same keys, one found the first row missing and the other just made.
        return await take(database, wanted)
    full = {row.key: max(float(row.wait), 0.0) for row in rows if row.wait is not None}
    if not full and not all(row.counted for row in rows):
        # Lost a race for the first places of a new row. They are taken now, so the next look returns for how long.
        return await take(database, wanted)
    return full


async def clean(database: Database, *, limit: int = 5000) -> None:
    """Delete what is older than its period."""
    old = select(rates.c.key).where(rates.c.until < func.now()).limit(limit).with_for_update(skip_locked=True)
    async with database.replica() as connection:
        await connection.execute(delete(rates).where(rates.c.key.in_(old)))
