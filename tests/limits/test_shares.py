"""What is scarce is shared by user, by address and in all; who waits for it waits fairly."""

import asyncio
from contextlib import ExitStack

import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, TooManyRequests, Unavailable
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds, Shares

EVERYTHING = Bounds(0, 0, 0)


def visitor(user: str, network: str | None = "198.51.100.1") -> Caller:
    return Caller("default", user, network=network)


@pytest.mark.parametrize(
    ("bounds", "asking", "refusal", "code"),
    [
        (Bounds(2, 0, 0), visitor("ada", "203.0.113.9"), TooManyRequests, "user_crowded"),
        (Bounds(0, 2, 0), visitor("bob"), TooManyRequests, "network_crowded"),
        (Bounds(0, 0, 2), visitor("bob", "203.0.113.9"), Unavailable, "server_crowded"),
    ],
)
def test_more_than_a_bound_allows_is_refused_until_a_share_is_given_back(
    bounds: Bounds, asking: Caller, refusal: type[LinkError], code: str
) -> None:
    shares = Shares(bounds)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(shares.hold(visitor("ada")))
        with pytest.raises(refusal) as refused:
            shares.take(asking)
        assert refused.value.code == code
        assert refused.value.headers["Retry-After"] == "5"
    with shares.hold(asking):
        assert shares.total == 1


def test_a_thousand_cookies_of_one_address_are_one_address() -> None:
    shares = Shares(Bounds(1, 3, 100))
    taken = 0
    for number in range(1000):
        try:
            shares.take(visitor(f"cookie-{number}"))
            taken += 1
        except TooManyRequests:
            pass
    assert taken == 3
    shares.take(visitor("honest", "203.0.113.9"))


def test_users_for_whom_a_back_end_asks_do_not_share_its_address() -> None:
    shares = Shares(Bounds(1, 1, 0))
    for user in ("ada", "bob", "cy"):
        shares.take(visitor(user, None))
    assert shares.total == 3


class Work:
    """What is done in turns, and in which order it began."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.began: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, name: str, caller: Caller, cost: float = 0.0) -> None:
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._work(name, caller, cost))
        await self.settle()

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await self.tasks[name]
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _work(self, name: str, caller: Caller, cost: float) -> None:
        async with self.line.turn(caller, cost=cost):
            self.began.append(name)
            await self.ends[name].wait()


async def test_who_has_used_least_is_next_whatever_cookies_the_others_bring() -> None:
    work = Work(Line(Bounds(0, 0, 1), EVERYTHING))
    for number in range(4):
        await work.ask(f"greedy {number}", visitor(f"cookie-{number}"))
    await work.ask("honest", visitor("ada", "203.0.113.9"))
    await work.end("greedy 0")
    assert work.began == ["greedy 0", "honest"]
    for name in ("honest", "greedy 1", "greedy 2", "greedy 3"):
        await work.end(name)
    assert work.began == ["greedy 0", "honest", "greedy 1", "greedy 2", "greedy 3"]


async def test_of_those_who_come_for_the_first_time_the_quick_go_first() -> None:
    work = Work(Line(Bounds(0, 0, 1), EVERYTHING))
    for number in range(4):
        await work.ask(f"slow {number}", visitor(f"cookie-{number}", f"203.0.113.{number}"), cost=2.0)
    await work.ask("quick", visitor("ada", "198.51.100.9"), cost=0.1)
    await work.end("slow 0")
    assert work.began == ["slow 0", "quick"]
    await work.ask("again", visitor("cookie-0", "203.0.113.0"))  # has used less than the others will
    for name in ("quick", "again", "slow 1", "slow 2", "slow 3"):
        await work.end(name)
    assert work.began == ["slow 0", "quick", "again", "slow 1", "slow 2", "slow 3"]


async def test_one_address_never_has_all_the_turns() -> None:
    work = Work(Line(Bounds(0, 1, 2), EVERYTHING))
    await work.ask("greedy 0", visitor("cookie-0"))
    await work.ask("greedy 1", visitor("cookie-1"))
    await work.ask("honest", visitor("ada", "203.0.113.9"))
    assert work.began == ["greedy 0", "honest"]
    await work.end("honest")
    assert work.began == ["greedy 0", "honest"]
    await work.end("greedy 0")
    assert work.began[-1] == "greedy 1"
    await work.end("greedy 1")


async def test_a_line_that_is_full_refuses_the_address_that_fills_it() -> None:
    work = Work(Line(Bounds(0, 0, 1), Bounds(0, 2, 0)))
    for number in range(3):
        await work.ask(f"greedy {number}", visitor(f"cookie-{number}"))
    await work.ask("one more", visitor("cookie-4"))
    with pytest.raises(TooManyRequests):
        await work.tasks["one more"]
    await work.ask("honest", visitor("ada", "203.0.113.9"))
    await work.end("greedy 0")
    assert "honest" in work.began
    for name in ("honest", "greedy 1", "greedy 2"):
        await work.end(name)


async def test_who_stops_waiting_leaves_its_turn_to_the_others() -> None:
    work = Work(Line(Bounds(0, 0, 1), EVERYTHING))
    for name in ("first", "second", "third"):
        await work.ask(name, visitor(name))
    work.tasks["second"].cancel()
    await work.settle()
    await work.end("first")
    assert work.began == ["first", "third"]

    # Called and cancelled in the same moment.
    await work.ask("fourth", visitor("fourth"))
    await work.ask("fifth", visitor("fifth"))
    work.ends["third"].set()
    await work.tasks["third"]
    work.tasks["fourth"].cancel()
    await work.settle()
    assert work.began[-1] in {"fourth", "fifth"}
    if not work.tasks["fourth"].done():
        await work.end("fourth")
    await work.end("fifth")
    assert work.began[-1] == "fifth"
