"""Threads, items and attachments to be stored: one of every type that the SDK has."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from chatkit import types as wire
from pydantic import AnyUrl

#: Everything is made at one and the same moment, so that no store can get by with sorting by time.
WHEN: Final = datetime(2026, 1, 2, 3, 4, 5, 678901)  # noqa: DTZ001 - naive, as the SDK makes them


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"


def thread(thread_id: str | None = None, *, title: str | None = None) -> wire.ThreadMetadata:
    return wire.ThreadMetadata(id=thread_id or new_id("thr"), created_at=WHEN, title=title)


def message(thread_id: str, text: str, item_id: str | None = None) -> wire.AssistantMessageItem:
    return wire.AssistantMessageItem(
        **_head(thread_id, item_id or new_id("msg")), content=[wire.AssistantMessageContent(text=text)]
    )


def attachment(
    attachment_id: str | None = None, *, name: str = "a.pdf", thread_id: str | None = None
) -> wire.Attachment:
    return wire.FileAttachment(
        id=attachment_id or new_id("atc"),
        name=name,
        mime_type="application/pdf",
        thread_id=thread_id,
        metadata={"pages": 3, "by": name},
    )


def image(attachment_id: str) -> wire.Attachment:
    return wire.ImageAttachment(
        id=attachment_id,
        name="a.png",
        mime_type="image/png",
        preview_url=AnyUrl("https://example.org/a.png"),
        upload_descriptor=wire.AttachmentUploadDescriptor(
            url=AnyUrl("https://example.org/put?x=1"), method="PUT", headers={"X-Size": "1"}
        ),
    )


def _user(head: dict[str, Any], text: str) -> wire.ThreadItem:
    tag = wire.UserMessageTagContent(id="t1", text=text, data={"n": [1, None, {"deep": True}]})
    return wire.UserMessageItem(
        **head,
        content=[wire.UserMessageTextContent(text=text), tag],
        attachments=[attachment("atc_in_message")],
        quoted_text=text,
        inference_options=wire.InferenceOptions(model="m", tool_choice=wire.ToolChoice(id="search")),
    )


def _assistant(head: dict[str, Any], text: str) -> wire.ThreadItem:
    note = wire.Annotation(source=wire.URLSource(title=text, url="https://example.org/?q=ä"), index=1)
    return wire.AssistantMessageItem(**head, content=[wire.AssistantMessageContent(text=text, annotations=[note])])


def _tool_call(head: dict[str, Any], text: str) -> wire.ThreadItem:
    arguments = {"text": text, "none": None, "number": 1.5, "big": 2**53}
    return wire.ClientToolCallItem(**head, call_id="call_1", name="locate", arguments=arguments, output=[text])


def _widget(head: dict[str, Any], text: str) -> wire.ThreadItem:
    card = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": text}]}
    return wire.WidgetItem.model_validate({**head, "widget": card, "copy_text": text})


def _image(head: dict[str, Any], text: str) -> wire.ThreadItem:
    return wire.GeneratedImageItem(**head, image=wire.GeneratedImage(id=text, url="https://example.org/1.png"))


def _question(head: dict[str, Any], text: str) -> wire.ThreadItem:
    answer = wire.StructuredInputAnswer(values=[text])
    option = wire.StructuredInputMultipleChoiceOption(value=text)
    return wire.StructuredInputItem(
        **head,
        status="answered",
        inputs=[
            wire.StructuredInputFreeform(id="q1", question=text, answer=answer),
            wire.StructuredInputMultipleChoice(id="q2", question=text, options=[option], multiple=True),
        ],
    )


def _workflow(head: dict[str, Any], text: str) -> wire.ThreadItem:
    tasks: list[wire.Task] = [
        wire.SearchTask(queries=[text], sources=[wire.URLSource(title=text, url="https://example.org")]),
        wire.ThoughtTask(content=text, status_indicator="complete"),
    ]
    summary = wire.DurationSummary(duration=3)
    return wire.WorkflowItem(**head, workflow=wire.Workflow(type="reasoning", tasks=tasks, summary=summary))


def _task(head: dict[str, Any], text: str) -> wire.ThreadItem:
    return wire.TaskItem(**head, task=wire.CustomTask(title=text))


def _hidden(head: dict[str, Any], text: str) -> wire.ThreadItem:
    return wire.HiddenContextItem(**head, content={"context": text})


def _sdk_hidden(head: dict[str, Any], text: str) -> wire.ThreadItem:
    return wire.SDKHiddenContextItem(**head, content=text)


def _end(head: dict[str, Any], text: str) -> wire.ThreadItem:
    return wire.EndOfTurnItem(**head)


ITEM_TYPES: Final[dict[str, Callable[[dict[str, Any], str], wire.ThreadItem]]] = {
    "user_message": _user,
    "assistant_message": _assistant,
    "client_tool_call": _tool_call,
    "widget": _widget,
    "generated_image": _image,
    "structured_input": _question,
    "workflow": _workflow,
    "task": _task,
    "hidden_context_item": _hidden,
    "sdk_hidden_context": _sdk_hidden,
    "end_of_turn": _end,
}


def item(item_type: str, thread_id: str, item_id: str, text: str) -> wire.ThreadItem:
    return ITEM_TYPES[item_type](_head(thread_id, item_id), text)


def _head(thread_id: str, item_id: str) -> dict[str, Any]:
    return {"id": item_id, "thread_id": thread_id, "created_at": WHEN}
