"""The client's address: through trusted proxies, and without trusting what a client writes.

Every proxy appends the address that it was reached from to ``X-Forwarded-For``. So its last entry is as
trustworthy as its writer, the peer of our own connection; the entry before that as the proxy named by the last;
and so on. The walk goes from the right over proxies that are listed as trusted, and ends at the first address that
is not: what is to the left of it could have been made up. Where every address is trusted (``*``), only the peer is:
the last entry counts.

RFC 7239's ``Forwarded`` and headers such as ``X-Real-IP`` are not read: a proxy that does not know one of
them lets a client's own through.
"""

import logging
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from chatkit_link.net.ip import Address, Network, is_in, is_public, is_unbounded, read_address
from chatkit_link.net.origin import is_host

logger = logging.getLogger(__name__)

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,100}){1,8}")
#: Entries of ``X-Forwarded-For`` that are walked over: no chain of proxies is longer.
_HOPS = 32
#: What an address is called that cannot be known, such as that of a Unix socket.
UNKNOWN = "unknown"


def peer_address(connection: HTTPConnection) -> Address | None:
    """The address at the other end of the socket; ``None`` when it has none or is not known any more.

    ``net/client_ip.py`` saves it when it puts the client's address in its place. A server outside of ours
    that does so (uvicorn with ``--proxy-headers``) leaves port 0 behind, which no connection has.
    """
    client = connection.scope.get("state", {}).get("peer") or connection.scope.get("client")
    return read_address(client[0]) if client and client[1] else None


def client_address(request: HTTPConnection, trusted_networks: Sequence[Network]) -> str:
    """The client's IP address, written in one way only; ``"unknown"`` if there is none."""
    client = request.scope.get("client")
    found = peer_address(request) or (read_address(client[0]) if client else None)
    return UNKNOWN if found is None else str(_walk(request, found, trusted_networks))


def _walk(request: HTTPConnection, peer: Address, trusted: Sequence[Network]) -> Address:
    found = peer
    trusts_all = is_unbounded(trusted)
    for entry in reversed(",".join(request.headers.getlist("x-forwarded-for")).rsplit(",", _HOPS)):
        if not is_in(found, trusted):
            break
        before = read_address(entry)
        if before is None:  # "unknown", or nonsense: the proxy that wrote it is the last whom we know
            break
        found = before
        if trusts_all:
            break
    return found


class Forwarded:
    """Puts the client's address, the scheme and the host that it asked for where a trusted proxy's are.

    The log, the cookie and the check of origins need them. The peer's own address is saved in ``state``, for the
    authentication by proxy. Pure ASGI. A proxy that is not listed is named in the log, once: a public address is none,
    since any client may send its headers.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted
        self._named = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            connection = HTTPConnection(scope)
            peer = peer_address(connection)
            if not is_in(peer, self._trusted):
                self._name_proxy(connection, peer)
            else:
                state: dict[str, Any] = scope.setdefault("state", {})
                address = client_address(connection, self._trusted)
                state.setdefault("peer", scope["client"])
                scope["client"] = (address, 0)
                scheme = _last(connection, "x-forwarded-proto").lower()
                if scheme in ("http", "https"):
                    scope["scheme"] = scheme
                # Only what a browser could have asked for: this becomes a part of links.
                if is_host(host := _last(connection, "x-forwarded-host")):
                    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
                    scope["headers"] = [(b"host", host.encode("ascii")), *others]
                # Of a proxy that strips the prefix from the path.
                prefix = _last(connection, "x-forwarded-prefix").rstrip("/")
                if _PREFIX.fullmatch(prefix) and not scope.get("root_path"):
                    scope["root_path"] = prefix
        await self._app(scope, receive, send)

    def _name_proxy(self, connection: HTTPConnection, peer: Address | None) -> None:
        if self._named or peer is None or is_public(peer) or "x-forwarded-for" not in connection.headers:
            return
        self._named = True
        logger.warning(
            "%s sends X-Forwarded-For and is not listed in CHATKIT_LINK_TRUSTED_PROXIES: all its clients count as one "
            "address. List it if it is your proxy.",
            peer,
        )


def _last(connection: HTTPConnection, header: str) -> str:
    """What the proxy wrote that is nearest to us."""
    return ",".join(connection.headers.getlist(header)).rpartition(",")[2].strip()
