"""Items of hosted threads as items of ours: the way back of ``protocol/openai_items.py``.

The openai package takes whatever OpenAI answers; here each item is held against the package's own types first.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import chatkit.types as ours
from openai import BaseModel as OpenAIModel
from openai.types.beta.chatkit import (
    ChatKitAttachment,
    ChatKitThread,
    ChatKitThreadAssistantMessageItem,
    ChatKitThreadUserMessageItem,
    ChatKitWidgetItem,
)
from openai.types.beta.chatkit.chatkit_response_output_text import Annotation
from openai.types.beta.chatkit.chatkit_thread_item_list import (
    Data,
    DataChatKitClientToolCall,
    DataChatKitTask,
    DataChatKitTaskGroup,
    DataChatKitTaskGroupTask,
)
from pydantic import TypeAdapter

from chatkit_link.store.clock import to_model

_ITEM: Final[TypeAdapter[Any]] = TypeAdapter(Data)
_ATTACHMENT: Final[TypeAdapter[ours.Attachment]] = TypeAdapter(ours.Attachment)
_KIND = re.compile(r"[a-z0-9_.]{1,60}")


@dataclass(slots=True)
class Brought:
    """An item of ours; ``None`` if it cannot be one. notes: messages about what was not imported."""

    item: ours.ThreadItem | None
    notes: list[str] = field(default_factory=list[str])


def from_hosted_thread(thread: ChatKitThread) -> ours.ThreadMetadata:
    """Raises ValueError for a thread that does not match the package's type."""
    known = ChatKitThread.model_validate(thread.to_dict(warnings=False))
    return ours.ThreadMetadata.model_validate(
        {
            "id": known.id,
            "created_at": _moment(known.created_at),
            "title": known.title,
            "status": known.status.model_dump(include={"type", "reason"}),
        }
    )


def from_hosted_item(given: Any, thread_id: str) -> Brought:
    """given: an item as returned by the openai package. thread_id: of the thread it was requested from."""
    # What is no object at all, the package passes on as it is.
    raw: dict[str, Any] = given.to_dict(warnings=False) if isinstance(given, OpenAIModel) else {}
    try:
        return _brought(_ITEM.validate_python(raw), thread_id)
    except (ValueError, RecursionError):
        kind = str(raw.get("type"))
        named = f" of type {kind}" if _KIND.fullmatch(kind) else ""
        return Brought(None, [f"An item{named} cannot be read."])


def _brought(item: Any, thread_id: str) -> Brought:
    head: dict[str, Any] = {"id": item.id, "thread_id": thread_id, "created_at": _moment(item.created_at)}
    match item:
        case ChatKitThreadUserMessageItem():
            return _user_message(item, head)
        case ChatKitThreadAssistantMessageItem():
            content = [
                ours.AssistantMessageContent(text=part.text, annotations=[_source(given) for given in part.annotations])
                for part in item.content
            ]
            return Brought(ours.AssistantMessageItem(**head, content=content))
        case ChatKitWidgetItem():
            return Brought(ours.WidgetItem.model_validate({**head, "widget": json.loads(item.widget)}))
        case DataChatKitClientToolCall():
            return _tool_call(item, head)
        case DataChatKitTask():
            return Brought(ours.TaskItem(**head, task=_task(item.task_type, item.heading, item.summary)))
        case DataChatKitTaskGroup():
            return Brought(ours.WorkflowItem(**head, workflow=_workflow(item.tasks)))
        case _:
            raise ValueError("an unknown item type")


def _moment(seconds: int) -> datetime:
    """seconds: since 1970, as OpenAI's API gives times."""
    try:
        return to_model(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError):
        raise ValueError("a time that no calendar has") from None


def _user_message(item: ChatKitThreadUserMessageItem, head: dict[str, Any]) -> Brought:
    quoted = "\n\n".join(part.text for part in item.content if part.type == "quoted_text")
    chosen = item.inference_options
    tool = ours.ToolChoice(id=chosen.tool_choice.id) if chosen and chosen.tool_choice else None
    message = ours.UserMessageItem(
        **head,
        content=[ours.UserMessageTextContent(text=part.text) for part in item.content if part.type == "input_text"],
        attachments=[_attachment(attachment, head["thread_id"]) for attachment in item.attachments],
        quoted_text=quoted or None,
        inference_options=ours.InferenceOptions(model=chosen.model if chosen else None, tool_choice=tool),
    )
    # OpenAI's API gives a file's name but no way to download its bytes.
    return Brought(message, [f"The bytes of {len(message.attachments)} files stay at OpenAI."] * bool(item.attachments))


def _attachment(given: ChatKitAttachment, thread_id: str) -> ours.Attachment:
    """A picture that nothing shows is a file."""
    fields = {"id": given.id, "name": given.name, "mime_type": given.mime_type, "thread_id": thread_id}
    if given.type == "image" and given.preview_url and urlsplit(given.preview_url).scheme in {"http", "https"}:
        return _ATTACHMENT.validate_python({**fields, "type": "image", "preview_url": given.preview_url})
    return ours.FileAttachment.model_validate(fields)


def _source(given: Annotation) -> ours.Annotation:
    if given.type == "file":
        name = given.source.filename
        return ours.Annotation(source=ours.FileSource(title=name, filename=name))
    url = given.source.url
    return ours.Annotation(source=ours.URLSource(title=urlsplit(url).hostname or url, url=url))


def _tool_call(item: DataChatKitClientToolCall, head: dict[str, Any]) -> Brought:
    """One that was never answered is closed: no page may carry it out today because its thread was opened."""
    call = ours.ClientToolCallItem.model_validate(
        {
            **head,
            "status": "completed",
            "call_id": item.call_id,
            "name": item.name,
            "arguments": json.loads(item.arguments or "{}"),
            "output": json.loads(item.output) if item.output else None,
        }
    )
    open_ = item.status == "in_progress"
    return Brought(call, ["A client tool call that was never answered is stored without an output."] * open_)


def _task(kind: str, heading: str | None, summary: str | None) -> ours.CustomTask | ours.ThoughtTask:
    if kind == "thought":
        return ours.ThoughtTask(title=heading, content=summary or "", status_indicator="complete")
    return ours.CustomTask(title=heading, content=summary, status_indicator="complete")


def _workflow(tasks: list[DataChatKitTaskGroupTask]) -> ours.Workflow:
    kind = "reasoning" if tasks and all(task.type == "thought" for task in tasks) else "custom"
    return ours.Workflow(type=kind, tasks=[_task(task.type, task.heading, task.summary) for task in tasks])
