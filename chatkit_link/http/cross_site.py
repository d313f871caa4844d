"""Pages of other sites: which may read our answers (CORS), and which may make a visitor's browser act here.

A browser adds its cookies to a request that any page causes. So a request that changes something and is
known by what the browser adds by itself must come from our own pages or from a trusted origin. Browsers
send its origin in ``Sec-Fetch-Site`` (Fetch Metadata), older ones and those over plain HTTP in
``Origin``; pages can forge neither. A request with none of them is not a browser's.

Requests with a token are left alone: no page has one that it was not given.
"""

from collections.abc import Collection

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from chatkit_link.errors import Forbidden
from chatkit_link.net.origin import loops_back, same_host

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TAKEN = (
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "Range",
    "X-ChatKit-Link",
    "X-ChatKit-Visitor",
    "X-Request-Id",
    "X-Time-Zone",
)
_EXPOSED_HEADERS = (
    "X-Run-Id",
    "X-Request-Id",
    "X-Refresh",
    "X-Heartbeat",
    "Retry-After",
    "Content-Disposition",
    "Content-Range",
)


class TrustedOrigins:
    """The origins whose pages may act for their visitors here.

    They are listed, or the page and this server are both on the browser's own machine, as in development: another
    program of that machine may have made the page, but no website has.

    listed: as ``settings.listed_origins``. own: this server's public address; empty where it is not set.
    """

    def __init__(self, listed: Collection[str], own: str = "") -> None:
        self._listed = frozenset(listed)
        self._own = own.rpartition("://")[2].partition("/")[0]

    @property
    def all_may_call(self) -> bool:
        """Whether all pages may call this server, without cookies."""
        return "*" in self._listed

    def trusts(self, origin: str, host: str) -> bool:
        """``host``: the Host header of the request."""
        return origin in self._listed or loops_back(origin, host)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page of ``origin`` is one of this server's."""
        return same_host(origin, host) or (self._own != "" and same_host(origin, self._own))


def refuse_cross_site(request: Request, origins: TrustedOrigins) -> None:
    """Raises ``Forbidden`` for a request that changes something and that a page of no trusted origin caused."""
    if request.method in _CHANGES_NOTHING:
        return
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origins.trusts(origin, host):
        return
    match request.headers.get("sec-fetch-site"):
        case None:
            own = origin is None or origins.is_own(origin, host)
        case site:
            # "none" is the user's own doing: an address typed, a bookmark. "same-site" is a neighbouring subdomain.
            own = site in ("same-origin", "none")
    if not own:
        raise Forbidden(
            "A page of another site sent this. If it is one of yours, list its origin in CHATKIT_LINK_ORIGINS. If it "
            "is this server's own, a proxy has changed the Host header: let it send X-Forwarded-Host, too."
        )


class CrossOrigin(CORSMiddleware):
    """CORS for the trusted origins, with cookies; with ``*`` for all, without cookies.

    Starlette's own knows no origin whose trust depends on the host that was asked, and allows cookies for origins that
    are not listed, too; browsers ignore that, but we do not send it.

    headers: what requests may carry besides those that our own clients send; ``*`` is whatever they name.
    """

    def __init__(self, app: ASGIApp, origins: TrustedOrigins, headers: Collection[str] = ()) -> None:
        super().__init__(
            app,
            allow_origins=("*",) if origins.all_may_call else (),
            allow_methods=_METHODS,
            allow_headers=(*_TAKEN, *headers),
            allow_credentials=not origins.all_may_call,
            expose_headers=_EXPOSED_HEADERS,
        )
        # A page of the internet that asks a server of one's own network is judged by its origin, as others are.
        self.allow_private_network = True
        self._origins = origins

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            trusts_all = self.allow_all_origins
            if origin is None or not (trusts_all or self._origins.trusts(origin, headers.get("host", ""))):
                await self._without_cors(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    @override
    def is_allowed_origin(self, origin: str) -> bool:
        return True  # the others do not come this far

    @override
    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if "access-control-request-private-network" in request_headers:  # older versions of Starlette do not answer it
            response.headers["Access-Control-Allow-Private-Network"] = "true"
        return response

    async def _without_cors(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Origin")
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            refused = PlainTextResponse("This origin is not listed in CHATKIT_LINK_ORIGINS.", status_code=400)
            await refused(scope, receive, send_varied)
            return
        await self.app(scope, receive, send_varied)
