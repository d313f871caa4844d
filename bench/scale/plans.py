"""How PostgreSQL answers the statements of pages: explained with the values that the store gives them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.scale.fill import LARGE, LONGEST
from chatkit_link.store import threads
from chatkit_link.store.engine import Database
from chatkit_link.store.items import Items
from chatkit_link.store.tenancy import Session

#: A page of the chat frame, and the items that a model gets.
_PAGE, _HISTORY = 20, 200


@dataclass(frozen=True, slots=True)
class Plan:
    """milliseconds: of the execution, without planning. blocks: pages of 8 KiB that it read. scans: of which tables."""

    name: str
    milliseconds: float
    blocks: int
    rows: int
    scans: tuple[str, ...]

    @property
    def reads_all(self) -> bool:
        return any(scan.startswith("Seq Scan") for scan in self.scans)


async def explain_pages(url: str) -> list[Plan]:
    """Those of the largest tenant's first user, and of the longest thread."""
    database = Database(url)
    items = Items()
    try:
        async with database.session(LARGE) as session:
            page = await threads.load_threads(session, _PAGE, None, "desc")
            middle = (await threads.load_threads(session, 1000, None, "desc")).data[-1].id
            long = await items.load_page(session, LONGEST, None, 1000, "desc")
            asked: dict[str, Callable[[Session], Awaitable[Any]]] = {
                "threads, newest page": lambda one: threads.load_threads(one, _PAGE, None, "desc"),
                "threads, behind the thousandth": lambda one: threads.load_threads(one, _PAGE, middle, "desc"),
                "one thread": lambda one: threads.load_thread(one, page.data[0].id),
                "items, newest page": lambda one: items.load_page(one, LONGEST, None, _PAGE, "desc"),
                "items, behind the thousandth": lambda one: items.load_page(one, LONGEST, long.after, _PAGE, "desc"),
                "items, oldest page": lambda one: items.load_page(one, LONGEST, None, _PAGE, "asc"),
                "one item": lambda one: items.load(one, LONGEST, long.data[0].id),
                "history for the model": lambda one: items.load_history(one, LONGEST, _HISTORY),
            }
            return [await _explain(session, name, ask) for name, ask in asked.items()]
    finally:
        await database.close()


async def _explain(session: Session, name: str, ask: Callable[[Session], Awaitable[Any]]) -> Plan:
    """The last statement that ``ask`` runs is its page; what goes before finds a cursor."""
    connection: Any = session.connection
    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(query: Any) -> None:
        sent.append((query.query, query.args))

    connection.add_query_logger(note)
    try:
        await ask(session)
        await asyncio.sleep(0)  # asyncpg notes a statement at the loop's next turn
    finally:
        connection.remove_query_logger(note)
    query, given = sent[-1]
    row = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *given)
    explained: dict[str, Any] = (json.loads(row) if isinstance(row, str) else row)[0]
    top = explained["Plan"]
    return Plan(
        name=name,
        milliseconds=explained["Execution Time"],
        blocks=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        rows=top["Actual Rows"],
        scans=tuple(dict.fromkeys(_scans(top))),
    )


def _scans(node: dict[str, Any]) -> Iterator[str]:
    if node.get("Relation Name") or node.get("Index Name"):
        yield f"{node['Node Type']} {node.get('Index Name') or node['Relation Name']}"
    for inner in node.get("Plans", ()):
        yield from _scans(inner)
