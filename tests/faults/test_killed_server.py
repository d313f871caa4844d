"""kill -9 of the server in the middle of answers."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from chatkit.types import UserMessageItem

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import count, deadline, full_only
from tests.faults.users import Broken, Person, Reading, answers, at_most, messages, soon

pytestmark = deadline

WORDS = 120
ASKED = f"{WORDS} 10"
#: A crash may take what was said in the last 100 ms, and what was waiting for the next commit.
LOST = 0.1 + 0.025


async def _ask_until_broken(person: Person, server: Server, asked: str = ASKED) -> Reading | None:
    """What was read until the server was gone; None if it did not even acknowledge."""
    reading = None
    with suppress(Broken):
        async with person.ask(server, asked) as reading:
            await reading.read()
    return reading


async def _check(person: Person, server: Server, hit: Reading, killed: float, asked: str = ASKED) -> float:
    """What a person finds who comes back with the last id they saw; how many seconds of the answer are lost."""
    whole = answer(int(asked.split(maxsplit=1)[0]))
    back = await person.reread(server, hit.run_id, hit.last_id)
    items = await person.stored(server)
    assert messages(items) == [asked], "a message that was acknowledged is there once"
    if back.error is None:  # its server died before anything of it was stored, so it was answered again
        assert answers(items) == [whole], "the answer ends without a word about it"
        return 0.0
    assert back.error["allow_retry"]
    kept = "".join(answers(items))
    assert whole.startswith(kept)
    lost = next((killed - frame.at for frame in hit.frames if len(hit.text_until(frame.at + 1e-9)) > len(kept)), 0.0)
    message = next(item for item in items if isinstance(item, UserMessageItem))
    async with person.retry(server, message.id) as again:
        await again.read()
    assert answers(await person.stored(server)) == [whole]
    return lost


async def test_what_was_shown_before_a_crash_is_kept_and_can_be_tried_again(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    hits: list[tuple[Person, Reading, float]] = []
    async with running(server), asyncio.timeout(200):
        while len(hits) < count(200, 20):
            crowd = [people() for _ in range(count(40, 10))]
            reads = [asyncio.create_task(_ask_until_broken(person, server)) for person in crowd]
            await asyncio.sleep(soon(0.3, 0.8))
            killed = server.kill()
            for person, read in zip(crowd, reads, strict=True):
                hit = await read
                if hit is not None and hit.response.status_code == 200 and person.thread_id:
                    hits.append((person, hit, killed))
            await server.start()
        ready = time.monotonic()
        ends = await at_most(500, [_end(person, server, hit) for person, hit, _ in hits])
        assert max(ends) - ready < 30, "an answer was still called running 30 s after the restart"
        lost = await at_most(40, [_check(person, server, hit, killed) for person, hit, killed in hits])
    print(f"{len(hits)} answers hit, over {max(ends) - ready:.1f} s after the restart, {max(lost) * 1000:.0f} ms lost")
    assert max(lost) <= LOST, f"up to {max(lost) * 1000:.0f} ms of what had been shown are lost"
    assert server.traces() == ""


async def _end(person: Person, server: Server, hit: Reading) -> float:
    """When the answer that was hit was over."""
    while await person.client(server).running(person.thread_id) is not None:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    return time.monotonic()


async def test_another_replica_ends_the_answers_of_one_that_crashed(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_server(), make_server()
    fast = "400 4"  # so that some of what was shown is not in the database yet
    *crowd, impatient = [people() for _ in range(6)]
    async with running(here, there), asyncio.timeout(80):
        reads = [asyncio.create_task(_ask_until_broken(person, here, fast)) for person in [*crowd, impatient]]
        async with asyncio.timeout(20):
            while not all(person.thread_id for person in [*crowd, impatient]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        killed = here.kill()
        *hits, stopped = [await read for read in reads]
        # They come back at once, while nobody knows yet that their server is dead; one of them wants it stopped.
        assert stopped is not None
        stop = asyncio.create_task(impatient.cancel(there, stopped.run_id))
        async with asyncio.timeout(30):
            await asyncio.gather(
                *(_check(person, there, hit, killed, fast) for person, hit in zip(crowd, hits, strict=True) if hit)
            )
        assert (await stop).status_code in (200, 503), stop.result().text
    assert there.traces() == ""


@full_only
async def test_a_server_that_was_frozen_does_not_spoil_what_another_one_did_meanwhile(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """As when a machine is suspended: answers are ended and retried elsewhere, and then the first server wakes up.

    One is hit in the middle; of the other all has been said, and it is stored in the very moment of waking up.
    """
    here, there = make_server(), make_server()
    amid, ending = people(), people()
    words = 300

    async def answered_elsewhere(person: Person, reading: Reading) -> None:
        assert (await person.reread(there, reading.run_id)).error is not None
        message = next(item for item in await person.stored(there) if isinstance(item, UserMessageItem))
        async with person.retry(there, message.id) as again:
            await again.read()

    async with running(here, there), asyncio.timeout(80):
        async with amid.ask(here, f"{words} 10") as one, ending.ask(here, f"{WORDS} 10 0 1500") as other:
            await other.read(WORDS + 5)
            here.freeze()
            await asyncio.gather(answered_elsewhere(amid, one), answered_elsewhere(ending, other))
            here.thaw()
            for reading in await asyncio.gather(one.read(), other.read()):
                assert reading.error is not None, "who still reads here is not told how the answer ended"
        await asyncio.sleep(1)
        for person, whole in ((amid, answer(words)), (ending, answer(WORDS))):
            items = await person.stored(there)
            assert answers(items) == [whole], [len(text) for text in answers(items)]
