"""A run's events as server-sent events (WHATWG HTML, section 9.2)."""

from collections.abc import AsyncIterator, Sequence

from chatkit_link.runs.log import Event

STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform",  # a proxy that compresses would hold events back
    "X-Accel-Buffering": "no",  # the same for nginx
}


async def frames(batches: AsyncIterator[Sequence[Event]]) -> AsyncIterator[bytes]:
    """What is ready together leaves in one send; silence becomes a heartbeat.

    Who stops reading stops only reading: the run does not notice.
    """
    async for batch in batches:
        yield b"".join(b"id: %d\ndata: %b\n\n" % (event.id, event.data) for event in batch) or b": ping\n\n"
