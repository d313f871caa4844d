"""An Agents SDK run as ChatKit events.

How it flows: one queue takes both what the model streams and the events of tools (``LinkContext.stream``),
in the order in which it happened. From there each event is translated; text passes through the
citations. The SDK's ``chatkit.agents.stream_agent_response`` does the same job, but it leaves tasks
behind and lets the model go on when it is cancelled, asserts on a tool call without an id, and passes
provider ids on. Leaving this one early cancels the model call.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from agents import InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered, RunResultStreaming
from chatkit.agents import ResponseStreamConverter
from chatkit.store import StoreItemType
from chatkit.types import (
    AssistantMessageItem,
    ClientToolCallItem,
    GeneratedImage,
    GeneratedImageItem,
    GeneratedImageUpdated,
    NoticeEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowItem,
)

from chatkit_link.agents.context import UNSEEN, LinkContext
from chatkit_link.agents.displayed import restore, snapshot
from chatkit_link.agents.hosted_tools import hosted_task
from chatkit_link.agents.message_stream import MessageStream
from chatkit_link.agents.model_steps import FoundResponse, record_response, report_found_usage
from chatkit_link.agents.models.adapter import ConversationShortened
from chatkit_link.agents.models.answer_stream import AnswerRecalled
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.agents.reasoning import Thoughts
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.tool_line import Deferred
from chatkit_link.translations import Localized

#: Seconds that a stopped run gets to leave its tools.
_PATIENCE = 0.5


class ResponseStream:
    """Translates one run.

    produced, finished: ids of the items it has started, and of those that are done and that the model remembers
    as its own output; a generated image has to be sent to it again.
    displayed: whether the user sees anything of it besides tasks and thoughts. tool_displayed: whether tools have
    displayed something since the model last called any.
    client_call: the client tool call that it ended with. extra_texts: messages that no model has written.
    call_ids: of the newest call of each tool, by the tool's name.
    """

    #: Fields that hold JSON, and go with each step (``displayed.py``).
    KEPT: ClassVar[tuple[str, ...]] = ("produced", "finished", "displayed", "tool_displayed", "extra_texts")

    def __init__(self, context: LinkContext, converter: ResponseStreamConverter | None = None) -> None:
        self._context = context
        self._converter = converter or ResponseStreamConverter()
        self._messages = MessageStream(context, self._converter)
        self._thoughts = Thoughts(context)
        #: Calls of tools that the provider runs, by their place in the response.
        self._hosted: dict[int, tuple[WorkflowItem, int]] = {}
        self.call_ids: dict[str, str] = {}
        self.produced: list[str] = []
        self.finished: list[str] = []
        #: Messages of the response that is coming: the model remembers them once all of it is there.
        self._coming: list[str] = []
        self._has_message = False
        self.displayed = False
        self.tool_displayed = False
        self.extra_texts: list[str] = []
        self.client_call: ClientToolCallItem | None = None
        self._is_shortened = False
        #: What is to be done once the events that were translated last are emitted.
        self._then: Callable[[], None] | None = None

    async def events(self, result: RunResultStreaming) -> AsyncGenerator[ThreadStreamEvent]:
        """The run's events. Raises what the run raises; left early, it stops the run."""
        queue = self._context.queue
        restore(self, self._context)
        self._context.steps.display = partial(snapshot, self, self._context)
        pump = asyncio.create_task(_pump(result, queue), name="model")
        try:
            while (event := await queue.get()) is not None:
                for translated in await self._translate(event):
                    yield self._noted(translated)
                if self._then is not None:
                    self._then, then = None, self._then
                    then()
            await pump  # raises what the run raised
            for closing in self._closing():
                yield self._noted(closing)
        except (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered):
            for item_id in self.produced:
                yield ThreadItemRemovedEvent(item_id=item_id)
            raise
        except Exception as error:
            if isinstance(error, IncompleteAnswer) and error.usage is not None:
                result.context_wrapper.usage.add(error.usage)  # the SDK adds that of whole answers only
            for rest in (*self._thoughts.rest(), *self._messages.rest()):  # all that was written is stored
                yield rest
            raise
        finally:
            if not result.is_complete:
                result.cancel()
            pump.cancel()
            # The run's own task may still be inside a tool; it is not over before that has been cancelled.
            await asyncio.wait([pump, *([result.run_loop_task] if result.run_loop_task else [])], timeout=_PATIENCE)

    @property
    def _locale(self) -> str:
        return self._context.request_context.locale

    @property
    def thread_id(self) -> str:
        return self._context.thread.id

    def new_id(self, kind: StoreItemType) -> str:
        return self._context.generate_id(kind)

    @property
    def sources(self) -> Sources:
        return self._context.sources

    def _noted(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        if isinstance(event, ThreadItemUpdatedEvent):  # nearly all of them
            return event
        self.displayed = self.displayed or _is_displayed(event)
        if isinstance(event, ThreadItemRemovedEvent) and event.item_id in self.produced:
            self.produced.remove(event.item_id)
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent) and event.item.id not in self.produced:
            self.produced.append(event.item.id)
        if (
            isinstance(event, ThreadItemDoneEvent)
            and event.item.type != "generated_image"
            and (event.item.id not in self._coming)
        ):
            self.finished.append(event.item.id)
        return event

    async def _translate(self, event: Any) -> Sequence[ThreadStreamEvent]:
        if isinstance(event, Deferred):
            self._then = event.then
            return self._of_tool(event.make())
        event_type = event.type
        if event_type == "raw_response_event":
            if event.data.type == "response.completed":
                return await self._whole_response(event.data)
            return await self._raw(event.data)
        if event_type not in ("run_item_stream_event", "agent_updated_stream_event"):
            return self._of_tool([event])
        return ()

    async def _whole_response(self, event: Any) -> Sequence[ThreadStreamEvent]:
        """A response is one step. One that was found is displayed already."""
        is_found = isinstance(event, FoundResponse)
        events = () if is_found else await self._raw(event)
        for item in event.response.output:
            self._note_call(item)
        steps, number = self._context.steps, self._context.steps.responses
        steps.responses += 1
        if is_found:
            report_found_usage(steps, number)
        else:
            self._then = partial(self._record_response, number, event.response)
        return events

    def _record_response(self, number: int, response: Any) -> None:
        record_response(self._context.steps, number, response, snapshot(self, self._context))

    def _of_tool(self, events: list[ThreadStreamEvent]) -> list[ThreadStreamEvent]:
        self.tool_displayed = self.tool_displayed or any(_is_displayed(event) for event in events)
        return events

    async def _raw(self, event: Any) -> Sequence[ThreadStreamEvent]:
        match event.type:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._write(event.output_index, event.content_index, event.delta)
            case "response.created":
                self._has_message = False
                self._messages.forget_places()
                self._thoughts.forget_places()
                return ()
            case "response.content_part.added" if event.part.type != "reasoning_text":
                return self._messages.begin_part(event.output_index, event.content_index)
            case "response.output_text.done" | "response.refusal.done":
                return self._messages.end_part(event.output_index, event.content_index)
            case "response.output_text.annotation.added":
                return await self._messages.annotate(event.output_index, event.content_index, event.annotation)
            case "response.output_item.added":
                return await self._item_added(event.output_index, event.item)
            case "response.output_item.done":
                return await self._item_done(event.output_index, event.item)
            case "response.completed":
                return self._completed(event.response)
            case AnswerRecalled.type:
                return self._recalled(event.output_index)
            case ConversationShortened.type:
                return self._shortened()
            case "response.image_generation_call.partial_image":
                return await self._image_progress(event)
            case "response.reasoning_summary_text.delta":
                return self._thoughts.delta((event.output_index, "summary", event.summary_index), event.delta)
            case "response.reasoning_summary_text.done":
                return self._thoughts.done((event.output_index, "summary", event.summary_index), event.text)
            case "response.reasoning_text.delta":
                return self._thoughts.delta((event.output_index, "text", event.content_index), event.delta)
            case "response.reasoning_text.done":
                return self._thoughts.done((event.output_index, "text", event.content_index), event.text)
            case _:
                return ()

    # Messages

    def _begin_message(self, place: int) -> list[ThreadStreamEvent]:
        message_events = self._messages.begin(place)
        return [*self.end_workflow(), *message_events] if message_events else []

    def _write(self, place: int, index: int, delta: str) -> list[ThreadStreamEvent]:
        written = self._messages.write(place, index, delta)
        if written is not None:
            return written
        # Some servers write into a message that they have not started.
        return [*self._begin_message(place), *(self._messages.write(place, index, delta) or ())]

    def _end_message(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        ended = self._messages.end(place, item.content)
        self._coming += [event.item.id for event in ended if isinstance(event, ThreadItemDoneEvent)]
        self._has_message = True
        return ended

    def _completed(self, response: Any) -> list[ThreadStreamEvent]:
        """All of a response is there; some servers give its messages nowhere else."""
        events: list[ThreadStreamEvent] = []
        for place, item in enumerate(response.output if not self._has_message else ()):
            if item.type == "message":
                events += [*self._begin_message(place), *self._end_message(place, item)]
        self.finished += self._coming
        self._coming.clear()
        return events

    def _recalled(self, place: int) -> list[ThreadStreamEvent]:
        """What was written as an answer turned out to be a thought."""
        recalled = self._messages.recall(place)
        if recalled is None:
            return []
        item_id, text = recalled
        return [ThreadItemRemovedEvent(item_id=item_id), *self._thoughts.delta((place, "text", 0), text)]

    def write_message(self, text: str) -> list[ThreadStreamEvent]:
        """A message that no model has written in this run, such as the output of a tool that ended it."""
        self.extra_texts.append(text)
        return [self._noted(event) for event in (*self.end_workflow(), self._messages.whole(text))]

    def show(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        """An event that is none of the run's own, counted among them."""
        return self._noted(event)

    def _shortened(self) -> list[ThreadStreamEvent]:
        """The notice is sent once in an answer, however many requests it takes."""
        if self._is_shortened:
            return []
        self._is_shortened = True
        return [NoticeEvent(level="info", message=Localized("context_shortened").in_language(self._locale))]

    # Other output

    async def _item_added(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        match item.type:
            case "message":
                return self._begin_message(place)
            case "reasoning":
                return self._thoughts.begin()
            case "image_generation_call":
                image = self._context.generated_image_item = GeneratedImageItem(
                    id=self._context.generate_id("message"),
                    thread_id=self._context.thread.id,
                    created_at=datetime.now(),
                )
                return [*self.end_workflow(), ThreadItemAddedEvent(item=image.model_copy())]
            case _:
                return self._tool_started(place, item)

    def _tool_started(self, at: int, item: Any) -> list[ThreadStreamEvent]:
        task = hosted_task(item, done=False)
        if task is None:
            return []
        self._hosted[at], events = self._context.begin_task(task)
        return events

    def _tool_done(self, at: int, item: Any) -> list[ThreadStreamEvent]:
        place, task = self._hosted.pop(at, None), hosted_task(item, done=True, locale=self._locale)
        if task is None:
            return []
        return self._context.begin_task(task)[1] if place is None else self._context.change_task(place, task)

    async def _item_done(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        if item.type == "message":
            return self._end_message(place, item)
        image = self._context.generated_image_item
        if item.type == "image_generation_call" and image is not None:
            if not item.result:  # it failed
                self._context.generated_image_item = None
                return [ThreadItemRemovedEvent(item_id=image.id)]
            url = await self._converter.base64_image_to_url(item.id, item.result)
            image.image = GeneratedImage(id=item.id, url=url)
            self._context.generated_image_item = None
            return [ThreadItemDoneEvent(item=image)]
        return self._tool_done(place, item)

    async def _image_progress(self, event: Any) -> list[ThreadStreamEvent]:
        item = self._context.generated_image_item
        if item is None:
            return []
        url = await self._converter.base64_image_to_url(
            event.item_id, event.partial_image_b64, event.partial_image_index
        )
        image = GeneratedImage(id=event.item_id, url=url)
        progress = self._converter.partial_image_index_to_progress(event.partial_image_index)
        return [ThreadItemUpdatedEvent(item_id=item.id, update=GeneratedImageUpdated(image=image, progress=progress))]

    def end_workflow(self) -> list[ThreadStreamEvent]:
        """Close the open workflow, if there is one, with a one-line summary."""
        return self._context.close_workflow()

    def _closing(self) -> list[ThreadStreamEvent]:
        events = self.end_workflow()
        call = self._context.client_tool_call
        if call is not None:
            item = self.client_call = ClientToolCallItem(
                id=self._context.generate_id("tool_call"),
                thread_id=self._context.thread.id,
                created_at=datetime.now(),
                name=call.name,
                arguments=call.arguments,
                call_id=self.call_ids.get(call.name) or self._context.generate_id("tool_call"),
            )
            events.append(ThreadItemDoneEvent(item=item))
        return events

    def _note_call(self, item: Any) -> None:
        """Remember a tool's call id, so that a client's output later meets the model's call."""
        if not item.type.endswith("_call"):
            return
        self.tool_displayed = False
        name, call_id = getattr(item, "name", None), getattr(item, "call_id", None)
        if isinstance(name, str) and isinstance(call_id, str):
            self.call_ids[name] = call_id


def _is_displayed(event: ThreadStreamEvent) -> bool:
    match event:
        case ThreadItemUpdatedEvent():
            return False
        case ThreadItemDoneEvent(item=AssistantMessageItem() as message):
            return any(part.text.strip() for part in message.content)
        case ThreadItemDoneEvent() | ThreadItemReplacedEvent():
            return event.item.type not in ("workflow", "task", *UNSEEN[1:])
        case _:
            return event.type == "client_effect"


async def _pump(result: RunResultStreaming, queue: "asyncio.Queue[Any]") -> None:
    """Carry the model's events into the queue; a None at the end wakes the reader, whatever happened."""
    try:
        async for event in result.stream_events():
            queue.put_nowait(event)
    finally:
        queue.put_nowait(None)
