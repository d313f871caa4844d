"""The floor: a Starlette endpoint that knows its bytes in advance and sends them, one event at a time."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bench.answers import read_order

_DELTA = b"text_delta"


def create_app() -> Starlette:
    """``PUT`` says what a stream of so many deltas is; ``POST`` sends it."""
    streams: dict[int, list[bytes]] = {}

    async def keep(request: Request) -> Response:
        body = await request.body()
        streams[int(request.query_params["deltas"])] = [part + b"\n\n" for part in body.split(b"\n\n") if part]
        return Response()

    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        deltas, pace = read_order(asked["params"]["input"]["content"][0]["text"])
        return StreamingResponse(_frames(streams[deltas], pace), media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/chatkit/plain", keep, methods=["PUT"]),
            Route("/chatkit/plain", answer, methods=["POST"]),
        ]
    )


async def _frames(frames: list[bytes], pace: float | None) -> AsyncIterator[bytes]:
    for frame in frames:
        if pace is not None and _DELTA in frame:
            await asyncio.sleep(pace)
        yield frame
