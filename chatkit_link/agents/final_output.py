"""The output of a run that a tool has ended (``tool_use_behavior``), as what the user sees of it."""

from datetime import datetime
from typing import Any, cast

from agents import RunResultStreaming
from agents.items import ToolCallOutputItem
from chatkit.types import GeneratedImage, GeneratedImageItem, ThreadItemDoneEvent, ThreadStreamEvent
from pydantic import BaseModel

from chatkit_link.agents.output_text import as_markdown
from chatkit_link.agents.stream import ResponseStream
from chatkit_link.agents.tool_output import bounded

#: What a run can end with.
_ENDS = ("message_output_item", "tool_call_output_item")


def ending_tool(result: RunResultStreaming) -> ToolCallOutputItem | None:
    """The output of the tool that ended the run; None where a message or a tool in the page did."""
    last = next((item for item in reversed(result.new_items) if item.type in _ENDS), None)
    return last if isinstance(last, ToolCallOutputItem) else None


def final_events(
    result: RunResultStreaming, ended: ToolCallOutputItem, stream: ResponseStream, limit: int
) -> list[ThreadStreamEvent]:
    """The output as a message, and its images; nothing where the tool has displayed something itself, such as a widget.

    limit: characters of the message.
    """
    output = _output(result.final_output, ended.output)
    if output is None or stream.tool_displayed or stream.client_call is not None:
        return []
    parts = _parts(output)
    texts = [as_markdown(part) for part in parts if _image_url(part) is None]
    text = bounded("\n\n".join(text for text in texts if text.strip()), limit)
    images = [_image(stream, url) for part in parts if (url := _image_url(part))]
    return [*(stream.write_message(text) if text else []), *images]


def _output(final: Any, returned: Any) -> Any:
    """What the tool returned, where the final output is only that turned into text by the Agents SDK."""
    return returned if isinstance(final, str) and str(returned) == final else final


def _parts(output: Any) -> list[Any]:
    """The texts, images and files of an output, where it is a list of such, as the Agents SDK gives to a model."""
    listed = cast("list[Any]", output) if isinstance(output, list) else []
    parts = [part for part in listed if _fields(part).get("type") in ("text", "image", "file")]
    return parts if parts and len(parts) == len(listed) else [output]


def _fields(part: Any) -> dict[str, Any]:
    if isinstance(part, BaseModel):
        return part.model_dump(exclude_none=True)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _image_url(part: Any) -> str | None:
    fields = _fields(part)
    return fields.get("image_url") if fields.get("type") == "image" else None


def _image(stream: ResponseStream, url: str) -> ThreadStreamEvent:
    item = GeneratedImageItem(id=stream.new_id("message"), thread_id=stream.thread_id, created_at=datetime.now())
    item.image = GeneratedImage(id=item.id, url=url)
    return stream.show(ThreadItemDoneEvent(item=item))
