"""The floor: a Starlette endpoint that knows its bytes in advance and sends them, one event at a time."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bench.answers import fall_out_of_step, read_order

DELTA = b"text_delta"

#: The frames of a stream and what was asked -> the same frames, each when it is due.
Say = Callable[[list[bytes], str], AsyncIterator[bytes]]


async def frames_as_they_are(frames: list[bytes], text: str) -> AsyncIterator[bytes]:
    _, pace = read_order(text)
    has_words = False
    for frame in frames:
        if pace is not None and DELTA in frame:
            if not has_words:
                await fall_out_of_step(pace)
                has_words = True
            await asyncio.sleep(pace)
        yield frame


def create_app(say: Say = frames_as_they_are) -> Starlette:
    """``PUT`` defines the stream of so many deltas; ``POST`` sends it."""
    streams: dict[int, list[bytes]] = {}

    async def keep(request: Request) -> Response:
        body = await request.body()
        streams[int(request.query_params["deltas"])] = [part + b"\n\n" for part in body.split(b"\n\n") if part]
        return Response()

    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        text = asked["params"]["input"]["content"][0]["text"]
        return StreamingResponse(say(streams[read_order(text)[0]], text), media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/chatkit/plain", keep, methods=["PUT"]),
            Route("/chatkit/plain", answer, methods=["POST"]),
        ]
    )
