"""Pages of other sites: which may read our answers (CORS), and which may make a visitor's browser act here.

A browser adds its cookies to a request that any page causes. So a request that changes something and is
known by what the browser adds by itself must come from our own pages or from a listed origin. Browsers
send its origin in ``Sec-Fetch-Site`` (Fetch Metadata), older ones and those over plain HTTP in
``Origin``; pages can forge neither. A request with none of them is not a browser's.

Requests with a bearer token are left alone: no page has one that it was not given.
"""

from collections.abc import Collection

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Send
from typing_extensions import override

from chatkit_link.errors import Forbidden

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TAKEN = ("Authorization", "Content-Type", "Last-Event-ID", "Range", "X-ChatKit-Link", "X-Request-Id", "X-Time-Zone")
_EXPOSED_HEADERS = ("X-Run-Id", "X-Request-Id", "Retry-After", "Content-Disposition", "Content-Range", "Accept-Ranges")


def refuse_cross_site(request: Request, origins: Collection[str]) -> None:
    """Raises ``Forbidden`` for a request that changes something and that a page of no listed origin caused."""
    if request.method in _CHANGES_NOTHING:
        return
    origin = request.headers.get("origin")
    if origin is not None and origin in origins:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        # "none" is the user's own doing: an address typed, a bookmark. "same-site" is a neighbouring subdomain.
        own = site in ("same-origin", "none")
    else:
        own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not own:
        raise Forbidden(
            "A page of another site sent this. If it is one of yours, list its origin in CHATKIT_LINK_ORIGINS."
        )


class CrossOrigin(CORSMiddleware):
    """CORS for the listed origins, with cookies; with ``*`` for all, without cookies.

    Starlette's own allows cookies for origins that are not listed, too; browsers ignore that, but we do not send it.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_TAKEN,
            allow_credentials="*" not in origins,
            expose_headers=_EXPOSED_HEADERS,
        )

    @override
    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        origin = request_headers.get("origin")
        if origin is None or self.is_allowed_origin(origin):
            await super().send(message, send, request_headers)
            return
        if message["type"] == "http.response.start":
            message.setdefault("headers", []).append((b"vary", b"Origin"))
        await send(message)
