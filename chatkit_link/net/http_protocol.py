"""uvicorn's HTTP protocol on httptools, with bounds on what a connection may send, and on how long it may take.

What uvicorn 0.54 leaves open: httptools takes headers of any size and number, and copies what it has of one with every
part that arrives; a request may be half sent for ever, as may a body; the first byte after an answer switches the
keep-alive timeout off; requests that are sent ahead are all made into objects at once; a peer that does not read its
answer keeps its buffer for ever. Nothing above the parser can bound any of these, because it runs too late.

How it flows: what arrives is handed to the parser in pieces, and counted between them. A request is in one of three
states: its headers are awaited, its body is, or neither. Time is not measured by a timer for each request: all
connections are looked at once a second (``net/connections.py``), and each has so much patience left.

The invariant: between two pieces no more than ``HEAD_BYTES`` and one piece of a request's headers are in memory.
"""

import asyncio
import json
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, cast

import httptools
from typing_extensions import override
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from chatkit_link.net.connections import ConnectionBounds, Connections

#: Bytes of a request line with all headers; those of what surrounds the parts of a chunked body, beside as many more as
#: the body has.
HEAD_BYTES = 32_768
#: Bytes of the address in a request line: path and query.
TARGET_BYTES = 8_192
#: Header lines of a request.
HEAD_LINES = 100
#: Requests that may be sent ahead of the answer to the first one.
AHEAD = 16
#: Bytes a second of a body, and of an answer that is read, with which a peer is never given up.
SLOWEST = 500
#: Bytes that the parser is given at once.
_PIECE = 16_384
#: Bytes of a body that are still read, and dropped, after its request was answered: else the answer would be lost.
UNREAD_BYTES = 64_000_000
#: Seconds in which what still arrives after a refusal is dropped, and how many bytes of it, for the same reason.
_LINGER = 2.0
_LINGER_BYTES = 262_144


