"""A connection that is closed in mid-stream."""

from collections.abc import AsyncIterable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override


class Dropped(Exception):
    """What has been sent is all that will be."""


class Stream(StreamingResponse):
    """Server-sent events. ``Dropped`` in the body closes the connection without the end of the body."""

    def __init__(self, body: AsyncIterable[str]) -> None:
        super().__init__(body, media_type="text/event-stream")

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server closes the connection of an application that returns before its response is complete."""
        try:
            await super().__call__(scope, receive, send)
        except* Dropped:
            pass
