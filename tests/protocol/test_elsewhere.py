"""Which answers a server that stops hands over, and which ones it gives their time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from chatkit.server import ChatKitServer
from chatkit.types import ThreadStreamEvent

from chatkit_link import step
from chatkit_link.agents.served import ServedAgent
from chatkit_link.runs.hand_over import let_go
from chatkit_link.runs.run import Run, RunStatus
from tests.protocol.replica import Log, Replica, Site, shown
from tests.protocol.stepping import text
from tests.protocol.test_continuation import MakeSite, create, make_site

__all__ = ["make_site"]

FIRST, LAST = ["Let ", "me ", "see."], ["It is ", "green."]
LONG = 60.0


class Waiting(ChatKitServer[Any]):
    """Shows something, or records a step, if it is told to, and waits before its last words."""

    shows, steps, charges = False, False, False

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.waits, self.goes_on = asyncio.Event(), asyncio.Event()

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        if self.steps:
            await step("look", lambda: "green")
        if self.shows:
            async for event in text(thread, "msg_first", FIRST):
                yield event
        if self.charges:
            await step("charge", self.charge)
        self.waits.set()
        await self.goes_on.wait()
        async for event in text(thread, "msg_last", LAST):
            yield event

    async def charge(self) -> None:
        self.waits.set()
        await self.goes_on.wait()


@pytest.fixture
def waiting(make_site: MakeSite) -> tuple[Site, Waiting]:
    site = make_site([])
    server = Waiting(site.services.store)
    site.agents["a"] = ServedAgent(id="a", server=server, version="1")
    return site, server


async def begun(site: Site, server: Waiting) -> tuple[Replica, Run]:
    """An answer that waits."""
    server.waits.clear()
    replica = Replica()
    run = await site.requests(replica).answer(site.agents["a"], create(), site.caller, allow_cancel=True)
    await asyncio.wait_for(server.waits.wait(), 10)
    return replica, run


def texts(items: list[Any]) -> list[str]:
    return ["".join(part["text"] for part in item["content"]) for item in items if item["type"] == "assistant_message"]


async def stored(site: Site, run: Run) -> list[str]:
    return texts(shown(await site.stored(run.thread_id)))


async def stopped(site: Site, replica: Replica, run: Run, within: float) -> Log:
    await asyncio.wait_for(let_go([run], within), 10)
    return await replica.over()


@pytest.mark.parametrize("shows", [True, False])
async def test_an_answer_that_would_have_to_begin_again_gets_its_time(
    waiting: tuple[Site, Waiting], *, shows: bool
) -> None:
    site, server = waiting
    server.shows = shows
    replica, run = await begun(site, server)
    stopping = asyncio.create_task(let_go([run], LONG))
    await asyncio.sleep(0)
    server.goes_on.set()
    log = await replica.over()
    await asyncio.wait_for(stopping, 10)
    assert "error" not in log.types
    assert (await stored(site, run))[-1] == "".join(LAST)


async def test_what_was_shown_without_a_step_is_kept_when_its_time_is_over(waiting: tuple[Site, Waiting]) -> None:
    site, server = waiting
    server.shows = True
    replica, run = await begun(site, server)
    log = await stopped(site, replica, run, 0.05)
    assert run.ending is RunStatus.INTERRUPTED
    assert log.types[-1] == "error"
    assert await stored(site, run) == ["".join(FIRST)]
    assert await site.services.store.load_endings(run.thread_id, site.caller) != {}


@pytest.mark.parametrize(("shows", "steps", "within"), [(False, False, 0.05), (False, True, LONG), (True, True, LONG)])
async def test_it_is_handed_over_once_another_replica_can_give_it_again(
    waiting: tuple[Site, Waiting], *, shows: bool, steps: bool, within: float
) -> None:
    """Without a step when its time is over; with one, at once."""
    site, server = waiting
    server.shows, server.steps = shows, steps
    replica, run = await begun(site, server)
    log = await stopped(site, replica, run, within)
    assert run.ending is RunStatus.HANDED_OVER
    server.goes_on.set()
    assert await site.go_on("a", run.thread_id, log) is not None
    assert await stored(site, run) == [*(["".join(FIRST)] if shows else []), "".join(LAST)]


async def test_an_agent_that_must_not_go_on_is_interrupted(waiting: tuple[Site, Waiting]) -> None:
    site, server = waiting
    replica, run = await begun(site.changed("a", continues=False), server)
    log = await stopped(site, replica, run, 0.05)
    assert run.ending is RunStatus.INTERRUPTED
    assert log.types[-1] == "error"


async def test_who_is_interrupted_in_a_step_hears_that_it_may_have_been_done(waiting: tuple[Site, Waiting]) -> None:
    """Or they would try again, and have it done twice."""
    site, server = waiting
    server.charges = True
    replica, run = await begun(site.changed("a", continues=False), server)
    log = await stopped(site, replica, run, 0.05)
    assert run.ending is RunStatus.INTERRUPTED
    [kept] = (await site.services.store.load_endings(run.thread_id, site.caller)).values()
    error = kept.get("error")
    assert error is not None and "“charge”" in error["message"] and error["allow_retry"] is True
    assert log.types[-1] == "error"
