"""All rows that this version cannot read (``store/unreadable.py``), for ``chatkit-link doctor``."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from chatkit.types import Attachment
from pydantic import TypeAdapter
from sqlalchemy import Executable, select

from chatkit_link.store.engine import Database
from chatkit_link.store.items import ITEM_COLUMNS, Items
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import attachments, inactive_items, thread_items, turns
from chatkit_link.store.threads import THREAD_COLUMNS, require_thread
from chatkit_link.store.turns import require_record
from chatkit_link.store.unreadable import UNREADABLE, reason_of

#: Rows that are fetched together.
_CHUNK = 500


@dataclass(slots=True)
class UnreadableRows:
    """found: what each is, and why it cannot be read. looked_at: rows. is_complete: whether there was time for all."""

    found: list[str] = field(default_factory=list[str])
    looked_at: int = 0
    is_complete: bool = True


async def find_unreadable(database: Database, *, within: float) -> UnreadableRows:
    """Read what users have stored, for so many seconds at most."""
    result = UnreadableRows()
    deadline = time.monotonic() + within
    for statement, read, name in _tables():
        async with database.system() as connection:
            compiled = Statement(statement)
            rows = cast("Any", connection.connection).cursor(compiled.sql, *compiled.arguments({}), prefetch=_CHUNK)
            async for row in rows:
                result.looked_at += 1
                try:
                    read(row)
                except UNREADABLE as error:
                    result.found.append(f"{name(row)}: {reason_of(error, row[-1])}")
                if time.monotonic() > deadline:
                    result.is_complete = False
                    return result
    return result


def _tables() -> list[tuple[Executable, Callable[[Row], Any], Callable[[Row], str]]]:
    """What is read of each table, its value last; how that is read; and what a row of it is."""
    items, files = Items(), TypeAdapter[Attachment](Attachment)
    return [
        *(
            (select(*(table.c[column.name] for column in ITEM_COLUMNS)), items.read, _name_of_item)
            for table in (thread_items, inactive_items)
        ),
        (select(*THREAD_COLUMNS), require_thread, lambda row: f"thread {row.id}"),
        (
            select(turns.c.thread_id, turns.c.anchor_id, turns.c.record),
            lambda row: require_record(row.record),
            lambda row: f"the record of the turn of item {row.anchor_id} of thread {row.thread_id}",
        ),
        (
            select(attachments.c.id, attachments.c.data),
            lambda row: files.validate_python(row.data),
            lambda row: f"attachment {row.id}",
        ),
    ]


def _name_of_item(row: Row) -> str:
    return f"item {row.id} of thread {row.thread_id}"
