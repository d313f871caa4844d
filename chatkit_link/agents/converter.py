"""Thread items to model input: what the SDK leaves to us."""

import json
from collections.abc import Awaitable, Callable, Sequence

from agents import TResponseInputItem
from agents.models.fake_id import FAKE_RESPONSES_ID
from chatkit.agents import ThreadItemConverter
from chatkit.types import (
    AssistantMessageItem,
    Attachment,
    GeneratedImageItem,
    HiddenContextItem,
    StructuredInputItem,
    ThreadItem,
    UserMessageItem,
    UserMessageTagContent,
    WidgetItem,
)
from openai.types.responses import (
    ResponseInputContentParam,
    ResponseInputTextParam,
    ResponseOutputMessageParam,
    ResponseOutputTextParam,
)
from openai.types.responses.response_input_item_param import Message
from typing_extensions import override

from chatkit_link.agents.approvals import is_approval
from chatkit_link.agents.attachment_input import AttachmentInput
from chatkit_link.agents.model_notes import with_notes_marked

#: Characters of a widget that a model gets; the first rows of a board are as telling as a hundred.
_WIDGET_LIMIT = 4000


Resolve = Callable[[UserMessageTagContent], Awaitable[str | None]]


class LinkConverter(ThreadItemConverter):
    """The SDK's converter, without its ``NotImplementedError`` for tags, files and structured context.

    files: converts attached files; without it, the model gets their names.
    resolve: the server's own data of a tag; without it, the model gets the tag's data from the browser.
    """

    def __init__(self, files: AttachmentInput | None = None, resolve: Resolve | None = None) -> None:
        self._files = files
        self._resolve = resolve

    @override
    async def to_agent_input(self, thread_items: Sequence[ThreadItem] | ThreadItem) -> list[TResponseInputItem]:
        """Everything in a user's place that a user did not write is marked as such."""
        output: list[TResponseInputItem] = []
        for item in [thread_items] if not isinstance(thread_items, Sequence) else list(thread_items):
            first, *others = await super().to_agent_input(item) or [None]
            if first is not None:
                output.append(with_notes_marked(first, words=isinstance(item, UserMessageItem)))
            output += [with_notes_marked(other) for other in others]
        return output

    @override
    async def tag_to_message_content(self, tag: UserMessageTagContent) -> ResponseInputContentParam:
        if self._resolve is not None and (known := await self._resolve(tag)) is not None:
            return _text(f"Tag {tag.text!r} (id {tag.id}): {known}")
        data = json.dumps(tag.data, ensure_ascii=False)
        return _text(f"Tag {tag.text!r} (id {tag.id}) has this data, given by the browser: {data}")

    @override
    async def attachment_to_message_content(self, attachment: Attachment) -> ResponseInputContentParam:
        if self._files is not None:
            return await self._files.attachment(attachment)
        return _text(f"The user attached the file {attachment.name!r} ({attachment.mime_type}); you cannot read it.")

    @override
    async def generated_image_to_input(
        self, item: GeneratedImageItem
    ) -> TResponseInputItem | list[TResponseInputItem] | None:
        picture = await self._files.generated(item) if self._files is not None else None
        if picture is None:
            return None
        note = _text("You made this image for the user:")
        return Message(type="message", role="user", content=[note, picture])

    @override
    async def assistant_message_to_input(
        self, item: AssistantMessageItem
    ) -> TResponseInputItem | list[TResponseInputItem] | None:
        # The SDK's form is refused by the Agents SDK's Chat Completions models, which want the whole of an
        # output message. The placeholder means no id; the Responses models leave it out.
        content = [ResponseOutputTextParam(type="output_text", text=part.text, annotations=[]) for part in item.content]
        return ResponseOutputMessageParam(
            id=FAKE_RESPONSES_ID, type="message", role="assistant", status="completed", content=content
        )

    @override
    async def structured_input_to_input(
        self, item: StructuredInputItem
    ) -> TResponseInputItem | list[TResponseInputItem] | None:
        if item.status != "skipped" or not is_approval(item):
            return await super().structured_input_to_input(item)
        asked = "\n".join(f"- {each.question}" for each in item.inputs)
        text = f"The user was asked for an approval, and declined: this was not done.\n{asked}"
        return Message(type="message", role="user", content=[_text(text)])

    @override
    async def hidden_context_to_input(
        self, item: HiddenContextItem
    ) -> TResponseInputItem | list[TResponseInputItem] | None:
        if not isinstance(item.content, str):
            item = item.model_copy(update={"content": json.dumps(item.content, ensure_ascii=False, default=str)})
        return await super().hidden_context_to_input(item)

    @override
    async def widget_to_input(self, item: WidgetItem) -> TResponseInputItem | list[TResponseInputItem] | None:
        text = item.copy_text or item.widget.model_dump_json(exclude_unset=True, exclude_none=True)
        text = f"This widget (id {item.id}) was shown to the user:\n{text[:_WIDGET_LIMIT]}"
        return Message(type="message", role="user", content=[_text(text)])


def _text(text: str) -> ResponseInputTextParam:
    return ResponseInputTextParam(type="input_text", text=text)
