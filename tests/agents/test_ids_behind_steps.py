"""Ids of what an author's code makes: the same when the answer is begun again, though a step is not done again."""

import uuid
from datetime import datetime
from typing import Any, cast

from chatkit.types import ThreadMetadata

from chatkit_link import TurnContext
from chatkit_link.agents.steps import Steps
from chatkit_link.caller import Caller
from chatkit_link.runs.journal import Journal


def _context() -> TurnContext:
    thread = ThreadMetadata(id="thr_1", created_at=datetime.now())
    nothing = cast("Any", None)
    return TurnContext(thread, None, Caller("default", "ada"), nothing, nothing)


async def _made(run_id: str, earlier: dict[str, Any], inside: list[str]) -> list[str]:
    """The ids outside of the step, whose own id goes into ``inside``."""
    ctx = _context()

    async def work() -> str:
        inside.append(ctx.new_id("message"))
        return "done"

    with Steps(run_id, Journal(earlier=earlier)).running():
        first = ctx.new_id("message")
        await ctx.step("work", work)
        second = ctx.new_id("message")
        await ctx.step("rest", lambda: 1)
        return [first, second, ctx.new_id("message")]


async def test_what_a_step_makes_does_not_shift_the_ids_behind_it() -> None:
    run_id, inside = uuid.uuid4().hex, list[str]()
    done = await _made(run_id, {}, inside)
    skipped = await _made(run_id, {"step:work#1/end": {"result": "done"}}, inside)
    assert skipped == done
    assert len({*done, *inside}) == 4
    assert await _made(uuid.uuid4().hex, {}, []) != done
