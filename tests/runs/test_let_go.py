"""The moment at which a server that stops may stop a run."""

import asyncio

import pytest

from chatkit_link.caller import Caller
from chatkit_link.runs.hand_over import let_go
from chatkit_link.runs.run import Run, RunStatus


@pytest.mark.parametrize("turns", range(6))
async def test_what_begins_right_behind_what_was_waited_for_is_waited_for_too(turns: int) -> None:
    """turns: of the event loop between two tools that must not be cut."""
    run = Run(caller=Caller(tenant="", user="ada", request_id="r"), thread_id="thr_1", agent="a")
    run.journal.continuable = True
    may_end = {"first": asyncio.Event(), "second": asyncio.Event()}
    begun: list[str] = []
    ended: list[str] = []

    async def work() -> None:
        for name, end in may_end.items():
            with run.journal.busy():
                begun.append(name)
                await end.wait()
                ended.append(name)
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.Event().wait()

    run.task, run.started = asyncio.create_task(work()), True
    await asyncio.sleep(0)
    stopping = asyncio.create_task(let_go([run], 30))
    for _ in range(5):
        await asyncio.sleep(0)
    may_end["first"].set()
    for _ in range(20):
        await asyncio.sleep(0)
    may_end["second"].set()
    await asyncio.wait_for(stopping, 5)
    await asyncio.wait([run.task])
    assert run.ending is RunStatus.HANDED_OVER
    assert begun == ended
