"""A run's events as server-sent events (WHATWG HTML, section 9.2)."""

from collections.abc import AsyncIterator, Sequence

from chatkit_link.runs.log import Event
from chatkit_link.runs.stored_runs import Untaken

STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform",  # a proxy that compresses would hold events back
    "X-Accel-Buffering": "no",  # the same for nginx
}


#: Ends a stream that is complete. A proxy that gives up on a stream ends it just as cleanly, and a
#: browser takes a response that breaks off within its head for a complete one.
END = b": end\n\n"


async def frames(batches: AsyncIterator[Sequence[Event]]) -> AsyncIterator[bytes]:
    """What is ready together leaves in one send; an idle stream gets heartbeats, and a complete one an end mark.

    A client that stops reading does not affect the run. One whose run waits for another server gets no end mark.
    """
    try:
        async for batch in batches:
            yield b"".join([b"id: %d\ndata: %b\n\n" % event for event in batch]) or b": ping\n\n"
    except Untaken:
        return
    yield END
