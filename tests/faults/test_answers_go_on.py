"""kill -9 of one of two replicas at any moment of an answer: it goes on at the other, and nothing is done twice."""

import asyncio
import os
import random
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.answer_checks import KINDS, check, modelled, undisturbed
from tests.faults.processes import Server
from tests.faults.size import FULL, count
from tests.faults.talks import Talk, view_of
from tests.faults.users import Frame, Person

pytestmark = pytest.mark.timeout(7200 if FULL else 240)

#: The same moments again, as far as the machine is as fast.
SEED = int(os.environ.get("CHATKIT_LINK_FAULTS_SEED", "19"))
#: Seconds.
PAUSE = 2.5


async def test_answers_in_peace_are_the_same_to_all_who_read_them(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    async with modelled(make_server, 2) as (model, (here, there)), asyncio.timeout(120):
        first = await undisturbed(model, here, there, people, tmp_path)
        again = await undisturbed(model, there, here, people, tmp_path)
        for kind in KINDS:
            assert (first[kind].items, first[kind].given) == (again[kind].items, again[kind].given)
    assert here.traces() == there.traces() == ""


async def test_an_answer_goes_on_elsewhere_wherever_its_server_was_killed(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    hits: list[Talk] = []
    wrong: list[str] = []
    lost: list[Talk] = []
    async with modelled(make_server, 2) as (model, servers):
        writer, other = servers
        peace = await undisturbed(model, writer, other, people, tmp_path)
        while len(hits) < count(500, 12):
            points = {kind: chance.uniform(0, peace[kind].seconds) for kind in KINDS}
            hit = await crash(writer, other, people, points)
            lost += [talk for talk in hit if is_lost(talk)]
            hit = {talk: crashes for talk, crashes in hit.items() if not is_lost(talk)}
            checks = [check(talk, model, other, tmp_path, peace[talk.kind], crashes=n) for talk, n in hit.items()]
            results = await asyncio.gather(*checks, return_exceptions=True)
            wrong += [
                f"{talk.kind}, killed after {points[talk.kind]:.2f} s, {talk.run_id}: {result}"
                for talk, result in zip(hit, results, strict=True)
                if isinstance(result, BaseException)
            ]
            hits += [talk for talk, crashes in hit.items() if crashes]
            await writer.start()
            writer, other = other, writer
    report(hits)
    assert not wrong, f"{len(wrong)} of {len(hits)}:\n" + "\n".join(wrong)
    check_lost(lost, len(hits))
    assert [server.traces() for server in servers] == ["", ""]


async def crash(
    writer: Server, other: Server, people: Callable[[], Person], points: dict[str, float]
) -> dict[Talk, int]:
    """Kill the writer when the answer of each agent is at its point; each once it is over, and 1 if it was hit."""
    talks = {kind: Talk(kind, people()) for kind in points}
    for talk in talks.values():
        await talk.prepare(writer)
    last = max(points.values())

    async def answered(talk: Talk) -> None:
        await asyncio.sleep(last - points[talk.kind])
        await talk.answer(writer, lambda: other)

    async with asyncio.timeout(60):
        answers = [asyncio.create_task(answered(talk)) for talk in talks.values()]
        await asyncio.sleep(last)
        killed = writer.kill()
        await asyncio.gather(*answers)
    return {talk: int(talk.followed[-1].at > killed) for talk in talks.values() if talk.followed}


def is_lost(talk: Talk) -> bool:
    """Its server died before the first commit of the answer, and no other one has answered instead."""
    return not talk.was_written and bool(view_of(talk.before, talk.followed).errors)


def check_lost(lost: list[Talk], hits: int) -> None:
    """An answer of which nothing was there to go on with can be tried again."""
    for talk in lost:
        assert [error.allow_retry for error in view_of(talk.before, talk.followed).errors] == [True]
    print(f"{len(lost)} answers beside {hits} were killed before anything was written")
    assert len(lost) <= hits / 4


def report(hits: list[Talk]) -> None:
    """A reader and a follower wait about as long."""
    pauses = [[pause for talk in hits if (pause := talk.pause(of(talk))) is not None] for of in (_read, _followed)]
    for who, seconds in zip(("reader", "follower"), pauses, strict=True):
        assert seconds, "no answer went on"
        print(f"{who}: {len(seconds)} pauses, median {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s")
    for seconds in pauses:
        assert statistics.median(seconds) < PAUSE


def _read(talk: Talk) -> list[Frame]:
    return talk.read


def _followed(talk: Talk) -> list[Frame]:
    return talk.followed
