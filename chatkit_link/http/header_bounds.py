"""Bounds on what parsers of headers and addresses take long for, before any of them sees a request.

FastAPI has the cookies of every request parsed, for every route. Python before 3.11.10 and 3.12.6 unquotes a value in
time that grows with the square of its escapes (CVE-2024-7592): 60 kB stopped the server for seconds. So cookies are
bounded as a whole, and those that would take long are left out, also for code of others, which reads them as Starlette
does. FastAPI also has ``Content-Type`` read by Python's parser of mail, which takes half a second for 32 kB.

The connection has bounds of its own (``net/http_protocol.py``), but not where another server is in its place.
"""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: Bytes of all cookies of a request: Node takes 16 kB of headers, nginx and Apache 8 kB of a line.
COOKIE_BYTES = 16_384
#: Browsers keep at most 180 for a site.
COOKIES = 500
#: Bytes of a Content-Type: a boundary has 70 at most (RFC 2046 section 5.1.1).
TYPE_BYTES = 1_024
#: Fields of a query.
FIELDS = 1_000
#: Bytes of cookies, each as often as it has backslashes, in all: an old Python takes about 3 ms for them.
_UNQUOTING = 500_000


class HeaderBounds:
    """Answers 431 to cookies and content types, and 414 to queries, that are too long. Pure ASGI.

    A cookie that Python would take long to unquote is left out: no browser stores such a one, and its neighbours are
    somebody's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            lines = [line for name, line in scope["headers"] if name == b"cookie"]
            if sum(map(len, lines)) > COOKIE_BYTES or sum(line.count(b";") for line in lines) >= COOKIES:
                await _refuse(431, "Too many cookies", _COOKIES, scope, receive, send)
                return
            if any(name == b"content-type" and len(line) > TYPE_BYTES for name, line in scope["headers"]):
                await _refuse(431, "Content type too long", _TYPE, scope, receive, send)
                return
            if scope.get("query_string", b"").count(b"&") >= FIELDS:
                await _refuse(414, "Query too long", _FIELDS, scope, receive, send)
                return
            if any(b"\\" in line for line in lines):
                scope["headers"] = _without_long_escapes(scope["headers"])
        await self._app(scope, receive, send)


def _without_long_escapes(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    left = _UNQUOTING
    kept: list[tuple[bytes, bytes]] = []
    for name, line in headers:
        if name != b"cookie":
            kept.append((name, line))
            continue
        pairs: list[bytes] = []
        for pair in line.split(b";"):
            work = len(pair) * pair.count(b"\\")
            if work <= left:
                left -= work
                pairs.append(pair)
        kept.append((name, b";".join(pairs)))
    return kept


async def _refuse(status: int, title: str, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": "too_large"}
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    await JSONResponse(body, status, headers, media_type="application/problem+json")(scope, receive, send)


_COOKIES = f"The cookies of a request may have {COOKIE_BYTES} bytes and be {COOKIES}: delete the cookies of this site."
_TYPE = f"The Content-Type of a request may have {TYPE_BYTES} bytes."
_FIELDS = f"The query of an address may have {FIELDS} fields."
