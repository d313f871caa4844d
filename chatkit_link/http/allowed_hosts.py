"""Under which names this server answers, against DNS rebinding.

A page of the internet may point a name of its own at an address that only its visitor reaches: this machine, or one
behind a firewall. The visitor's browser then takes the server for the page's own origin, so the page reads whatever the
server tells without credentials, and no header but ``Host`` gives it away. So a name is answered if no foreign page can
have it: an address, a name that no website has, and the names that the settings know.

A page of that kind may also send ``X-Forwarded-Host``, through a proxy that is trusted: both are checked. What is no
host at all is refused before that (RFC 9110 section 7.2): parsers differ in what they make of it.
"""

import logging
from collections.abc import Collection, Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatkit_link.net.client_ip import peer_address
from chatkit_link.net.ip import Network, is_in, read_address
from chatkit_link.net.origin import is_host

logger = logging.getLogger(__name__)

#: Refused names that are told in the log: anybody may send more.
_TOLD = 20
#: Ends of names that are kept for one machine or one network (RFC 6761, RFC 6762, RFC 8375; ICANN for .internal), and
#: the one that home routers give.
RESERVED = frozenset({"localhost", "local", "internal", "home.arpa", "lan", "test"})
#: Platforms ask these under names of their own. They say nothing about anybody.
_PROBES = frozenset({"/health", "/ready"})


class AllowedHosts:
    """Answers 421 to a request for a name that may be a foreign page's, and 400 to one for no host. Pure ASGI.

    names: as ``settings.host_names``. trusted: networks of the proxies whose ``X-Forwarded-Host`` counts.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], trusted: Sequence[Network]) -> None:
        self._app = app
        self._names = frozenset(names)
        self._trusted = trusted
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            if not _is_well_formed(hosts := Headers(scope=scope).getlist("host")):
                await _refuse(
                    400, "Bad request", "bad_request", "The Host header is not one host.", scope, receive, send
                )
                return
            if scope["path"] not in _PROBES:
                for asked in [*hosts, *self._forwarded(scope)]:
                    if not self.allows(asked):
                        self._tell(_name(asked))
                        await _refuse(421, "Not this server", "host_unknown", _detail(asked), scope, receive, send)
                        return
        await self._app(scope, receive, send)

    def _forwarded(self, scope: Scope) -> list[str]:
        forwarded = Headers(scope=scope).getlist("x-forwarded-host")
        if not forwarded or not is_in(peer_address(HTTPConnection(scope)), self._trusted):
            return []
        nearest = forwarded[-1].rpartition(",")[2].strip()
        return [nearest] if is_host(nearest) else []  # anything else is not taken for a host by anybody

    def allows(self, host: str) -> bool:
        """host: a Host header, well-formed or empty."""
        if "*" in self._names:
            return True
        name = _name(host)
        if read_address(name) is not None or "." not in name:
            return True
        if name in self._names or any(name.endswith(f".{end}") for end in RESERVED):
            return True
        return any(one.startswith("*.") and name.endswith(one[1:]) for one in self._names)

    def _tell(self, name: str) -> None:
        if name in self._told or len(self._told) >= _TOLD:
            return
        self._told.add(name)
        logger.warning(
            "A request for %s was refused. If that is a name of this server, set CHATKIT_LINK_PUBLIC_URL or list it in "
            "CHATKIT_LINK_ALLOWED_HOSTS.",
            name,
        )


def _is_well_formed(hosts: list[str]) -> bool:
    """An empty one is, where an address has no host (RFC 9112 section 3.2); HTTP/1.0 has none at all."""
    return not hosts or (len(hosts) == 1 and (not hosts[0] or is_host(hosts[0])))


def _name(host: str) -> str:
    """Without the port, as names are compared."""
    name = host.lower()
    if not name.endswith("]"):
        name = name.rpartition(":")[0] or name
    return name.rstrip(".")


def _detail(host: str) -> str:
    return (
        f"This server does not answer as {host}. If that is its name, set CHATKIT_LINK_PUBLIC_URL to the address that "
        "users open, or list the name in CHATKIT_LINK_ALLOWED_HOSTS."
    )


async def _refuse(status: int, title: str, code: str, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    await JSONResponse(body, status, headers, media_type="application/problem+json")(scope, receive, send)
