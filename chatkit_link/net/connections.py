"""How many connections a server keeps open at once, and which of them gives way when there are too many.

A connection is idle until the headers of a request are read, and again once its answer is sent. Where the bound of an
address, or of the whole server, is reached, the one that has been idle for longest gives way to the new one: so
somebody who opens thousands and asks for nothing shuts nobody out, while a request that is being answered is never cut
off. Only where none is idle is the new one refused.

A trusted proxy connects for everybody, so its addresses are bounded in all only.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatkit_link.net.ip import Network, is_in, rate_limit_key, read_address

logger = logging.getLogger(__name__)

#: Seconds between two looks at all connections.
_TICK = 1.0
#: Seconds between two lines in the log about what was refused or closed.
_REPORT = 60.0


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """total, address: connections at once; 0 is no bound.
    header_timeout: seconds for the headers of a request.
    stall_timeout: seconds that the other end may take without sending, or reading, what it has to.
    trusted: networks of proxies, whose connections are those of many.
    """

    total: int = 10_000
    address: int = 2_000
    header_timeout: float = 20.0
    stall_timeout: float = 30.0
    trusted: Sequence[Network] = ()


class Connection(Protocol):
    """What is counted here."""

    def abort(self) -> None:
        """Close it at once, whatever has not been sent."""
        ...

    def look(self, seconds: float) -> None:
        """Called about every second, with the seconds since the last call: close what takes too long."""
        ...


class Connections:
    """The open connections of one server."""

    def __init__(self, bounds: ConnectionBounds, loop: asyncio.AbstractEventLoop) -> None:
        self.bounds = bounds
        self._loop = loop
        self._open: dict[Connection, str | None] = {}
        self._count = Counter[str | None]()
        self._idle: dict[Connection, None] = {}  # that which has been idle for longest is the first
        self._idle_of: dict[str | None, dict[Connection, None]] = {}
        self._closed = Counter[str]()
        self._reported = -_REPORT
        self._looked = loop.time()
        self._next: asyncio.TimerHandle | None = None

    def add(self, connection: Connection, address: str) -> bool:
        """Count a new connection, which is idle; False where it is refused. address: the peer's, as text."""
        key = self._key(address)
        crowded = key is not None and 0 < self.bounds.address <= self._count[key]
        if crowded and not self._make_room(self._idle_of.get(key, {}), "too many from one address"):
            return False
        if 0 < self.bounds.total <= len(self._open) and not self._make_room(self._idle, "too many in all"):
            return False
        self._open[connection] = key
        self._count[key] += 1
        self.idle(connection)
        if self._next is None:
            self._looked = self._loop.time()
            self._next = self._loop.call_later(_TICK, self._look)
        return True

    def remove(self, connection: Connection) -> None:
        """It is closed, or another protocol has taken it over."""
        if connection not in self._open:
            return
        self.busy(connection)
        key = self._open.pop(connection)
        self._count[key] -= 1
        if not self._count[key]:
            del self._count[key]

    def busy(self, connection: Connection) -> None:
        """It has asked for something."""
        if connection in self._idle:
            key = self._open[connection]
            del self._idle[connection]
            del self._idle_of[key][connection]
            if not self._idle_of[key]:
                del self._idle_of[key]

    def idle(self, connection: Connection) -> None:
        """It has its answer."""
        if connection in self._open:
            self._idle[connection] = None
            self._idle_of.setdefault(self._open[connection], {})[connection] = None

    def note(self, why: str) -> None:
        """One was refused or closed: the log has one line a minute about them, however many they are."""
        self._closed[why] += 1

    def _key(self, address: str) -> str | None:
        """What an address is counted under; None where only the whole counts."""
        read = read_address(address)
        return None if read is None or is_in(read, self.bounds.trusted) else rate_limit_key(str(read))

    def _make_room(self, idle: Mapping[Connection, None], why: str) -> bool:
        self.note(why)
        longest = next(iter(idle), None)
        if longest is not None:
            self.remove(longest)
            longest.abort()
        return longest is not None

    def _look(self) -> None:
        now = self._loop.time()
        passed, self._looked = now - self._looked, now
        # After a moment in which this process did nothing, nobody was slow but us.
        passed = min(passed, 2 * _TICK)
        for connection in list(self._open):
            connection.look(passed)
        if self._closed and now - self._reported >= _REPORT:
            self._reported = now
            counts = ", ".join(f"{why}: {count}" for why, count in self._closed.items())
            logger.warning("connections closed or refused: %s; open: %d", counts, len(self._open))
            self._closed.clear()
        self._next = self._loop.call_later(_TICK, self._look) if self._open or self._closed else None
