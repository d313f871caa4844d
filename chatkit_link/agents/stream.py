"""An Agents SDK run, told as ChatKit events.

How it flows: one queue takes both what the model streams and what tools show (``LinkContext.stream``),
in the order in which it happened. From there each event is translated; text passes through the
citations. The SDK's ``chatkit.agents.stream_agent_response`` does the same job, but it leaves tasks
behind and lets the model go on when it is cancelled, asserts on a tool call without an id, and passes
provider ids on. Leaving this one early cancels the model call.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from agents import InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered, RunResultStreaming
from chatkit.agents import ResponseStreamConverter
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ClientToolCallItem,
    CustomSummary,
    DurationSummary,
    GeneratedImage,
    GeneratedImageItem,
    GeneratedImageUpdated,
    NoticeEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowItem,
    WorkflowSummary,
)
from openai.types.responses.response_output_text import (
    AnnotationContainerFileCitation,
    AnnotationFileCitation,
    AnnotationURLCitation,
)
from pydantic import BaseModel, ValidationError

from chatkit_link.agents.citations import CitedText, cite
from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.hosted_tools import hosted_task
from chatkit_link.agents.models.adapter import ConversationShortened
from chatkit_link.agents.models.answer import AnswerRecalled
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.thoughts import Thoughts
from chatkit_link.store.postgres import new_id

SHORTENED = "The beginning of this chat was left out: all of it is too long for the model."
#: Seconds that a stopped run gets to leave its tools.
_PATIENCE = 0.5
#: Items that may stand in the middle of a workflow without ending it.
_UNSEEN = ("client_tool_call", "hidden_context_item", "sdk_hidden_context")

_CITATIONS: dict[str, type[BaseModel]] = {
    "url_citation": AnnotationURLCitation,
    "file_citation": AnnotationFileCitation,
    "container_file_citation": AnnotationContainerFileCitation,
}


@dataclass(slots=True)
class _Message:
    """A message that is being written: our id, its parts so far."""

    id: str
    created_at: datetime
    parts: dict[int, CitedText] = field(default_factory=dict[int, CitedText])


class ResponseStream:
    """Translates one run.

    produced, finished: ids of the items it has begun, and of those that are done and that the model remembers
    as what it wrote; an image it must be shown again.
    displayed: whether the user sees anything of it besides tasks and thoughts.
    client_call: the call of a tool in the page that it ended with. said: messages that no model has written.
    """

    def __init__(self, context: LinkContext, converter: ResponseStreamConverter | None = None) -> None:
        self._context = context
        self._converter = converter or ResponseStreamConverter()
        #: Messages and calls of tools that the provider runs, by their place in the response: servers give one
        #: item several ids, or many items the same.
        self._messages: dict[int, _Message] = {}
        self._hosted: dict[int, tuple[WorkflowItem, int]] = {}
        self._thoughts = Thoughts(context)
        self._call_ids: dict[str, str] = {}
        self.produced: list[str] = []
        self.finished: list[str] = []
        self.displayed = False
        self.said: list[str] = []
        self.client_call: ClientToolCallItem | None = None
        self._is_shortened = False

    async def events(self, result: RunResultStreaming) -> AsyncGenerator[ThreadStreamEvent]:
        """The run's events. Raises what the run raises; left early, it stops the run."""
        queue = self._context.queue
        pump = asyncio.create_task(_pump(result, queue), name="model")
        try:
            while (event := await queue.get()) is not None:
                for told in await self._translate(event):
                    yield self._noted(told)
            await pump  # raises what the run raised
            for told in self._closing():
                yield self._noted(told)
        except (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered):
            for item_id in self.produced:
                yield ThreadItemRemovedEvent(item_id=item_id)
            raise
        except Exception as error:
            if isinstance(error, IncompleteAnswer) and error.usage is not None:
                result.context_wrapper.usage.add(error.usage)  # the SDK adds that of whole answers only
            for told in self._rest():  # all that was written is kept
                yield told
            raise
        finally:
            if not result.is_complete:
                result.cancel()
            pump.cancel()
            # The run's own task may still be inside a tool; it is not over before that has heard of it.
            await asyncio.wait([pump, *([result.run_loop_task] if result.run_loop_task else [])], timeout=_PATIENCE)

    @property
    def sources(self) -> Sources:
        return self._context.sources

    def _noted(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        self.displayed = self.displayed or _is_displayed(event)
        if isinstance(event, ThreadItemDoneEvent) and event.item.type != "generated_image":
            self.finished.append(event.item.id)
        return event

    async def _translate(self, event: Any) -> Sequence[ThreadStreamEvent]:
        kind = event.type
        if kind == "raw_response_event":
            return await self._raw(event.data)
        if kind == "run_item_stream_event":
            self._note_call(event.item)
        elif kind != "agent_updated_stream_event":
            return self._shown(event)
        return ()

    def _shown(self, event: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        """What a tool shows; it ends an open workflow that stands before it."""
        if not isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent):
            return [event]
        self._produce(event.item.id)
        open_workflow = self._context.workflow_item
        if open_workflow and open_workflow.id != event.item.id and event.item.type not in _UNSEEN:
            return [*self.end_workflow(), event]
        if isinstance(event, ThreadItemDoneEvent) and open_workflow and open_workflow.id == event.item.id:
            self._context.workflow_item = None
        return [event]

    async def _raw(self, event: Any) -> Sequence[ThreadStreamEvent]:
        match event.type:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._delta(event.output_index, event.content_index, event.delta)
            case "response.created":
                self._messages.clear()
                self._thoughts.forget_places()
                return ()
            case "response.content_part.added" if event.part.type != "reasoning_text":
                message = self._messages.get(event.output_index)
                return [self._part_added(message, event.content_index)] if message else ()
            case "response.output_text.done" | "response.refusal.done":
                return self._part_done(event.output_index, event.content_index)
            case "response.output_text.annotation.added":
                return await self._annotated(event)
            case "response.output_item.added":
                return await self._item_added(event.output_index, event.item)
            case "response.output_item.done":
                return await self._item_done(event.output_index, event.item)
            case AnswerRecalled.type:
                return self._recalled(event.output_index)
            case ConversationShortened.type:
                return self._shortened()
            case "response.image_generation_call.partial_image":
                return await self._image_progress(event)
            case "response.reasoning_summary_text.delta":
                return self._thoughts.delta(event.output_index, event.summary_index, event.delta)
            case "response.reasoning_summary_text.done":
                return self._thoughts.done(event.output_index, event.summary_index, event.text)
            case "response.reasoning_text.delta":
                return self._thoughts.delta(event.output_index, event.content_index, event.delta)
            case "response.reasoning_text.done":
                return self._thoughts.done(event.output_index, event.content_index, event.text)
            case _:
                return ()

    # Messages

    def _message_added(self, place: int) -> list[ThreadStreamEvent]:
        message = self._messages[place] = _Message(id=new_id("message"), created_at=datetime.now())
        self._produce(message.id)
        return [*self.end_workflow(), ThreadItemAddedEvent(item=self._message_item(message))]

    def _message_item(self, message: _Message) -> AssistantMessageItem:
        return AssistantMessageItem(
            id=message.id,
            thread_id=self._context.thread.id,
            created_at=message.created_at,
            content=[
                AssistantMessageContent(text=part.text, annotations=list(part.annotations))
                for _, part in sorted(message.parts.items())
            ],
        )

    def _part_added(self, message: _Message, index: int) -> ThreadStreamEvent:
        message.parts.setdefault(index, CitedText(self._context.sources))
        content = AssistantMessageContent(text="", annotations=[])
        return _updated(message.id, AssistantMessageContentPartAdded(content_index=index, content=content))

    def _delta(self, place: int, index: int, delta: str) -> list[ThreadStreamEvent]:
        message = self._messages.get(place)
        if message is None:  # some servers write into a message that they have not opened
            return [*self._message_added(place), *self._delta(place, index, delta)]
        part = message.parts.get(index)
        if part is None:
            return [self._part_added(message, index), *self._delta(place, index, delta)]
        return _written(message.id, index, part, *part.feed(delta))

    def _part_done(self, place: int, index: int) -> list[ThreadStreamEvent]:
        message = self._messages.get(place)
        part = message.parts.get(index) if message else None
        if message is None or part is None:
            return []
        told = _written(message.id, index, part, *part.finish())
        content = AssistantMessageContent(text=part.text, annotations=list(part.annotations))
        return [*told, _updated(message.id, AssistantMessageContentPartDone(content_index=index, content=content))]

    async def _annotated(self, event: Any) -> list[ThreadStreamEvent]:
        """A citation that the provider made itself, by its own web or file search."""
        message = self._messages.get(event.output_index)
        annotation = await self._own_annotation(event.annotation)
        if message is None or annotation is None:
            return []
        part = message.parts.setdefault(event.content_index, CitedText(self._context.sources))
        part.annotations.append(annotation)
        return [_annotation_added(message.id, event.content_index, part, annotation)]

    async def _own_annotation(self, given: Any) -> Annotation | None:
        if isinstance(given, dict):  # the client parses some of these into no class (chatkit/agents.py says so too)
            fields = cast("dict[str, Any]", given)
            kind = _CITATIONS.get(fields.get("type", ""))
            given = None if kind is None else _parsed(kind, fields)
        match getattr(given, "type", None):
            case "url_citation":
                return await self._converter.url_citation_to_annotation(given)
            case "file_citation":
                return await self._converter.file_citation_to_annotation(given)
            case "container_file_citation":
                return await self._converter.container_file_citation_to_annotation(given)
            case _:
                return None

    def _message_done(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        message = self._messages.pop(place, None)
        if message is None:
            message = _Message(id=new_id("message"), created_at=datetime.now())
            self._produce(message.id)
        for index, content in enumerate(item.content):
            if index not in message.parts:  # a provider that does not stream: all of it at once
                part = message.parts[index] = CitedText(self._context.sources)
                part.feed(content.text if content.type == "output_text" else content.refusal)
            message.parts[index].finish()
        return [ThreadItemDoneEvent(item=self._message_item(message))]

    def _recalled(self, place: int) -> list[ThreadStreamEvent]:
        """What was written as an answer was a thought."""
        message = self._messages.pop(place, None)
        if message is None:
            return []
        for part in message.parts.values():
            part.finish()
        self.produced.remove(message.id)
        text = "".join(part.text for _, part in sorted(message.parts.items()))
        return [ThreadItemRemovedEvent(item_id=message.id), *self._thoughts.delta(place, 0, text)]

    def say(self, text: str) -> list[ThreadStreamEvent]:
        """A message that no model has written in this run, such as the output of a tool that ended it."""
        message = _Message(id=new_id("message"), created_at=datetime.now())
        message.parts[0] = cite(self.sources, text)
        self._produce(message.id)
        self.said.append(text)
        return [
            *self.end_workflow(),
            self._noted(ThreadItemDoneEvent(item=self._message_item(message))),
        ]

    def _rest(self) -> list[ThreadStreamEvent]:
        """What is still held back of messages that are not finished."""
        return [
            told
            for message in self._messages.values()
            for index, part in message.parts.items()
            for told in _written(message.id, index, part, *part.finish())
        ]

    def _shortened(self) -> list[ThreadStreamEvent]:
        """Said once in an answer, however many requests it takes."""
        if self._is_shortened:
            return []
        self._is_shortened = True
        return [NoticeEvent(level="info", message=SHORTENED)]

    # Other output

    async def _item_added(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        match item.type:
            case "message":
                return [] if place in self._messages else self._message_added(place)
            case "reasoning":
                return self._thoughts.begin()
            case "image_generation_call":
                image = self._context.generated_image_item = GeneratedImageItem(
                    id=new_id("message"), thread_id=self._context.thread.id, created_at=datetime.now()
                )
                self._produce(image.id)
                return [*self.end_workflow(), ThreadItemAddedEvent(item=image.model_copy())]
            case _:
                return self._tool_begun(place, item)

    def _tool_begun(self, at: int, item: Any) -> list[ThreadStreamEvent]:
        task = hosted_task(item, done=False)
        if task is None:
            return []
        self._hosted[at], told = self._context.begin_task(task)
        return told

    def _tool_done(self, at: int, item: Any) -> list[ThreadStreamEvent]:
        place, task = self._hosted.pop(at, None), hosted_task(item, done=True)
        if task is None:
            return []
        return self._context.begin_task(task)[1] if place is None else self._context.change_task(place, task)

    async def _item_done(self, place: int, item: Any) -> list[ThreadStreamEvent]:
        if item.type == "message":
            return self._message_done(place, item)
        image = self._context.generated_image_item
        if item.type == "image_generation_call" and item.result and image is not None:
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
        return [_updated(item.id, GeneratedImageUpdated(image=image, progress=progress))]

    def end_workflow(self) -> list[ThreadStreamEvent]:
        """Close the open workflow, if there is one, with a line that says what it was."""
        item = self._context.workflow_item
        if item is None:
            return []
        self._context.workflow_item = None
        if item.workflow.summary is None:
            item.workflow.summary = _summary(item)
        item.workflow.expanded = False
        self._produce(item.id)
        return [ThreadItemDoneEvent(item=item)]

    def _closing(self) -> list[ThreadStreamEvent]:
        told = self.end_workflow()
        call = self._context.client_tool_call
        if call is not None:
            item = self.client_call = ClientToolCallItem(
                id=new_id("tool_call"),
                thread_id=self._context.thread.id,
                created_at=datetime.now(),
                name=call.name,
                arguments=call.arguments,
                call_id=self._call_ids.get(call.name) or new_id("tool_call"),
            )
            self._produce(item.id)
            told.append(ThreadItemDoneEvent(item=item))
        return told

    def _note_call(self, item: Any) -> None:
        """Remember a tool's call id, so that a client's output later meets the model's call."""
        raw = item.raw_item if item.type == "tool_call_item" else None
        fields: dict[str, Any] = cast("Any", raw) if isinstance(raw, dict) else getattr(raw, "__dict__", {})
        name, call_id = fields.get("name"), fields.get("call_id")
        if isinstance(name, str) and isinstance(call_id, str):
            self._call_ids[name] = call_id

    def _produce(self, item_id: str) -> None:
        if item_id not in self.produced:
            self.produced.append(item_id)


def _is_displayed(event: ThreadStreamEvent) -> bool:
    match event:
        case ThreadItemUpdatedEvent():
            return False
        case ThreadItemDoneEvent(item=AssistantMessageItem() as message):
            return any(part.text.strip() for part in message.content)
        case ThreadItemDoneEvent() | ThreadItemReplacedEvent():
            return event.item.type not in ("workflow", "task", *_UNSEEN[1:])
        case _:
            return event.type == "client_effect"


async def _pump(result: RunResultStreaming, queue: "asyncio.Queue[Any]") -> None:
    """Carry the model's events into the queue; a None at the end wakes the reader, whatever happened."""
    try:
        async for event in result.stream_events():
            queue.put_nowait(event)
    finally:
        queue.put_nowait(None)


def _parsed(kind: type[BaseModel], fields: dict[str, Any]) -> BaseModel | None:
    try:
        return kind.model_validate(fields)
    except ValidationError:  # a citation that cannot be read costs the citation, not the answer
        return None


def _summary(item: WorkflowItem) -> WorkflowSummary:
    """How long the model thought, or which tools it used."""
    if item.workflow.type == "reasoning":
        return DurationSummary(duration=int((datetime.now() - item.created_at).total_seconds()))
    titles = [task.title for task in item.workflow.tasks if task.type in ("custom", "web_search") and task.title]
    return CustomSummary(title=", ".join(dict.fromkeys(titles)) or "Worked")


def _updated(item_id: str, update: ThreadItemUpdate) -> ThreadItemUpdatedEvent:
    return ThreadItemUpdatedEvent(item_id=item_id, update=update)


def _written(
    item_id: str, index: int, part: CitedText, text: str, annotations: list[Annotation]
) -> list[ThreadStreamEvent]:
    told: list[ThreadStreamEvent] = []
    if text:
        told.append(_updated(item_id, AssistantMessageContentPartTextDelta(content_index=index, delta=text)))
    told += [_annotation_added(item_id, index, part, annotation) for annotation in annotations]
    return told


def _annotation_added(item_id: str, index: int, part: CitedText, annotation: Annotation) -> ThreadItemUpdatedEvent:
    return _updated(
        item_id,
        AssistantMessageContentPartAnnotationAdded(
            content_index=index, annotation_index=_place(part.annotations, annotation), annotation=annotation
        ),
    )


def _place(annotations: list[Annotation], annotation: Annotation) -> int:
    return next(index for index, known in enumerate(annotations) if known is annotation)
