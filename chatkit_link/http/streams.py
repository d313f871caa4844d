"""Open event streams: how many one user, one address and everybody may have of this server at once.

Where a user has as many as they may, or where there is no room, the oldest stream of theirs gives way to the new one,
first of all one of the same run: mostly it belongs to a page that was left, or to a network that a phone has changed.
It ends without an end mark, so a page that is still there comes back for the rest. A stream whose client cannot do
that is never ended here. A server that stops ends the streams of answers that go on elsewhere in the same way.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from types import TracebackType
from typing import Self

from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from chatkit_link.caller import Caller
from chatkit_link.http.sse import STREAM_HEADERS
from chatkit_link.limits.shares import Bounds, Shares

#: Seconds between heartbeats: a client that misses two knows that nobody is at the other end.
HEARTBEAT_HEADER = "X-Heartbeat"
#: The ``send`` of what is around this application, in the scope of a request.
_OUTER_SEND = "chatkit_link.outer_send"


class StreamsDirectly:
    """The outermost middleware, so that the events of a stream pass none of the others: those look at its head alone.

    Each event would call them all, and that takes longer than to send it. Pure ASGI.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_OUTER_SEND] = send
        await self._app(scope, receive, send)


class Place:
    """One stream's share, from before its work begins until it is closed. Leaving the block by an error closes it."""

    def __init__(self, streams: "Streams", caller: Caller, run: str | None, *, resumes: bool) -> None:
        self.caller = caller
        self.run = run
        self.resumes = resumes
        self._streams = streams
        self._sending: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.close()

    def close(self) -> None:
        """Let go of the share; a second time does nothing."""
        self._streams.forget(self)

    @property
    def may_give_way(self) -> bool:
        return self.resumes and self._sending is not None

    def give_way(self) -> None:
        """End the stream, as a proxy would that is tired of it."""
        self.close()
        assert self._sending is not None  # as ``may_give_way``
        self._sending.cancel()

    def response(self, run: str, frames: AsyncIterator[bytes], headers: Mapping[str, str]) -> StreamingResponse:
        """The stream of a run."""
        self.run = run
        heartbeat = {} if self._streams.heartbeat is None else {HEARTBEAT_HEADER: f"{self._streams.heartbeat:g}"}
        return _Stream(self, frames, {**headers, "X-Run-Id": run, **heartbeat})

    def stream(self, frames: AsyncIterator[bytes]) -> StreamingResponse:
        """A stream that is no run's."""
        return _Stream(self, frames, {})

    async def send(self, response: StreamingResponse, receive: Receive, send: Send) -> None:
        """Send the response until it is complete, its client has left or it gives way.

        In a task of its own: each event wakes all that stands around what sends it, and that is the whole application.
        """
        sending = self._sending = asyncio.create_task(response.stream_response(send), name="stream")
        left = asyncio.create_task(response.listen_for_disconnect(receive), name="disconnect")
        try:
            await asyncio.wait((sending, left), return_when=asyncio.FIRST_COMPLETED)
            if sending.cancelled() and not left.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.close()
            left.cancel()
            sending.cancel()
            await asyncio.wait((sending, left))
        if not sending.cancelled():
            sending.result()


class Streams:
    """The open streams of this process."""

    def __init__(self, bounds: Bounds, *, heartbeat: float | None = None) -> None:
        """heartbeat: seconds between two of them on an idle stream of a run, which its client is told."""
        self.heartbeat = heartbeat
        self._shares = Shares(bounds)
        self._open: dict[tuple[str, str], dict[Place, None]] = {}

    @property
    def total(self) -> int:
        return self._shares.total

    def open(self, caller: Caller, run: str | None = None, *, resumes: bool = True) -> Place:
        """A place for one more stream. resumes: whether its client comes back for the rest where it is ended.

        Raises:
            TooManyRequests: this user, or this address, has as many as it may.
            Unavailable: there is none left for anybody.
        """
        if (crowded := self._shares.used_up(caller)) is not None:
            own = [place for place in self._open.get(caller.owner, ()) if place.may_give_way]
            same = [place for place in own if run is not None and place.run == run]
            if oldest := next(iter([*same, *own] if crowded == "user" else same), None):
                oldest.give_way()
        self._shares.take(caller)
        place = Place(self, caller, run, resumes=resumes)
        self._open.setdefault(caller.owner, {})[place] = None
        return place

    def end_resuming(self, runs: Collection[str] | None = None) -> None:
        """End the streams of these runs, or of all, whose clients come back for the rest: this server stops."""
        for place in [place for places in self._open.values() for place in places]:
            if place.may_give_way and (runs is None or place.run in runs):
                place.give_way()

    def forget(self, place: Place) -> None:
        """The end of ``Place.close``."""
        own = self._open.get(place.caller.owner, {})
        if place in own:
            del own[place]
            self._shares.give_back(place.caller)
        if not own:
            self._open.pop(place.caller.owner, None)


class _Stream(StreamingResponse):
    def __init__(self, place: Place, frames: AsyncIterator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(frames, media_type="text/event-stream", headers={**STREAM_HEADERS, **headers})
        self._place = place

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._send_event: Send = scope.get(_OUTER_SEND, send)
        await self._place.send(self, receive, send)

    @override
    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        send_event = self._send_event
        async for frame in self.body_iterator:
            await send_event({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
