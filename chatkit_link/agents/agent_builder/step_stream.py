"""A run inside a workflow as ChatKit events: the text of a step that is not for the user is not sent as a message.

Of a structured output that is the answer the user reads the text of one field, as it is being written.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from chatkit.types import AssistantMessageItem, ThreadItemDoneEvent, ThreadItemRemovedEvent, ThreadStreamEvent
from typing_extensions import override

from chatkit_link.agents.agent_builder.output_kind import OutputKind, Rank
from chatkit_link.agents.agent_builder.text_field import TextField
from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.stream import ResponseStream

_MESSAGE = ("response.output_text.", "response.refusal.", "response.content_part.")


class StepStream(ResponseStream):
    """Translates the run of one step.

    speaking: what is written now; only text and fields with a text of their own are sent. keep_open: the workflow item
    goes on with the next step. has_output: whether it has written to the user. texts: its messages, by their ids.
    """

    KEPT: ClassVar[tuple[str, ...]] = (*ResponseStream.KEPT, "has_output", "texts")

    def __init__(self, context: LinkContext, speaking: Callable[[], OutputKind], *, keep_open: bool) -> None:
        super().__init__(context)
        self._speaking = speaking
        self._keep_open = keep_open
        #: By the place of the message in the response.
        self._fields: dict[int, TextField] = {}
        self.has_output = False
        self.texts: dict[str, str] = {}

    @override
    def _noted(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        if isinstance(event, ThreadItemDoneEvent) and isinstance(event.item, AssistantMessageItem):
            self.texts[event.item.id] = "".join(part.text for part in event.item.content)
        elif isinstance(event, ThreadItemRemovedEvent):
            self.texts.pop(event.item_id, None)
        return super()._noted(event)

    @override
    async def _raw(self, event: Any) -> Sequence[ThreadStreamEvent]:
        if event.type == "response.created":
            self._fields.clear()
        if not _is_message(event) and event.type != "response.completed":
            return await super()._raw(event)
        kind = self._speaking()
        if kind.path is not None:
            return await self._field_of(event, kind.path)
        if kind.rank is not Rank.TEXT:
            self._has_message = True  # there is one, and it is not for the user
            return () if _is_message(event) else await super()._raw(event)
        self.has_output = self.has_output or _is_message(event)
        return await super()._raw(event)

    async def _field_of(self, event: Any, path: Sequence[str]) -> Sequence[ThreadStreamEvent]:
        """What an event of a structured message adds to the text that the user reads."""
        match event.type:
            case "response.output_text.delta":
                field = self._fields.setdefault(event.output_index, TextField(path))
                text = field.feed(event.delta)
                return self._sent(self._write(event.output_index, event.content_index, text)) if text else ()
            case "response.output_item.done":
                message = _read(event.item, path)
                self._has_message = True
                return self._sent(self._end_message(event.output_index, message)) if message.content else ()
            case "response.completed":
                output = [_read(item, path) if item.type == "message" else item for item in event.response.output]
                shown = [item for item in output if item.type != "message" or item.content]
                events = self._completed(SimpleNamespace(output=shown))
                return self._sent(events) if events else ()
            case _ if event.type.startswith("response.refusal."):
                return self._sent(list(await super()._raw(event)))
            case _:
                return ()

    def _sent(self, events: list[ThreadStreamEvent]) -> list[ThreadStreamEvent]:
        self.has_output = True
        return events

    @override
    def _closing(self) -> list[ThreadStreamEvent]:
        if self._keep_open and self._context.client_tool_call is None:
            return []
        return super()._closing()


def _read(message: Any, path: Sequence[str]) -> Any:
    """A structured message with the text of its field in place of its JSON; a refusal stays."""
    contents: list[Any] = []
    for content in message.content or ():
        text = TextField(path).feed(content.text or "") if content.type == "output_text" else None
        if text is None or text.strip():
            contents.append(content if text is None else SimpleNamespace(type="output_text", text=text))
    return SimpleNamespace(type="message", content=contents)


def _is_message(event: Any) -> bool:
    if event.type in ("response.output_item.added", "response.output_item.done"):
        return event.item.type == "message"
    return event.type.startswith(_MESSAGE)
