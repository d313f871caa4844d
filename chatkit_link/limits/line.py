"""Waiting for what is scarce, fairly: by address, and within it by user, in the order in which they came.

Who has just had a turn stands behind those who came before its end, and who has used much of late further behind. So
addresses take turns, the greedy let the others pass, and nobody waits for ever, however many come that are new.

How it flows: who finds a turn free takes it. Everybody else stands in a queue, under their user, under their address.
Whenever a turn ends, the queue gives the next one away, until no turn is free or nobody may have one.

Thousands may wait, so nothing looks at all of them. Addresses stand in a heap by their rank, and so do the users of
each. A rank is made anew when somebody comes, goes or ends a turn there. Who may not have one more turn is taken out of
the heap when met there, and put back when one of their turns ends.

The invariant: where a turn is free, everybody who waits is kept from it by the bound of their address or user.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

from chatkit_link.caller import Caller
from chatkit_link.limits.shares import Bounds, Shares, crowded, group_of

#: Seconds after which half of what a turn took is forgotten.
_HALF_LIFE = 60.0
#: Seconds of use that set nobody back, and seconds that one stands back in the queue for each second beyond, and for
#: each that the turn is expected to take.
_USUAL = 1.0
_SETBACK = 10.0
#: Seconds of use below which a user or an address is as good as new, once so many of them are remembered.
_FORGOTTEN = 0.01
_REMEMBERED = 10_000

Owner = tuple[str, str]
Key = TypeVar("Key", str, Owner)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    caller: Caller
    number: int
    arrival: float
    cost: float
    called: asyncio.Future[None]

    @property
    def place(self) -> tuple[str, Owner]:
        return group_of(self.caller), self.caller.owner


class Line:
    """Lets a few at a time have a turn.

    at_once: turns at the same time. waiting: callers that wait for one; more are refused.
    patience: seconds that one may wait, None for ever.
    """

    def __init__(self, at_once: Bounds, waiting: Bounds, *, patience: float | None = None) -> None:
        self.at_once = at_once
        self.waiting = waiting
        self._patience = patience
        self._turns = Shares(at_once)
        self._places = Shares(waiting)
        self._numbers = count()
        self._used = _Use()
        self._queue = _Queue(self._turns, self._used)

    @asynccontextmanager
    async def turn(self, caller: Caller, *, cost: float = 0.0) -> AsyncGenerator[None]:
        """Wait for a turn, and have it inside the block.

        cost: seconds that it is expected to take, so that among those who come for the first time the quick go first.

        Raises as ``Shares.take``, if too many wait already, and:
            Unavailable: the caller's patience is over.
        """
        if self._turns.used_up(caller) is None:
            self._turns.take(caller)
        else:
            with self._places.hold(caller):
                await self._wait(caller, cost)
        began = time.monotonic()
        try:
            yield
        finally:
            self._used.add(caller, time.monotonic() - began)
            self._end(caller)

    async def _wait(self, caller: Caller, cost: float) -> None:
        """Until a turn was taken for this caller."""
        called = asyncio.get_running_loop().create_future()
        one = _Waiting(caller, next(self._numbers), time.monotonic(), cost, called)
        self._queue.add(one)
        try:
            async with asyncio.timeout(self._patience):
                await one.called
        except BaseException as error:
            if not self._queue.remove(one):  # called in the same moment
                self._end(caller)
            if isinstance(error, TimeoutError):
                raise crowded(self._turns.used_up(caller) or "total") from None
            raise

    def _end(self, caller: Caller) -> None:
        """Give the caller's turn back, and those that are free to who is next."""
        self._turns.give_back(caller)
        self._queue.may_have_more(caller)
        while (one := self._queue.next()) is not None:
            self._turns.take(one.caller)
            one.called.set_result(None)


