"""A server's answer: a stream that was read to its end, or a refusal."""

from collections.abc import Awaitable
from typing import Final

from chatkit import types as wire

from chatkit_link.client import ClientError, EventStream, ThreadView

CREATED: Final = ["thread.created", "thread.item.done", "stream_options"]
CONTINUED: Final = ["thread.item.done", "stream_options"]
ANSWERED: Final = ["thread.item.done"]


class FinishedStream:
    """A stream that was read to its end."""

    def __init__(self, events: list[wire.ThreadStreamEvent]) -> None:
        self.events = events
        self.view = ThreadView()
        for event in events:
            self.view.apply(event)

    @property
    def thread_id(self) -> str:
        assert self.view.thread is not None, "the stream of a new thread does not name it"
        return self.view.thread.id

    @property
    def outline(self) -> list[str]:
        """The types of its events, without titles and progress; an item that was streamed counts as done.

        Fails where the grammar of streams is broken: what is updated was added before and is not done yet,
        what was added is done or removed at the end, and an item belongs to one thread.
        """
        open_items: set[str] = set()
        types: list[str] = []
        for event in self.events:
            match event:
                case wire.ThreadUpdatedEvent() | wire.ProgressUpdateEvent():
                    continue
                case wire.ThreadItemAddedEvent():
                    open_items.add(event.item.id)
                    continue
                case wire.ThreadItemUpdatedEvent():
                    assert event.item_id in open_items, "an item changes that was not added, or is done"
                    continue
                case wire.ThreadItemDoneEvent():
                    open_items.discard(event.item.id)
                case wire.ThreadItemRemovedEvent():
                    open_items.discard(event.item_id)
                case _:
                    pass
            types.append(event.type)
        assert not open_items, "items were added and never done"
        assert len({item.thread_id for item in self.view.items}) <= 1, "items of two threads in one stream"
        return types


async def read_stream(stream: EventStream) -> FinishedStream:
    """Read a stream to its end; fails if it has an ``error`` event."""
    async with stream:
        answer = FinishedStream([received.event async for received in stream])
    assert not answer.view.errors, f"the stream has an error: {answer.view.errors[0].message}"
    return answer


async def is_refused(attempt: Awaitable[object]) -> ClientError:
    """The refusal: a 4xx. Fails if the request went well, or the server broke."""
    try:
        await attempt
    except ClientError as error:
        refusal = error
    else:
        raise AssertionError("the request was not refused")
    assert refusal.status is not None and 400 <= refusal.status < 500, f"not refused, but broken: {refusal}"
    return refusal
