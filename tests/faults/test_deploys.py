"""Redeploys while answers are written: each goes on, at another replica or after the restart, and none ends."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.answer_checks import KINDS, check, modelled, undisturbed
from tests.faults.processes import LoadBalancer, Server, free_port, haproxy
from tests.faults.size import FULL, count
from tests.faults.talks import Talk
from tests.faults.users import Person, at_most

pytestmark = pytest.mark.timeout(600)

#: Longer than the load balancer takes to notice.
GRACE = 2


@pytest.mark.skipif(haproxy() is None, reason="HAProxy is not installed (Debian: apt install haproxy)")
async def test_a_rolling_deploy_under_load_ends_no_answer(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    kinds = (*(KINDS if FULL else ("parallel", "approval", "function")), "steady")
    # The last one takes longer than a server waits before it stops: some of those are everywhere at any time.
    asked = [*kinds * count(4, 1), *["steady"] * 4]
    talks: list[Talk] = []
    over = asyncio.Event()
    async with modelled(make_server, 3, grace=GRACE, heartbeat=1) as (model, servers):
        balancer = LoadBalancer(tmp_path, free_port(), *servers)

        async def ask_on(kind: str) -> None:
            while not over.is_set():
                talk = Talk(kind, people())
                await talk.prepare(balancer)
                talks.append(talk)
                await talk.answer(balancer, lambda: balancer)
                assert talk.run_id, "a question was refused"

        try:
            await balancer.knows(*servers)
            peace = await undisturbed(model, balancer, balancer, people, tmp_path, kinds)
            asking = [asyncio.create_task(ask_on(kind)) for kind in asked]
            for server in servers:
                server.terminate()
                assert await server.exited(within=GRACE + 15) == 0
                await server.start()
                await balancer.knows(*servers)
            over.set()
            await asyncio.gather(*asking)
            checks = [
                check(talk, model, balancer, tmp_path, peace[talk.kind], crashes=talk.taken_before + talk.takeovers)
                for talk in talks
            ]
            await at_most(10, checks)
        finally:
            balancer.stop()
    handed = [talk for talk in talks if talk.pause(talk.read) is not None]
    print(f"{len(talks)} answers, {len(handed)} of them were handed over")
    assert handed, "no answer was in the middle"
    assert [server.traces() for server in servers] == ["", "", ""]


async def test_the_answers_of_a_single_server_go_on_after_its_restart(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    async with modelled(make_server, 1) as (model, (server,)):
        peace = await undisturbed(model, server, server, people, tmp_path)
        talks = [Talk(kind, people()) for kind in KINDS]
        for talk in talks:
            await talk.prepare(server)
        async with asyncio.timeout(60):
            answers = [asyncio.create_task(talk.answer(server, lambda: server)) for talk in talks]
            while not all(talk.run_id for talk in talks):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            server.terminate()
            assert await server.exited(within=5) == 0
            await server.start()
            await asyncio.gather(*answers)
        for talk in talks:
            await check(talk, model, server, tmp_path, peace[talk.kind], crashes=1)
            assert talk.pause(talk.read) is not None, f"{talk.kind} was not in the middle"
    assert server.traces() == ""
