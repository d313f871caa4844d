"""The agent `widgets`: shows the samples of frontend/src/widgets/samples, and reports what their actions carry."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from chatkit.actions import Action
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    SyncCustomActionResponse,
    ThreadItemDoneEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import DynamicWidgetRoot

from chatkit_link.caller import Caller

SAMPLES = Path(__file__).parent.parent / "src" / "widgets" / "samples"
#: What no server of ours would send: no model of the SDK takes it.
_UNCHECKED = {"hostile"}


class Widgets(ChatKitServer[Caller]):
    """The message names the samples to show, with spaces between them; "all" names all of them."""

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        asked = "".join(part.text for part in input_user_message.content) if input_user_message else ""
        names = sorted(path.stem for path in SAMPLES.glob("*.json")) if asked == "all" else asked.split()
        for name in names:
            tree = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
            widget = WidgetItem(
                id=self.store.generate_item_id("message", thread, context),
                thread_id=thread.id,
                created_at=datetime.now(),
                widget=DynamicWidgetRoot.model_construct(**tree)
                if name in _UNCHECKED
                else DynamicWidgetRoot.model_validate(tree),
            )
            yield ThreadItemDoneEvent(item=widget)

    async def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        heard = AssistantMessageItem(
            id=self.store.generate_item_id("message", thread, context),
            thread_id=thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=_told(action))],
        )
        yield ThreadItemDoneEvent(item=heard)

    async def sync_action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> SyncCustomActionResponse:
        if sender is None:
            return SyncCustomActionResponse()
        tree = sender.widget.model_dump()
        heard = {"type": "Caption", "id": "heard", "value": _told(action)}
        tree["children"] = [heard, *(child for child in tree["children"] if child.get("id") != "heard")]
        changed = sender.model_copy(update={"widget": DynamicWidgetRoot.model_validate(tree)})
        return SyncCustomActionResponse(updated_item=changed)


def _told(action: Action[str, Any]) -> str:
    return f"{action.type} {json.dumps(action.payload, sort_keys=True)}"
