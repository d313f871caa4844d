"""Finds the addresses of a host that a stranger may have named, and whose name server may never answer."""

import ipaddress
import socket
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.errors import Upstream
from chatkit_link.limits.shares import Bounds, Shares
from chatkit_link.net.daemon_thread import call_in_thread
from chatkit_link.net.ip import Address

#: Lookups at the same time. One whose caller has left goes on until the system gives it up, within half a minute.
LOOKUPS = Bounds(user=4, address=8, total=64)


class Names:
    """Looks up names."""

    def __init__(self) -> None:
        self._shares = Shares(LOOKUPS)

    async def addresses(self, host: str, port: int, caller: Caller) -> list[Address]:
        """All addresses of this host, each once.

        Raises:
            TooManyRequests, Unavailable: too many lookups go on.
            Upstream: there is no such host.
        """

        def look_up() -> list[tuple[Any, ...]]:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

        self._shares.take(caller)
        try:
            found = await call_in_thread(look_up, over=lambda: self._shares.give_back(caller))
        except (OSError, UnicodeError) as error:
            raise Upstream("There is no server by that name, or the network is not there.") from error
        return list(dict.fromkeys(ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found))
