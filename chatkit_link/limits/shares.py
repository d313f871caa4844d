"""What is scarce within one process, and how it is shared: at once by one user, from one address, and in all.

Identity is free: whoever may come in as an anonymous visitor may come as a thousand of them. So a limit by user alone
keeps nobody out, and whatever is scarce is also counted by address and in all. ``Shares`` refuses what is too much;
a ``Line`` lets it wait.

A caller whose address says nothing of who asks (``Caller.network`` is None: one for whom a back end asks, which
vouches for its users) stands for itself.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Literal

from chatkit_link.caller import Caller
from chatkit_link.errors import TooManyRequests, Unavailable
from chatkit_link.translations import Localized

#: ``Retry-After`` of what is refused here, in seconds: what holds a share lets go of it soon.
_RETRY = 5
#: Seconds after which half of what a turn took is forgotten.
_HALF_LIFE = 60.0
#: Seconds of use below which a user or an address is as good as new, once so many of them are remembered.
_FORGOTTEN = 0.01
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many at once; 0 is no bound."""

    user: int
    address: int
    total: int


def group_of(caller: Caller) -> str:
    """The address that a caller is counted under."""
    return caller.network or "\0".join(caller.owner)


class Shares:
    """Counts what is held at once, and refuses more than its bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.total = 0
        self._users = Counter[object]()
        self._groups = Counter[object]()

    @contextmanager
    def hold(self, caller: Caller) -> Generator[None]:
        """Have one share inside the block. Raises as ``take``."""
        self.take(caller)
        try:
            yield
        finally:
            self.give_back(caller)

    def used_up(self, caller: Caller) -> Literal["user", "address", "total"] | None:
        """The bound that keeps this caller from one more share; None if there is one."""
        if 0 < self.bounds.user <= self._users[caller.owner]:
            return "user"
        if 0 < self.bounds.address <= self._groups[group_of(caller)]:
            return "address"
        return "total" if 0 < self.bounds.total <= self.total else None

    def take(self, caller: Caller) -> None:
        """Have one share until ``give_back``.

        Raises:
            TooManyRequests: this user, or this address, has as many as it may.
            Unavailable: there is none left for anybody.
        """
        match self.used_up(caller):
            case "user":
                raise TooManyRequests(Localized("user_crowded"), retry_after=_RETRY)
            case "address":
                raise TooManyRequests(Localized("network_crowded", seconds=_RETRY), retry_after=_RETRY)
            case "total":
                raise Unavailable(Localized("server_crowded", seconds=_RETRY), retry_after=_RETRY)
            case None:
                self._count(caller, 1)

    def give_back(self, caller: Caller) -> None:
        """Let go of one share that was taken."""
        self._count(caller, -1)

    def _count(self, caller: Caller, change: int) -> None:
        self.total += change
        for counts, key in ((self._users, caller.owner), (self._groups, group_of(caller))):
            counts[key] += change
            if not counts[key]:
                del counts[key]


@dataclass(frozen=True, slots=True)
class _Waiting:
    caller: Caller
    cost: float
    called: asyncio.Future[None]


class Line:
    """Lets a few at a time have a turn. Next is who will have used least of late with it: by address, then by user.

    at_once: turns at the same time. waiting: callers that wait for one; more are refused.
    """

    def __init__(self, at_once: Bounds, waiting: Bounds) -> None:
        self.at_once = at_once
        self.waiting = waiting
        self._turns = Shares(at_once)
        self._places = Shares(waiting)
        self._line = deque[_Waiting]()
        self._used = _Use()

    @asynccontextmanager
    async def turn(self, caller: Caller, *, cost: float = 0.0) -> AsyncGenerator[None]:
        """Wait for a turn, and have it inside the block.

        cost: seconds that it is expected to take, so that among those who come for the first time the quick go first.
        Raises as ``Shares.take``, if too many wait already.
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
            self._turns.give_back(caller)
            self._used.add(caller, time.monotonic() - began)
            self._call_next()

    async def _wait(self, caller: Caller, cost: float) -> None:
        """Until ``_call_next`` has taken a turn for this caller."""
        one = _Waiting(caller, cost, asyncio.get_running_loop().create_future())
        self._line.append(one)
        try:
            await one.called
        except asyncio.CancelledError:
            if one in self._line:
                self._line.remove(one)
            else:  # called and cancelled in the same moment
                self._turns.give_back(caller)
                self._call_next()
            raise

    def _call_next(self) -> None:
        """Give the turns that are free to those that wait and may have one."""
        while may := [one for one in self._line if self._may_begin(one)]:
            now = time.monotonic()
            one = min(may, key=lambda one: self._used.after(one, now))  # of equals the first
            self._line.remove(one)
            self._turns.take(one.caller)
            one.called.set_result(None)

    def _may_begin(self, one: _Waiting) -> bool:
        return self._turns.used_up(one.caller) is None and not one.called.cancelled()


class _Use:
    """Seconds that addresses and users have used; half of them are forgotten within ``_HALF_LIFE``."""

    def __init__(self) -> None:
        self._used: dict[object, tuple[float, float]] = {}

    def after(self, one: _Waiting, now: float) -> tuple[float, float]:
        """Of the address, and of the user, if it has its turn. now: as ``time.monotonic``."""
        return self._left(group_of(one.caller), now) + one.cost, self._left(one.caller.owner, now) + one.cost

    def add(self, caller: Caller, seconds: float) -> None:
        now = time.monotonic()
        for key in (group_of(caller), caller.owner):
            self._used[key] = (self._left(key, now) + seconds, now)
        if len(self._used) > _REMEMBERED:
            self._used = {key: used for key, used in self._used.items() if self._left(key, now) > _FORGOTTEN}

    def _left(self, key: object, now: float) -> float:
        seconds, then = self._used.get(key, (0.0, now))
        return seconds * 0.5 ** ((now - then) / _HALF_LIFE)
