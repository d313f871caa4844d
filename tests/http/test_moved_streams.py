"""The streams of a server that stops, of answers that go on elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.http.streams import Streams
from chatkit_link.limits.shares import Bounds


class Reader:
    """A client on a stream that goes on for ever."""

    def __init__(self, streams: Streams, caller: Caller, run: str, *, resumes: bool) -> None:
        self.bodies: list[bytes] = []
        self.ended = False
        self._began = asyncio.Event()
        response = streams.open(caller, resumes=resumes).response(run, self._events(), {})
        self.stream = asyncio.create_task(response({"type": "http"}, self._receive, self._send))

    async def begun(self) -> None:
        async with asyncio.timeout(10):
            await self._began.wait()

    async def _events(self) -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.Event().wait()

    async def _receive(self) -> Any:
        await asyncio.Event().wait()

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.bodies.append(message["body"])
            self.ended = not message["more_body"]
            self._began.set()


async def test_who_comes_back_is_sent_away_from_answers_that_go_on_elsewhere(ada: Caller) -> None:
    streams = Streams(Bounds(0, 0, 0))
    moved = Reader(streams, ada, "run_moved", resumes=True)
    here = Reader(streams, ada, "run_here", resumes=True)
    plain = Reader(streams, ada, "run_moved", resumes=False)
    for reader in (moved, here, plain):
        await reader.begun()

    streams.end_resuming({"run_moved"})
    async with asyncio.timeout(10):
        await moved.stream
    assert (moved.bodies, moved.ended) == ([b"one", b""], True), "it ends cleanly, and without an end mark"
    assert not here.ended and not plain.ended

    streams.end_resuming()
    async with asyncio.timeout(10):
        await here.stream
    assert here.ended and not plain.ended
    plain.stream.cancel()
    await asyncio.wait([plain.stream])
