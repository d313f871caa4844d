"""Take-overs that meet something else: a replica that wakes up, another crash, a Stop, a changed agent."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest
from chatkit.types import UserMessageItem

from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.takeover import CRASHES
from tests.faults.answer_checks import check, modelled, undisturbed
from tests.faults.executions import Executions
from tests.faults.processes import HERE, Server
from tests.faults.size import count, full_only
from tests.faults.talks import Talk, check_alike, check_order, plain, view_of
from tests.faults.users import Person, answers
from tests.model_server import MODEL

pytestmark = pytest.mark.timeout(300)

#: Seconds.
HEARTBEAT, FROZEN = 1, 20
#: Seconds after a crash at which somebody presses Stop: before it is noticed, in the middle of it, and afterwards.
STOPS = (0, 0.3, 0.8, 1.2, 1.6, 2.5)
#: Events.
_SOME = 20


@pytest.fixture
async def people() -> AsyncIterator[Callable[[], Person]]:
    """Makes people who, like a page, give up a stream without a sign of life for a few heartbeats."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(
        limits=limits, timeout=httpx2.Timeout(30, read=4 * HEARTBEAT), trust_env=False
    ) as http:
        yield lambda: Person(http)


async def shown(talk: Talk, takeovers: int) -> None:
    """Wait until the follower has seen some of what was written after so many take-overs."""
    async with asyncio.timeout(30):
        while not talk.followed or talk.takeovers < takeovers or talk.followed[-1].id % OWN_IDS < _SOME:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@full_only
async def test_a_replica_that_was_frozen_does_nothing_that_another_one_has_done(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    """As when a machine is suspended for a while, in the middle of a model call just before a tool, among others."""
    kinds = ("text", "once", "parallel", "approval", "workflow", "function")
    async with modelled(make_server, 2, heartbeat=HEARTBEAT) as (model, (here, there)):
        peace = await undisturbed(model, here, there, people, tmp_path)
        talks = [Talk(kind, people()) for kind in kinds for _ in range(3)]
        for talk in talks:
            await talk.prepare(here)
        async with asyncio.timeout(FROZEN + 60):
            asked = [asyncio.create_task(_begin(talk, here, there, peace[talk.kind].seconds)) for talk in talks]
            await asyncio.sleep(max(left.seconds for left in peace.values()))
            here.freeze()
            await asyncio.sleep(FROZEN)
            here.thaw()
            await asyncio.gather(*asked)
            await asyncio.sleep(3)  # what woke up would have done it by now
        for talk in talks:
            await check(talk, model, there, tmp_path, peace[talk.kind], crashes=1)
        assert any(talk.takeovers for talk in talks)
    assert here.traces() == there.traces() == ""


async def _begin(talk: Talk, here: Server, there: Server, seconds: float) -> None:
    """At a moment of its own, so that freezing hits each somewhere else."""
    await asyncio.sleep(random.uniform(0, seconds))
    await talk.answer(here, lambda: there)


@full_only  # five servers, and two long answers
async def test_the_fourth_crash_of_one_answer_interrupts_it_and_it_can_be_tried_again(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    """Each crash has a replica of its own: one that is started again may take longer than the answer does."""
    async with modelled(make_server, CRASHES + 2) as (model, servers), asyncio.timeout(240):
        alive = list(servers)
        talk = Talk("slow", people())
        answer = asyncio.create_task(talk.answer(alive[0], lambda: alive[-1]))
        await shown(talk, 0)
        alive.pop(0).kill()
        for takeover in range(1, CRASHES + 1):
            await shown(talk, takeover)
            assert not answer.done(), "the answer was over before its next crash"
            alive.pop(_writer_of(talk, alive)).kill()
        await answer
        (other,) = alive
        for frames in (talk.read, talk.followed):
            check_order(frames)
            view = view_of([], frames)
            assert [error.allow_retry for error in view.errors] == [True]
            assert plain(view.items) == plain(await talk.person.stored(other))
        assert sum(model.calls_of(talk.message).values()) == 1 + CRASHES
        message = next(item for item in await talk.person.stored(other) if isinstance(item, UserMessageItem))
        async with talk.person.retry(talk.route(other), message.id) as again:
            await again.read()
        (whole,) = answers(await talk.person.stored(other))
        assert model.said[whole][1] == 2 + CRASHES


def _writer_of(talk: Talk, servers: list[Server]) -> int:
    """Which of these goes on with the answer."""
    return next(at for at, server in enumerate(servers) if f"run {talk.run_id} goes on here" in server.log.read_text())


async def test_stop_is_obeyed_at_every_moment_of_a_takeover(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    async with modelled(make_server, 2) as (model, servers):
        writer, other = servers
        for _ in range(count(10, 1)):
            talks = [Talk("slow", people()) for _ in STOPS]
            async with asyncio.timeout(60):
                asked = [asyncio.create_task(talk.answer(writer, lambda to=other: to)) for talk in talks]
                await asyncio.gather(*(shown(talk, 0) for talk in talks))
                writer.kill()
                stops = await asyncio.gather(
                    *(_stop_after(seconds, talk, other) for seconds, talk in zip(STOPS, talks, strict=True))
                )
                await asyncio.gather(*asked)
            for talk, status in zip(talks, stops, strict=True):
                assert status == "cancelled"
                stored = await talk.person.stored(other)
                for frames in (talk.read, talk.followed):
                    check_order(frames)
                    assert plain(view_of([], frames).items) == plain(stored)
                check_alike(talk.read, talk.followed)
                assert sum(model.calls_of(talk.message).values()) <= 2
                await talk.next_turn(other)
            await writer.start()
            writer, other = other, writer


async def _stop_after(seconds: float, talk: Talk, server: Server) -> str:
    await asyncio.sleep(seconds)
    response = await talk.person.cancel(server, talk.run_id)
    assert response.status_code == 200, response.text
    return response.json()["status"]


async def test_an_agent_that_was_changed_begins_again_unless_something_irreversible_was_done(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for name in ("agents_with_steps.py", "agents_with_steps.toml", "workflow_with_steps.py"):
        shutil.copy(HERE / name, changed / name)
    with (changed / "agents_with_steps.py").open("a") as file:
        file.write("\ntext.handoff_description = 'Changed.'\n")
    async with modelled(make_server, 1) as (model, (here,)):
        there = make_server(
            config=changed / "agents_with_steps.toml", openai_api_key="sk-1", model=MODEL, openai_base_url=model.address
        )
        await there.start()
        try:
            reversible, irreversible = Talk("slow", people()), Talk("once", people())
            async with asyncio.timeout(60):
                asked = [asyncio.create_task(talk.answer(here, lambda: there)) for talk in (reversible, irreversible)]
                while f"{irreversible.marker}-a" not in Executions.read(tmp_path).begun("charge"):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                here.kill()
                await asyncio.gather(*asked)
            view = view_of([], reversible.followed)
            assert view.notices and not view.errors
            assert plain(view.items) == plain(await reversible.person.stored(there))
            assert len(answers(await reversible.person.stored(there))) == 1
            view = view_of([], irreversible.followed)
            assert [error.allow_retry for error in view.errors] == [True]
            assert plain(view.items) == plain(await irreversible.person.stored(there))
        finally:
            there.kill()
    assert there.traces() == ""
