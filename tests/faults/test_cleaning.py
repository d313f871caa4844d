"""Many runs, and what is left of them."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from chatkit_link.caller import Caller
from chatkit_link.runs import recovery
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.runs import RunRow
from tests.faults.processes import Postgres
from tests.faults.size import count, deadline
from tests.faults.users import at_most

pytestmark = deadline

EVENTS = 20


async def _keep_nothing(
    caller: Caller, run: RunRow, said: Sequence[bytes], steps: Mapping[str, Any]
) -> Sequence[bytes]:
    return []


async def _say(run: Run) -> None:
    for number in range(EVENTS):
        run.log.append(b"event %d" % number)
        await asyncio.sleep(0)


async def test_thousands_of_answers_do_not_fill_the_disk(
    postgres: Postgres,
    database_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "_CLEANING", 0)
    many = count(5000, 1000)
    ada = Caller(tenant="default", user="ada")
    database = Database(postgres.url(database_name), pool_size=10)
    await migrate(database)

    async def once(coordinator: Coordinator) -> None:
        async with coordinator.claim(ada, f"thr_{uuid.uuid4().hex}", "words") as run:
            coordinator.start(run, _say)
        assert run.task is not None
        await run.task

    def rows() -> tuple[int, int]:
        counted = postgres.query(
            database_name, "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM run_batches)"
        )
        runs, events = counted.split("|")
        return int(runs), int(events)

    async with Coordinator(database, _keep_nothing, events_for=0.5, runs_for=0.5) as coordinator:
        async with asyncio.timeout(120):
            await at_most(50, [once(coordinator) for _ in range(many)])
        async with asyncio.timeout(20):
            while await asyncio.to_thread(rows) != (0, 0):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    await database.close()
