"""A crowd that wants all of one scarce thing: a program of its own, so that it takes no time from who measures.

    python -m tests.security.matrix.attack ADDRESS THING KIND NUMBER

It says ``under way`` when every one of the crowd has been answered, or held, once; it goes on until its standard input
is closed, and then writes the statuses that it was answered with, as JSON.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from tests.security.matrix.things import THINGS, Attack, Visitor, new_http

#: How many attack side by side.
CROWD = 24
KINDS = ("one user", "many cookies", "one address", "many addresses", "slow", "huge")


@dataclass
class Crowd:
    """number: of this attack, so that each one comes from addresses of its own."""

    address: str
    kind: str
    number: int
    statuses: Counter[str] = field(default_factory=Counter[str])
    sent: int = 0

    def next(self, place: int) -> Visitor:
        """Who sends the next request of this one of the crowd."""
        self.sent += 1
        far = self.kind == "many addresses"
        network = f"203.{self.number}.{self.sent // 250 % 250}.{self.sent % 250}" if far else f"198.51.{self.number}.7"
        user = {"one user": "0", "one address": str(place % 8)}.get(self.kind, f"n{self.sent}")
        return Visitor(network, user, f"127.77.{self.number}.{self.sent % 250 + 1 if far else 1}")


async def attack(crowd: Crowd, thing: str) -> None:
    act = THINGS[thing].attack
    begun = asyncio.Barrier(CROWD + 1)
    async with new_http(crowd.address) as http, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_one(crowd, place, http, act, begun)) for place in range(CROWD)]
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await begun.wait()
        print("under way", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()


async def _one(crowd: Crowd, place: int, http: httpx2.AsyncClient, act: Attack, begun: asyncio.Barrier) -> None:
    first = True
    while True:
        visitor = crowd.next(place)
        going = asyncio.create_task(act(http, visitor, crowd.kind))
        try:
            await asyncio.wait([going], timeout=1 if first else None)
            if first:
                first = False
                await begun.wait()
            crowd.statuses[await going] += 1
        except (httpx2.HTTPError, OSError, asyncio.IncompleteReadError, asyncio.BrokenBarrierError) as error:
            crowd.statuses[type(error).__name__] += 1
        finally:
            going.cancel()


def main() -> None:
    address, thing, kind, number = sys.argv[1:]
    os.nice(10)  # an attacker's machine is another one
    assert urlsplit(address).hostname == "127.0.0.1"
    crowd = Crowd(address, kind, int(number))
    with suppress(asyncio.CancelledError):
        asyncio.run(attack(crowd, thing))
    print(json.dumps(crowd.statuses))


if __name__ == "__main__":
    main()
