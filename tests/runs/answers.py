"""Runs that write a few bytes, and a reader of them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.store import runs as rows


async def keep_nothing(
    caller: Caller, run: rows.RunRow, said: Sequence[bytes], steps: Mapping[str, Any]
) -> Sequence[bytes]:
    return [b"interrupted after %d" % len(said)]


async def start(
    coordinator: Coordinator, caller: Caller, thread_id: str, *data: bytes, hold: asyncio.Event | None = None
) -> Run:
    async def work(run: Run) -> None:
        for one in data:
            run.log.append(one)
        if hold is not None:
            await hold.wait()
        run.log.append(b"end")

    async with coordinator.claim(caller, thread_id, "agent") as run:
        coordinator.start(run, work)
    return run


async def read(coordinator: Coordinator, caller: Caller, run_id: str, after: int = 0) -> list[tuple[int, bytes]]:
    attached = await coordinator.attach(caller, run_id)
    async with asyncio.timeout(30):
        return [(event.id, event.data) async for batch in attached.follow(after) for event in batch]
