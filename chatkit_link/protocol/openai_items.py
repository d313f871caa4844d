"""Threads and items in the format of OpenAI's ChatKit API, checked against the openai package's own types.

That API has fewer types of items than ChatKit: what it has none for, a question to the user or a generated image
for instance, is left out, and so is every item that is hidden from the user.
"""

import json
from collections.abc import Sequence
from typing import Any

from chatkit.types import (
    Annotation,
    AssistantMessageItem,
    Attachment,
    ClientToolCallItem,
    CustomTask,
    FileSource,
    ImageAttachment,
    Task,
    TaskItem,
    ThoughtTask,
    ThreadItem,
    URLSource,
    UserMessageItem,
    UserMessageTextContent,
    WidgetItem,
    WorkflowItem,
)
from openai.types.beta.chatkit import ChatKitThread

from chatkit_link.store.tenant_threads import Listed


def as_openai_thread(thread: Listed) -> dict[str, Any]:
    """A ``ChatKitThread``, as JSON."""
    converted = ChatKitThread.model_validate(
        {
            "id": thread.id,
            "object": "chatkit.thread",
            "created_at": int(thread.created_at.timestamp()),
            "status": thread.status,
            "title": thread.title,
            "user": thread.user,
        }
    )
    return converted.model_dump(mode="json")


def as_openai_item(item: ThreadItem) -> dict[str, Any] | None:
    """One of the items of a ``ChatKitThreadItemList``, as JSON; ``None`` for what that API has no type for."""
    head = {
        "id": item.id,
        "object": "chatkit.thread_item",
        "thread_id": item.thread_id,
        "created_at": int(item.created_at.timestamp()),
    }
    match item:
        case UserMessageItem():
            return {**head, "type": "chatkit.user_message", **_user_message(item)}
        case AssistantMessageItem():
            content = [
                {"type": "output_text", "text": part.text, "annotations": _annotations(part.annotations)}
                for part in item.content
            ]
            return {**head, "type": "chatkit.assistant_message", "content": content}
        case WidgetItem():
            return {**head, "type": "chatkit.widget", "widget": item.widget.model_dump_json(exclude_none=True)}
        case ClientToolCallItem():
            return {
                **head,
                "type": "chatkit.client_tool_call",
                "status": "completed" if item.status == "completed" else "in_progress",
                "call_id": item.call_id,
                "name": item.name,
                "arguments": json.dumps(item.arguments),
                "output": json.dumps(item.output) if item.status == "completed" else None,
            }
        case TaskItem():
            task = _task(item.task)
            return {**head, "type": "chatkit.task", "task_type": task.pop("type"), **task}
        case WorkflowItem():
            return {**head, "type": "chatkit.task_group", "tasks": [_task(task) for task in item.workflow.tasks]}
        case _:
            return None


def _user_message(item: UserMessageItem) -> dict[str, Any]:
    quoted = [{"type": "quoted_text", "text": item.quoted_text}] if item.quoted_text else []
    text = "".join(part.text if isinstance(part, UserMessageTextContent) else f"@{part.text}" for part in item.content)
    options = item.inference_options
    choice = {"id": options.tool_choice.id} if options.tool_choice else None
    chosen = {"model": options.model, "tool_choice": choice} if options.model or choice else None
    return {
        "content": [*quoted, {"type": "input_text", "text": text}],
        "attachments": [_attachment(attachment) for attachment in item.attachments],
        "inference_options": chosen,
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "type": attachment.type,
        "name": attachment.name,
        "mime_type": attachment.mime_type,
        "preview_url": str(attachment.preview_url) if isinstance(attachment, ImageAttachment) else None,
    }


def _annotations(given: Sequence[Annotation]) -> list[dict[str, Any]]:
    """Those with a source that the API knows: a page or a file."""
    annotations: list[dict[str, Any]] = []
    for annotation in given:
        match annotation.source:
            case URLSource(url=url):
                annotations.append({"type": "url", "source": {"type": "url", "url": url}})
            case FileSource(filename=filename):
                annotations.append({"type": "file", "source": {"type": "file", "filename": filename}})
            case _:
                pass
    return annotations


def _task(task: Task) -> dict[str, Any]:
    summary = task.content if isinstance(task, CustomTask | ThoughtTask) else None
    task_type = "thought" if isinstance(task, ThoughtTask) else "custom"
    return {"type": task_type, "heading": task.title, "summary": summary}
