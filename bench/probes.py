"""What a server under test reports of itself: routes beside its own."""

import asyncio
import json
import time

from starlette.requests import Request
from starlette.responses import Response

from bench.answers import SLOW

_EVERY = 0.01


async def cpu(request: Request) -> Response:
    """Seconds of CPU that this process has used."""
    return Response(str(time.process_time()))


async def lag(request: Request) -> Response:
    """How late each turn of the event loop is, in seconds, measured for ``?seconds=N``."""
    clock = asyncio.get_running_loop().time
    late: list[float] = []
    end = clock() + float(request.query_params["seconds"])
    while (before := clock()) < end:
        await asyncio.sleep(_EVERY)
        late.append(clock() - before - _EVERY)
    return Response(json.dumps(late), media_type="application/json")


async def end(request: Request) -> Response:
    """End the slow streams, each at its next word."""
    SLOW.end()
    return Response()
