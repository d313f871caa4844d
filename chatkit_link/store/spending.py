"""What models did, for whom, and what it cost: one row per run, model and type of work, and the sums.

The rows of ``usage`` are never deleted: they depend on no run and no thread, and hold nothing of what was
written. ``spending`` holds their sums in the present day and month (UTC), so that a budget is looked up
and not added up. Both are written by one statement, and a row that is written twice counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Double, Numeric, Text, bindparam, cast, delete, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Statement, any_of
from chatkit_link.store.tables import spending
from chatkit_link.store.tenancy import OWNER, Session
from chatkit_link.wire.sanitize import clean_text


@dataclass(frozen=True, slots=True)
class Used:
    """What one model did for one run. id: written again under the same id, it counts once.

    kind: ``answer``, ``repeat``, ``title`` or ``transcription``. requests: calls of the model. Cached tokens are part
    of the input tokens. generation: how often the run had been taken over.
    """

    id: str
    run_id: str | None
    agent: str
    model: str
    kind: str
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum so far. whole_tenant: of all users of the tenant. span: ``day`` or ``month``."""

    whole_tenant: bool
    span: str
    tokens: int
    cost: Decimal
    until: datetime
    #: Seconds until the span ends and the next begins.
    left: float


_RECORD = Statement(
    text("""
    WITH put AS (
        INSERT INTO usage (
            id, tenant, user_id, run_id, generation, agent, model, kind, requests, input_tokens, cached_tokens,
            output_tokens, cost
        )
        SELECT used.id, :caller_tenant, :caller_user, used.run_id, used.generation, used.agent, used.model, used.kind,
            used.requests, used.input_tokens, used.cached_tokens, used.output_tokens, used.cost
        FROM unnest(
            :ids, :run_ids, :generations, :agents, :models, :kinds, :requests, :inputs, :cached, :outputs, :costs
        ) AS used (
            id, run_id, generation, agent, model, kind, requests, input_tokens, cached_tokens, output_tokens, cost
        )
        ON CONFLICT DO NOTHING
        RETURNING input_tokens + output_tokens AS tokens, cost
    ), added AS (
        SELECT coalesce(sum(tokens), 0) AS tokens, coalesce(sum(cost), 0) AS cost FROM put
    )
    INSERT INTO spending (tenant, user_id, span, until, tokens, cost)
    SELECT :caller_tenant, whose.user_id, span,
        (date_trunc(span, now() AT TIME ZONE 'UTC') + ('1 ' || span)::interval) AT TIME ZONE 'UTC', tokens, cost
    FROM added, unnest(ARRAY['day', 'month']) AS span, unnest(ARRAY[:caller_user, '']) AS whose (user_id)
    ORDER BY whose.user_id, span
    ON CONFLICT (tenant, user_id, span, until) DO UPDATE SET
        tokens = spending.tokens + excluded.tokens, cost = spending.cost + excluded.cost
    RETURNING user_id = '' AS whole_tenant, span, tokens, cost, until, extract(epoch FROM until - now())::float8 AS left
    """).bindparams(
        *(bindparam(bind.key, type_=Text) for bind in OWNER.values()),
        *(bindparam(name, type_=ARRAY(Text)) for name in ("ids", "run_ids", "agents", "models", "kinds")),
        *(bindparam(name, type_=ARRAY(BigInteger)) for name in ("requests", "inputs", "cached", "outputs")),
        bindparam("generations", type_=ARRAY(BigInteger)),
        bindparam("costs", type_=ARRAY(Numeric)),
    )
)


async def record(session: Session, used: Sequence[Used]) -> list[Spent]:
    """Store what was used; returns the caller's sums including it."""
    parameters = {
        "ids": [row.id for row in used],
        "run_ids": [row.run_id for row in used],
        "generations": [row.generation for row in used],
        "agents": [row.agent for row in used],
        "models": [clean_text(row.model) for row in used],
        "kinds": [row.kind for row in used],
        "requests": [row.requests for row in used],
        "inputs": [row.input_tokens for row in used],
        "cached": [row.cached_tokens for row in used],
        "outputs": [row.output_tokens for row in used],
        "costs": [row.cost for row in used],
    }
    return [Spent(*row) for row in await session.execute(_RECORD, **parameters)]


async def load_spent(session: Session) -> list[Spent]:
    """The sums of the present day and month of the caller and of their tenant; a missing one is zero."""
    caller = session.caller
    statement = select(
        spending.c.user_id == "",
        spending.c.span,
        spending.c.tokens,
        spending.c.cost,
        spending.c.until,
        cast(func.extract("epoch", spending.c.until - func.now()), Double),
    ).where(
        spending.c.tenant == caller.tenant,
        spending.c.user_id == any_of((caller.user, "")),
        spending.c.until > func.now(),
    )
    return [Spent(*row) for row in await session.execute(statement)]


async def clean(database: Database, *, limit: int = 5000) -> None:
    """Delete the sums of days and months that are over."""
    key = tuple_(spending.c.tenant, spending.c.user_id, spending.c.span, spending.c.until)
    columns = (spending.c.tenant, spending.c.user_id, spending.c.span, spending.c.until)
    over = select(*columns).where(spending.c.until < func.now()).limit(limit)
    async with database.replica() as connection:
        await connection.execute(delete(spending).where(key.in_(over)))
