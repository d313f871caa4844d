"""Models to the bytes that a browser gets.

Two things differ from the SDK's own writing: times carry their zone, because a browser would take the
server's naive local time for its own; and what is hidden from users stays hidden in every event.
"""

from datetime import datetime
from typing import Any, TypeGuard, cast

from chatkit.types import (
    HiddenContextItem,
    Page,
    SDKHiddenContextItem,
    Thread,
    ThreadItem,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
)
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

from chatkit_link.wire.sanitize import clean_value

#: What the SDK's models leave out for clients.
_PUBLIC = {"exclude_metadata": True}
#: Looked up once: finding a generic model's class again costs more than making one of it.
_ItemPage = Page[ThreadItem]
HIDDEN = (HiddenContextItem, SDKHiddenContextItem)
HIDDEN_TYPES = frozenset(each.model_fields["type"].default for each in HIDDEN)


def is_hidden(item: ThreadItem) -> TypeGuard[HiddenContextItem | SDKHiddenContextItem]:
    return isinstance(item, HIDDEN)


def thread_response(thread: ThreadMetadata, items: Page[ThreadItem] | None = None) -> Thread:
    """The thread as clients see it: without its private metadata and hidden items."""
    page = items or _ItemPage()
    return Thread(
        id=thread.id,
        title=thread.title,
        created_at=thread.created_at,
        status=thread.status,
        allowed_image_domains=thread.allowed_image_domains,
        items=page.model_copy(update={"data": [item for item in page.data if not is_hidden(item)]}),
    )


def encode(model: BaseModel) -> bytes:
    """JSON as the SDK writes it (None fields and integration-only metadata left out), times with their zone."""
    zoned = _zoned(model)
    try:
        # As ``model_dump_json``, which would make text of the bytes.
        return zoned.__pydantic_serializer__.to_json(zoned, by_alias=True, exclude_none=True, context=_PUBLIC)
    except (PydanticSerializationError, UnicodeEncodeError):  # half an emoji, cut in two by a model's tokens
        plain = zoned.model_dump(by_alias=True, exclude_none=True, context=_PUBLIC)
        return to_json(clean_value(plain), inf_nan_mode="null")


def _zoned(model: BaseModel) -> BaseModel:
    """The model with aware times wherever the protocol puts a ``created_at``."""
    if isinstance(model, ThreadItemUpdatedEvent):  # hundreds an answer, and no time in any of them
        return model
    changes: dict[str, object] = {}
    fields: dict[str, Any] = vars(model)
    for name in ("item", "thread", "items", "updated_item"):
        inner = fields.get(name)
        if isinstance(inner, BaseModel):
            changes[name] = _zoned(inner)
    if isinstance(model, Page):
        changes["data"] = [_zoned(row) for row in fields["data"]]
    moment = fields.get("created_at")
    if isinstance(moment, datetime) and moment.tzinfo is None:
        changes["created_at"] = moment.astimezone()
    plain = cast(BaseModel, model)
    return plain.model_copy(update=changes) if changes else plain