class _Awaits(Enum):
    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class _Refused(Exception):
    """Raised in a callback of the parser."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A class for ``http=`` of uvicorn, or as text: ``chatkit_link.net.http_protocol:BoundedProtocol``.

    connections: of all of this server; with default bounds, and made for this server, if None.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = connections or _of_server(server_state, self.loop)
        self._patience = self._all.bounds.header_timeout
        self._awaits = _Awaits.HEAD
        self._head = 0  # bytes of the headers so far
        self._body = 0  # bytes of the body so far
        self._around = 0  # bytes around the parts of a chunked body
        self._started: RequestResponseCycle | None = None  # uvicorn's own ``cycle`` is the one that was read last
        self._unsent = 0  # bytes of answers at the last look
        self._received = 0  # bytes of a body since the last look
        self._unread = 0  # bytes of a body after its answer
        self._refusal: HTTPStatus | None = None
        self._lingers: float | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self._all.add(self, self.client[0] if self.client else ""):
            transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._all.remove(self)
        # uvicorn tells the request that was read last, and one before it would write to a closed socket.
        for cycle in (self._started, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        super().connection_lost(exc)

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._started = cycle
        super()._start_asgi_task(cycle, app)

    @override
    def data_received(self, data: bytes) -> None:
        if self._lingers is not None:
            self._unread += len(data)
            if self._unread > _LINGER_BYTES:
                self.abort()
            return
        self._unset_keepalive_if_required()
        if len(data) <= _PIECE:
            self._feed(data)
            return
        for start in range(0, len(data), _PIECE):
            self._feed(data[start : start + _PIECE])
            if self._lingers is not None or self.transport.is_closing():
                return

    def _feed(self, piece: bytes) -> None:
        if self._awaits is _Awaits.NOTHING:
            self._await_head()
        try:
            cast("httptools.HttpRequestParser", self.parser).feed_data(piece)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._all.remove(self)
                self.handle_websocket_upgrade()
            return
        except httptools.HttpParserError:
            self._refuse(self._refusal or HTTPStatus.BAD_REQUEST)
            return
        if self._awaits is _Awaits.HEAD:
            self._head += len(piece)
            if self._head > HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._awaits is _Awaits.BODY:
            self._around += len(piece)
            if self._around > HEAD_BYTES + self._body:
                self._refuse(HTTPStatus.BAD_REQUEST)

    def _await_head(self) -> None:
        self._awaits = _Awaits.HEAD
        self._head = 0
        self._patience = self._all.bounds.header_timeout

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > TARGET_BYTES:
            self._refusal = HTTPStatus.REQUEST_URI_TOO_LONG
            raise _Refused

    @override
    def on_headers_complete(self) -> None:
        if len(self.headers) > HEAD_LINES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _Refused
        if len(self.pipeline) >= AHEAD:
            raise _Refused
        self._awaits = _Awaits.BODY
        self._body = self._around = self._unread = 0
        self._patience = self._all.bounds.stall_timeout
        self._all.busy(self)
        super().on_headers_complete()
        if not cast("httptools.HttpRequestParser", self.parser).should_upgrade():
            self.headers = []  # trailers come here: nobody has checked them, and nobody may take them for headers

    @override
    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        self._around -= len(body)  # of the piece that is being parsed, which is added as a whole
        self._received += len(body)
        super().on_body(body)
        if not self._answering():
            self._unread += len(body)
            if self._unread > UNREAD_BYTES:
                raise _Refused

    @override
    def on_message_complete(self) -> None:
        self._awaits = _Awaits.NOTHING
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and not self._answering():
            self._all.idle(self)

    def _answering(self) -> bool:
        return not getattr(self.cycle, "response_complete", True)  # uvicorn has no cycle before the first request

    def look(self, seconds: float) -> None:
        """Give up a peer that sends or reads too slowly (``Connection.look``)."""
        unsent = self.transport.get_write_buffer_size()
        if self._lingers is not None:
            self._lingers -= seconds
            if self._lingers <= 0:
                self.abort()
        elif unsent:
            if not self._unsent:
                self._patience = self._all.bounds.stall_timeout
            self._wait(seconds, max(self._unsent - unsent, 0), "answer not read")
        elif not self.flow.read_paused:
            self._look_for_request(seconds)
        self._unsent, self._received = unsent, 0

    def _look_for_request(self, seconds: float) -> None:
        if self._awaits is _Awaits.HEAD:
            self._patience -= seconds
            if self._patience <= 0:
                self._too_late()
        elif self._awaits is _Awaits.BODY and not self.cycle.waiting_for_100_continue:
            self._wait(seconds, self._received, "body too slow")

    def _wait(self, seconds: float, moved: int, why: str) -> None:
        most = self._all.bounds.stall_timeout
        self._patience = min(self._patience - seconds + moved / SLOWEST, most)
        if self._patience <= 0:
            self._all.note(why)
            self.abort()

    def _too_late(self) -> None:
        if self._head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:  # opened in advance, as browsers do, and not needed
            self.transport.close()

    def abort(self) -> None:
        """Close it at once, whatever has not been sent (``Connection.abort``)."""
        self.transport.abort()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer if nothing is being answered, and close."""
        if self.transport.is_closing():
            return
        self._all.note(status.phrase.lower())
        if self._answering():
            self.abort()
            return
        self._lingers, self._unread = _LINGER, 0
        self.transport.write(_refusal(status))
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _refusal(status: HTTPStatus) -> bytes:
    body = json.dumps(
        {"type": "about:blank", "title": status.phrase.capitalize(), "status": status, "detail": _DETAILS[status]}
    )
    return (
        f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n{body}"
    ).encode("ascii")


_DETAILS = {
    HTTPStatus.BAD_REQUEST: "This is not a valid HTTP request.",
    HTTPStatus.REQUEST_URI_TOO_LONG: f"The address of a request may have {TARGET_BYTES} bytes.",
    HTTPStatus.REQUEST_TIMEOUT: "The headers of the request did not arrive in time.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        f"The headers of a request may have {HEAD_BYTES} bytes and {HEAD_LINES} lines: delete the cookies of this site."
    ),
}


def bounded(bounds: ConnectionBounds) -> type[asyncio.Protocol]:
    """What uvicorn takes as ``http=``, for one server."""
    made: list[Connections] = []

    def protocol(**given: Any) -> BoundedProtocol:
        if not made:
            made.append(Connections(bounds, asyncio.get_running_loop()))
        return BoundedProtocol(**given, connections=made[0])

    return cast("type[asyncio.Protocol]", protocol)  # uvicorn calls it, and no more


def _of_server(state: ServerState, loop: asyncio.AbstractEventLoop) -> Connections:
    """For a server that was given the class alone: kept with what all its connections share."""
    kept = vars(state)
    if "bounded_connections" not in kept:
        kept["bounded_connections"] = Connections(ConnectionBounds(), loop)
    return kept["bounded_connections"]
