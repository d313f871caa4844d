"""How long one durable commit takes: no event that waits for one comes earlier."""

import asyncio
import statistics
import time
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

_COMMITS = 300


async def _commits(url: str) -> list[float]:
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    connection = await connect(url)
    try:
        await connection.execute("CREATE TABLE bench_commits (number int)")
        took: list[float] = []
        for number in range(_COMMITS):
            started = time.perf_counter()
            await connection.execute("INSERT INTO bench_commits VALUES ($1)", number)
            took.append(time.perf_counter() - started)
        await connection.execute("DROP TABLE bench_commits")
        return took
    finally:
        await connection.close()


def measure_commit(url: str) -> float:
    """Seconds, p50, of a statement that writes one row and is committed to the disk."""
    return statistics.median(asyncio.run(_commits(url)))
