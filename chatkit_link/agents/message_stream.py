"""The messages of a run while a model writes them: our ids, their parts, and the citations in them.

Messages are known by their place in the response: servers give one message several ids, or many the same.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from chatkit.agents import ResponseStreamConverter
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)
from openai.types.responses.response_output_text import (
    AnnotationContainerFileCitation,
    AnnotationFileCitation,
    AnnotationURLCitation,
)
from pydantic import BaseModel, ValidationError

from chatkit_link.agents.citations import CitedText, cite
from chatkit_link.agents.context import LinkContext
from chatkit_link.store.postgres import id_prefix

_CITATIONS: dict[str, type[BaseModel]] = {
    "url_citation": AnnotationURLCitation,
    "file_citation": AnnotationFileCitation,
    "container_file_citation": AnnotationContainerFileCitation,
}


@dataclass(slots=True)
class _Message:
    """A message that is being written: our id, its parts so far, and how much of the server's text is in each."""

    id: str
    created_at: datetime
    parts: dict[int, CitedText] = field(default_factory=dict[int, CitedText])
    read: dict[int, int] = field(default_factory=dict[int, int])


class MessageStream:
    """Translates the messages of one run."""

    def __init__(self, context: LinkContext, converter: ResponseStreamConverter) -> None:
        self._context = context
        self._converter = converter
        self._open: dict[int, _Message] = {}

    def forget_places(self) -> None:
        """The next response counts its output items from 0."""
        self._open.clear()

    def _new_message(self, place: int) -> _Message:
        steps = self._context.steps
        message_id = steps.new_id(id_prefix("message"), f"{steps.response_key}/message/{place}")
        return _Message(id=message_id, created_at=datetime.now())

    def begin(self, place: int) -> list[ThreadStreamEvent]:
        """Some servers start a message twice."""
        if place in self._open:
            return []
        message = self._open[place] = self._new_message(place)
        return [ThreadItemAddedEvent(item=self._item(message))]

    def begin_part(self, place: int, index: int) -> list[ThreadStreamEvent]:
        message = self._open.get(place)
        if message is None:
            return []
        message.parts.setdefault(index, CitedText(self._context.sources))
        content = AssistantMessageContent(text="", annotations=[])
        return [_updated(message.id, AssistantMessageContentPartAdded(content_index=index, content=content))]

    def write(self, place: int, index: int, delta: str) -> list[ThreadStreamEvent] | None:
        """More text; None where no message was started. Some servers write into a part that they have not started."""
        message = self._open.get(place)
        if message is None:
            return None
        part = message.parts.get(index)
        message.read[index] = message.read.get(index, 0) + len(delta)
        if part is None:
            part_events = self.begin_part(place, index)
            return part_events + _written(message.id, index, message.parts[index], *message.parts[index].feed(delta))
        return _written(message.id, index, part, *part.feed(delta))

    def end_part(self, place: int, index: int) -> list[ThreadStreamEvent]:
        message = self._open.get(place)
        part = message.parts.get(index) if message else None
        if message is None or part is None:
            return []
        events = _written(message.id, index, part, *part.finish())
        content = AssistantMessageContent(text=part.text, annotations=list(part.annotations))
        return [*events, _updated(message.id, AssistantMessageContentPartDone(content_index=index, content=content))]

    async def annotate(self, place: int, index: int, given: Any) -> list[ThreadStreamEvent]:
        """A citation that the provider made itself, by its own web or file search."""
        message = self._open.get(place)
        annotation = await self._annotation(given)
        if message is None or annotation is None:
            return []
        part = message.parts.setdefault(index, CitedText(self._context.sources))
        part.annotations.append(annotation)
        return [_annotation_added(message.id, index, part, annotation)]

    async def _annotation(self, given: Any) -> Annotation | None:
        if isinstance(given, dict):  # the client parses some of these into no class (see also chatkit/agents.py)
            fields = cast("dict[str, Any]", given)
            annotation_class = _CITATIONS.get(fields.get("type", ""))
            given = None if annotation_class is None else _parsed(annotation_class, fields)
        match getattr(given, "type", None):
            case "url_citation":
                return await self._converter.url_citation_to_annotation(given)
            case "file_citation":
                return await self._converter.file_citation_to_annotation(given)
            case "container_file_citation":
                return await self._converter.container_file_citation_to_annotation(given)
            case _:
                return None

    def end(self, place: int, contents: list[Any]) -> list[ThreadStreamEvent]:
        """The message is whole. contents: its parts as the server has them at the end."""
        message = self._open.pop(place, None) or self._new_message(place)
        for index, content in enumerate(contents or ()):
            part = message.parts.setdefault(index, CitedText(self._context.sources))
            text = (content.text if content.type == "output_text" else content.refusal) or ""
            # What was not streamed, such as all of it.
            part.feed(text[message.read.get(index, 0) :])
            part.finish()
        return [ThreadItemDoneEvent(item=self._item(message))]

    def recall(self, place: int) -> tuple[str, str] | None:
        """Take a message back that was started in error: its id and its text so far."""
        message = self._open.pop(place, None)
        if message is None:
            return None
        for part in message.parts.values():
            part.finish()
        return message.id, "".join(part.text for _, part in sorted(message.parts.items()))

    def whole(self, text: str) -> ThreadStreamEvent:
        """A message that no model has written in this run."""
        parts = {0: cite(self._context.sources, text)}
        message = _Message(id=self._context.generate_id("message"), created_at=datetime.now(), parts=parts)
        return ThreadItemDoneEvent(item=self._item(message))

    def rest(self) -> list[ThreadStreamEvent]:
        """What is still held back of messages that are not whole."""
        return [
            events
            for message in self._open.values()
            for index, part in message.parts.items()
            for events in _written(message.id, index, part, *part.finish())
        ]

    def _item(self, message: _Message) -> AssistantMessageItem:
        return AssistantMessageItem(
            id=message.id,
            thread_id=self._context.thread.id,
            created_at=message.created_at,
            content=[
                AssistantMessageContent(text=part.text, annotations=list(part.annotations))
                for _, part in sorted(message.parts.items())
            ],
        )


def _parsed(annotation_class: type[BaseModel], fields: dict[str, Any]) -> BaseModel | None:
    try:
        return annotation_class.model_validate(fields)
    except ValidationError:  # a citation that cannot be read costs the citation, not the answer
        return None


def _updated(item_id: str, update: ThreadItemUpdate) -> ThreadItemUpdatedEvent:
    return ThreadItemUpdatedEvent(item_id=item_id, update=update)


def _written(
    item_id: str, index: int, part: CitedText, text: str, annotations: list[Annotation]
) -> list[ThreadStreamEvent]:
    events: list[ThreadStreamEvent] = []
    if text:
        events.append(_updated(item_id, AssistantMessageContentPartTextDelta(content_index=index, delta=text)))
    events += [_annotation_added(item_id, index, part, annotation) for annotation in annotations]
    return events


def _annotation_added(item_id: str, index: int, part: CitedText, annotation: Annotation) -> ThreadItemUpdatedEvent:
    return _updated(
        item_id,
        AssistantMessageContentPartAnnotationAdded(
            content_index=index, annotation_index=_place(part.annotations, annotation), annotation=annotation
        ),
    )


def _place(annotations: list[Annotation], annotation: Annotation) -> int:
    return next(index for index, known in enumerate(annotations) if known is annotation)
