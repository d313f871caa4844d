"""The report of what models did, for the operator: the rows of all users, summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from chatkit_link.store.engine import Database
from chatkit_link.store.tables import usage

#: What a report can be grouped by: name -> column.
KEYS: dict[str, ColumnElement[str]] = {
    "day": func.to_char(func.timezone("UTC", usage.c.created_at), "YYYY-MM-DD"),
    "tenant": usage.c.tenant,
    "user": usage.c.user_id,
    "agent": usage.c.agent,
    "model": usage.c.model,
    "kind": usage.c.kind,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report.

    keys: the values it is grouped by. runs: different runs it sums up. continued: those of them that used something
    after another replica had taken them over. repeated: requests whose first answer was lost on the way.
    """

    keys: tuple[str, ...]
    runs: int
    continued: int
    requests: int
    repeated: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal


async def report(database: Database, *, days: int, by: Sequence[str]) -> list[Line]:
    """What was used today and in the ``days - 1`` days before (UTC), grouped and ordered by these keys."""
    keys = [KEYS[name].label(f"key_{name}") for name in by]
    today = func.date_trunc("day", func.now(), "UTC")
    statement = (
        select(
            *keys,
            func.count(usage.c.run_id.distinct()),
            func.count(usage.c.run_id.distinct()).filter(usage.c.generation > 0),
            func.sum(usage.c.requests),
            func.coalesce(func.sum(usage.c.requests).filter(usage.c.kind == "repeat"), 0),
            *(func.sum(column) for column in (usage.c.input_tokens, usage.c.cached_tokens, usage.c.output_tokens)),
            func.sum(usage.c.cost),
        )
        .where(usage.c.created_at >= today - timedelta(days=days - 1))
        .group_by(*keys)
        .order_by(*keys)
    )
    async with database.replica() as connection:
        rows = await connection.execute(statement)
    count = len(keys)
    return [Line(tuple(row[:count]), *(int(number) for number in row[count:-1]), cost=row[-1]) for row in rows]
