"""The SDK's steps of an answer, for a server that overrides one of them.

How an event flows: ``process_events`` takes it from the server's answer, stores it, and yields it, as the SDK does; the
override yields it on, or another one in its place; whatever comes out of the outermost override is sent. An item that
an override adds or changes is stored, too: what users see is what they see after a reload.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Protocol

from chatkit.types import (
    StreamingReq,
    ThreadItemDoneEvent,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadStreamEvent,
    UserMessageInput,
    UserMessageItem,
)

from chatkit_link.agents.sdk_methods import method
from chatkit_link.protocol.turn import Answer, Turn

MakeMessage = Callable[[UserMessageInput], Awaitable[UserMessageItem]]


class Steps(Protocol):
    """What a turn does with events; ``ResponseTurn``."""

    def stored_events(self, stream: Answer) -> AsyncIterator[ThreadStreamEvent]:
        """The events of an answer, stored, with what belongs around them."""
        ...

    async def store_message(self, message: UserMessageItem) -> ThreadItemDoneEvent:
        """Store what the user wrote; gives the event about it."""
        ...


class SdkSteps:
    """``super()`` of the overrides of one server in one turn (``agents/sdk_methods.py``)."""

    def __init__(self, turn: Turn, steps: Steps, make_message: MakeMessage) -> None:
        self._turn = turn
        self._steps = steps
        self._make_message = make_message
        #: What an override has been given and has not yielded on, by its identity, and how it was then.
        self._given: dict[int, tuple[ThreadStreamEvent, ThreadStreamEvent]] = {}

    def outermost(self) -> AsyncIterator[ThreadStreamEvent]:
        """All events of the turn, as the overrides give them."""
        return method(self._turn.server, "_process_streaming_impl")(self._turn.request, self._turn.context)

    def is_stored(self, event: ThreadStreamEvent) -> bool:
        """Whether an event comes out as it went in: the same one, and not changed on the way."""
        given, before = self._given.pop(id(event), (None, None))
        return given is event and event == before

    async def process_streaming_impl(self, request: StreamingReq) -> AsyncGenerator[ThreadStreamEvent, None]:
        turn, server = self._turn, self._turn.server
        for event in turn.opening:
            yield self._out(event)
        if turn.reads_message and isinstance(request, ThreadsCreateReq | ThreadsAddUserMessageReq):
            message = await self._make_message(request.params.input)
            events = method(server, "_process_new_thread_item_respond")(turn.thread, message, turn.context)
        else:
            events = method(server, "_process_events")(turn.thread, turn.context, turn.answer)
        async for event in events:
            yield event

    async def process_new_item(self, item: UserMessageItem) -> AsyncIterator[ThreadStreamEvent]:
        turn, server = self._turn, self._turn.server
        yield self._out(await self._steps.store_message(item))
        answer = lambda: server.respond(turn.thread, item, turn.context)  # noqa: E731 - as the SDK hands it on
        async for event in method(server, "_process_events")(turn.thread, turn.context, answer):
            yield event

    async def process_events(self, stream: Answer) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self._steps.stored_events(stream):
            yield self._out(event)

    def _out(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        self._given[id(event)] = (event, event.model_copy(deep=True))
        return event
