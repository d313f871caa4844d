"""A run that this replica has no agent for is left to those that may have it, as in the middle of a deploy."""

import asyncio

import pytest

from chatkit_link.caller import Caller
from chatkit_link.runs import takeover
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.runs.takeover import NotHere, Orphan
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing, read
from tests.runs.journeys import Journey, stored, vanish

INTERRUPTED = [(1, b"word 1"), (OWN_IDS + 1, b"interrupted after 1")]


async def without_agent(_: Orphan) -> None:
    raise NotHere


def other(database: Database) -> Coordinator:
    """A replica that does not have the agent of any run."""
    return Coordinator(database, keep_nothing, continues=without_agent, drain=1)


async def orphan(journey: Journey, database: Database, caller: Caller, thread: str) -> Run:
    """A run that has said one word, of a replica that vanished."""
    async with journey.replica(database) as first:
        run = await journey.begin(first, caller, thread)
        await journey.allow(1)
        await stored(run, 1)
        await vanish(first, database)
    return run


@pytest.mark.parametrize("crash", [True, False], ids=["crash", "hand-over"])
async def test_it_goes_on_where_its_agent_is(database: Database, ada: Caller, thread: str, crash: bool) -> None:
    journey = Journey(2)
    async with other(database) as second, journey.replica(database) as third:
        third._takeover.stopping = True  # so that the other one finds it first
        async with journey.replica(database) as first:
            run = await journey.begin(first, ada, thread)
            await journey.allow(1)
            await stored(run, 1)
            if crash:
                await vanish(first, database)
                await second._recovery.take_orphans()
        async with asyncio.timeout(10):
            while run.id not in second._takeover.left:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        third._takeover.stopping = False
        await journey.allow(2)
        events = await read(second, ada, run.id)
        assert [data for _, data in events] == journey.whole
        assert (await second.attach(ada, run.id)).status == RunStatus.COMPLETED


async def test_it_is_interrupted_once_the_others_had_their_time(
    database: Database, ada: Caller, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeover, "_OTHERS", 0.3)
    run = await orphan(Journey(2), database, ada, thread)
    async with other(database) as second, other(database) as third:
        await second._recovery.take_orphans()
        assert run.id in second._takeover.left
        events = await read(third, ada, run.id)
    assert [data for _, data in events] == [b"word 1", b"interrupted after 1"]


async def test_it_is_interrupted_at_once_where_there_are_no_others(
    database: Database, ada: Caller, thread: str
) -> None:
    run = await orphan(Journey(2), database, ada, thread)
    async with other(database) as only:
        await only._recovery.take_orphans()
        assert await read(only, ada, run.id) == INTERRUPTED


async def test_stop_does_not_wait_for_the_others(database: Database, ada: Caller, thread: str) -> None:
    run = await orphan(Journey(2), database, ada, thread)
    async with other(database) as second, Coordinator(database, keep_nothing, drain=1) as third:
        await second._recovery.take_orphans()
        assert run.id in second._takeover.left
        assert await third.running_on(ada, thread) == run.id
        async with asyncio.timeout(5):
            assert await third.cancel(ada, run.id) == RunStatus.CANCELLED
