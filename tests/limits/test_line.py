"""A line's order and its bounds, whoever comes, leaves and is cut off at which moment."""

import asyncio
import random
import time

import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import TooManyRequests, Unavailable
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds
from tests.limits.test_shares import EVERYTHING, visitor


class Crowd:
    """Counts who has a turn, and sees that nobody has more than is allowed."""

    def __init__(self, bounds: Bounds) -> None:
        self.line = Line(bounds, EVERYTHING)
        self.bounds = bounds
        self.inside: dict[object, Caller] = {}
        self.served = 0

    async def come(self, caller: Caller, steps: int) -> None:
        async with self.line.turn(caller):
            turn = object()
            self.inside[turn] = caller
            self._look(caller)
            try:
                for _ in range(steps):
                    await asyncio.sleep(0)
            finally:
                del self.inside[turn]
            self.served += 1

    def _look(self, caller: Caller) -> None:
        assert len(self.inside) <= self.bounds.total
        assert sum(one.network == caller.network for one in self.inside.values()) <= self.bounds.address
        assert sum(one.owner == caller.owner for one in self.inside.values()) <= self.bounds.user


@pytest.mark.parametrize("seed", range(20))
async def test_whoever_is_cancelled_whenever_all_others_are_served_and_no_turn_is_lost(seed: int) -> None:
    choose = random.Random(seed)
    crowd = Crowd(Bounds(user=2, address=3, total=5))
    tasks: list[asyncio.Task[None]] = []
    cut: set[int] = set()
    for _ in range(150):
        # The same user may come from several addresses.
        caller = visitor(f"user-{choose.randrange(6)}", f"198.51.100.{choose.randrange(4)}")
        tasks.append(asyncio.create_task(crowd.come(caller, choose.randrange(4))))
        if choose.random() < 0.4:
            number = choose.randrange(len(tasks))
            if not tasks[number].done() and tasks[number].cancel():
                cut.add(number)
        for _ in range(choose.randrange(3)):
            await asyncio.sleep(0)
    async with asyncio.timeout(30):
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ended if end is not None and not isinstance(end, asyncio.CancelledError)] == []
    assert crowd.served == len(tasks) - len(cut)
    async with asyncio.timeout(30):  # and as many have a turn as before
        await asyncio.gather(*(crowd.come(visitor(f"new-{n}", f"203.0.113.{n}"), 3) for n in range(20)))


async def test_a_user_with_all_their_turns_at_one_address_waits_at_another_until_one_ends() -> None:
    crowd = Crowd(Bounds(user=1, address=9, total=9))
    end = asyncio.Event()

    async def hold() -> None:
        async with crowd.line.turn(visitor("ada", "198.51.100.1")):
            await end.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(crowd.come(visitor("ada", "203.0.113.9"), 0))
    await crowd.come(visitor("bob", "203.0.113.9"), 0)
    assert not waiting.done()
    end.set()
    async with asyncio.timeout(10):
        await asyncio.gather(holding, waiting)


@pytest.mark.parametrize(
    ("bounds", "refusal"), [(Bounds(0, 1, 9), TooManyRequests), (Bounds(0, 9, 1), Unavailable)], ids=["address", "all"]
)
async def test_who_waits_too_long_is_refused_and_leaves_nothing(bounds: Bounds, refusal: type[Exception]) -> None:
    line = Line(bounds, EVERYTHING, patience=0.01)
    async with line.turn(visitor("ada")):
        with pytest.raises(refusal):
            async with line.turn(visitor("bob")):
                pytest.fail("there is no turn")
    async with line.turn(visitor("bob")):
        pass


@pytest.mark.parametrize("addresses", [1, 5_000])
async def test_five_thousand_may_wait_without_holding_up_the_server(addresses: int) -> None:
    line = Line(Bounds(2, 2, 2), EVERYTHING)
    longest = 0.0

    async def come(number: int) -> None:
        nonlocal longest
        async with line.turn(visitor(f"user-{number}", f"address-{number % addresses}")):
            await asyncio.sleep(0)
            began = time.thread_time()
        longest = max(longest, time.thread_time() - began)

    async with asyncio.timeout(60):
        await asyncio.gather(*(come(number) for number in range(5_000)))
    assert longest < 0.05  # CPU of this thread to give a turn back and away


async def test_nobody_waits_for_ever_however_many_come_that_have_used_nothing() -> None:
    """Identity is free: a crowd of new addresses must not stand before somebody who was here a moment ago."""
    crowd = Crowd(Bounds(1, 1, 1))
    ada = visitor("ada", "203.0.113.9")
    await crowd.come(ada, steps=1)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(crowd.come(visitor(f"new-{number}", f"198.51.100.{number}"), steps=2))
        await asyncio.sleep(0)
        hers = group.create_task(crowd.come(ada, steps=1))
        before = crowd.served
        newcomers = 20
        while not hers.done():
            newcomers += 1
            group.create_task(crowd.come(visitor(f"new-{newcomers}", f"192.0.{newcomers // 250}.{newcomers % 250}"), 2))
            await asyncio.sleep(0)
        assert crowd.served - before <= 21
