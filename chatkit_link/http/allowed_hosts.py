"""Under which names this server answers, against DNS rebinding.

A page of the internet may point a name of its own at an address that only its visitor reaches: this machine, or one
behind a firewall. The visitor's browser then takes the server for the page's own origin, so the page reads whatever the
server tells without credentials, and no header but ``Host`` gives it away. So a name is answered if no foreign page can
have it: an address, a name that no website has, and the names that the settings know.

A page of that kind may also send ``X-Forwarded-Host``, through a proxy that is trusted: both are checked.
"""

from collections.abc import Collection, Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatkit_link.net.client_ip import peer_address
from chatkit_link.net.ip import Network, is_in, read_address
from chatkit_link.net.origin import is_host

#: Ends of names that are kept for one machine or one network (RFC 6761, RFC 6762, RFC 8375; ICANN for .internal), and
#: the one that home routers give.
RESERVED = frozenset({"localhost", "local", "internal", "home.arpa", "lan", "test"})
#: Platforms ask these under names of their own. They say nothing about anybody.
_PROBES = frozenset({"/health", "/ready"})


class AllowedHosts:
    """Answers 421 to a request for a name that may be a foreign page's. Pure ASGI.

    names: as ``settings.host_names``. trusted: networks of the proxies whose ``X-Forwarded-Host`` counts.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], trusted: Sequence[Network]) -> None:
        self._app = app
        self._names = frozenset(names)
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"] not in _PROBES:
            for asked in self._asked(scope):
                if not self.allows(asked):
                    await _refuse(asked, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _asked(self, scope: Scope) -> list[str]:
        headers = Headers(scope=scope)
        asked = headers.getlist("host")
        if (forwarded := headers.getlist("x-forwarded-host")) and is_in(
            peer_address(HTTPConnection(scope)), self._trusted
        ):
            nearest = forwarded[-1].rpartition(",")[2].strip()
            if is_host(nearest):  # anything else is not taken for a host by anybody
                asked.append(nearest)
        return asked

    def allows(self, host: str) -> bool:
        """host: a Host header."""
        if "*" in self._names:
            return True
        name = host.rpartition("@")[2].lower()
        if not name.endswith("]"):
            name = name.rpartition(":")[0] or name
        name = name.rstrip(".")
        if read_address(name) is not None or "." not in name:
            return True
        if name in self._names or any(name.endswith(f".{end}") for end in RESERVED):
            return True
        return any(one.startswith("*.") and name.endswith(one[1:]) for one in self._names)


async def _refuse(host: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    name = host if is_host(host) else "that name"
    detail = (
        f"This server does not answer as {name}. If that is its name, set CHATKIT_LINK_PUBLIC_URL to the address that "
        "users open, or list the name in CHATKIT_LINK_ALLOWED_HOSTS."
    )
    body = {"type": "about:blank", "title": "Not this server", "status": 421, "detail": detail, "code": "host_unknown"}
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    await JSONResponse(body, 421, headers, media_type="application/problem+json")(scope, receive, send)
