"""What is scarce within one process, and how it is shared: at once by one user, from one address, and in all.

Identity is free: whoever may come in as an anonymous visitor may come as a thousand of them. So a limit by user alone
keeps nobody out, and whatever is scarce is also counted by address and in all. ``Shares`` refuses what is too much; a
``Line`` (``limits/line.py``) lets it wait.

A caller whose address says nothing of who asks (``Caller.network`` is None: one for whom a back end asks, which
vouches for its users) stands for itself.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from chatkit_link.caller import Caller
from chatkit_link.errors import TooManyRequests, Unavailable
from chatkit_link.translations import Localized

#: ``Retry-After`` of what is refused here, in seconds: what holds a share lets go of it soon.
_RETRY = 5

Bound = Literal["user", "address", "total"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many at once; 0 is no bound."""

    user: int
    address: int
    total: int


def group_of(caller: Caller) -> str:
    """The address that a caller is counted under."""
    return caller.network or "\0".join(caller.owner)


def crowded(bound: Bound) -> TooManyRequests | Unavailable:
    """The refusal of a caller that one of the bounds keeps out."""
    match bound:
        case "user":
            return TooManyRequests(Localized("user_crowded"), retry_after=_RETRY)
        case "address":
            return TooManyRequests(Localized("network_crowded", seconds=_RETRY), retry_after=_RETRY)
        case "total":
            return Unavailable(Localized("server_crowded", seconds=_RETRY), retry_after=_RETRY)


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

    @property
    def full(self) -> bool:
        """Whether nobody can have one more."""
        return 0 < self.bounds.total <= self.total

    def used_up(self, caller: Caller) -> Bound | None:
        """The bound that keeps this caller from one more share; None if there is one."""
        if 0 < self.bounds.user <= self._users[caller.owner]:
            return "user"
        if 0 < self.bounds.address <= self._groups[group_of(caller)]:
            return "address"
        return "total" if self.full else None

    def take(self, caller: Caller) -> None:
        """Have one share until ``give_back``.

        Raises:
            TooManyRequests: this user, or this address, has as many as it may.
            Unavailable: there is none left for anybody.
        """
        if (bound := self.used_up(caller)) is not None:
            raise crowded(bound)
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