class _Queue:
    """Who waits, in order. Once it was seen that somebody may not have a turn, it asks again at ``may_have_more``."""

    def __init__(self, turns: Shares, used: "_Use") -> None:
        self._turns = turns
        self._used = used
        self._waiting: dict[tuple[str, Owner], dict[_Waiting, None]] = {}  # in the order of their arrival
        self._addresses = _Ranked[str]()
        self._users: dict[str, _Ranked[Owner]] = {}
        self._held_up: dict[Owner, set[str]] = {}  # where users wait that have as many turns as one may

    def add(self, one: _Waiting) -> None:
        self._waiting.setdefault(one.place, {})[one] = None
        self._rank(*one.place)

    def remove(self, one: _Waiting) -> bool:
        """False where it does not wait."""
        waiting = self._waiting.get(one.place, {})
        if one not in waiting:
            return False
        del waiting[one]
        if not waiting:
            del self._waiting[one.place]
        self._rank(*one.place)
        return True

    def may_have_more(self, caller: Caller) -> None:
        """A turn of this caller's is over."""
        if not self._waiting:
            self._held_up.clear()
            return
        for address in {group_of(caller), *self._held_up.pop(caller.owner, ())}:
            self._rank(address, caller.owner)

    def next(self) -> _Waiting | None:
        """Take out who is next, if anybody may have a turn now."""
        while not self._turns.full and (address := self._addresses.first()) is not None:
            owner = self._users[address].first()
            assert owner is not None  # as ``_rank`` sees to
            one = next(iter(self._waiting[address, owner]))
            if one.called.done():  # cancelled, and not yet out of here
                self.remove(one)
                continue
            match self._turns.used_up(one.caller):
                case "user":
                    self._held_up.setdefault(owner, set()).add(address)
                    self._users[address].drop(owner)
                    self._rank_address(address)
                case "address":
                    self._addresses.drop(address)
                case _:
                    self.remove(one)
                    return one
        return None

    def _rank(self, address: str, owner: Owner) -> None:
        """Give a user of an address, and so the address, the place in the order that they have now."""
        users = self._users.setdefault(address, _Ranked())
        waiting = self._waiting.get((address, owner))
        if waiting:
            first = next(iter(waiting))
            users.put(owner, self._used.rank(owner, first), first.number)
        else:
            users.drop(owner)
        self._rank_address(address)

    def _rank_address(self, address: str) -> None:
        first = self._users[address].first()
        if first is None:
            del self._users[address]
            self._addresses.drop(address)
        else:
            one = next(iter(self._waiting[address, first]))
            self._addresses.put(address, self._used.rank(address, one), one.number)


class _Ranked(Generic[Key]):
    """Keys in the order of their rank; of equals the lower number. A heap, whose outdated entries are skipped."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Key]] = []
        self._entries: dict[Key, tuple[float, int, Key]] = {}

    def put(self, key: Key, rank: float, number: int) -> None:
        """Add a key, or change its place."""
        entry = (rank, number, key)
        if self._entries.get(key) != entry:
            self._entries[key] = entry
            heappush(self._heap, entry)
        if len(self._heap) > 2 * len(self._entries) + 16:
            self._heap = list(self._entries.values())
            heapify(self._heap)

    def drop(self, key: Key) -> None:
        """Take a key out, if it is there."""
        self._entries.pop(key, None)

    def first(self) -> Key | None:
        while self._heap:
            entry = self._heap[0]
            if self._entries.get(entry[2]) == entry:
                return entry[2]
            heappop(self._heap)
        return None


class _Use:
    """Seconds that addresses and users have used; half of them are forgotten within ``_HALF_LIFE``."""

    def __init__(self) -> None:
        self._used: dict[str | Owner, tuple[float, float]] = {}

    def rank(self, key: str | Owner, first: _Waiting) -> float:
        """When somebody who is new would have come to stand in the place of the first one of this key."""
        _, served = self._used.get(key, (0.0, 0.0))
        excess = max(self._left(key, time.monotonic()) - _USUAL, 0.0)
        return max(first.arrival, served) + _SETBACK * (excess + first.cost)

    def add(self, caller: Caller, seconds: float) -> None:
        now = time.monotonic()
        for key in (group_of(caller), caller.owner):
            self._used[key] = (self._left(key, now) + seconds, now)
        if len(self._used) > _REMEMBERED:
            self._used = {key: used for key, used in self._used.items() if self._left(key, now) > _FORGOTTEN}

    def _left(self, key: str | Owner, now: float) -> float:
        seconds, then = self._used.get(key, (0.0, now))
        return seconds * 0.5 ** ((now - then) / _HALF_LIFE)
