"""The other side of the wire: the SDK's own ``ChatKitServer`` on a real socket, with a scripted answer.

What a user writes chooses the script: "everything" sends every type of event and of update, "tool" and
"form" leave something pending, "slow" does not end by itself, "fail" fails; anything else is echoed.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from chatkit import types as wire
from chatkit.actions import Action
from chatkit.errors import CustomStreamError
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import AttachmentStore, NotFoundError, Store
from chatkit.widgets import DynamicWidgetComponent, DynamicWidgetRoot
from pydantic import AnyUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

RUN = "run_1"
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncGenerator[str]:
    """``app`` on a free port of 127.0.0.1; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Listening(
            uvicorn.Config(
                app,
                log_level="warning",
                lifespan="off",
                proxy_headers=False,
                timeout_graceful_shutdown=1,
                # On a busy machine a client may use a connection again after more than the usual five seconds.
                timeout_keep_alive=600,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(30):
                await server.ready.wait()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class MemoryStore(Store[None]):
    """Threads, items and attachments in dictionaries, in the order they came."""

    def __init__(self) -> None:
        self.threads: dict[str, wire.ThreadMetadata] = {}
        self.items: dict[str, dict[str, wire.ThreadItem]] = {}
        self.attachments: dict[str, wire.Attachment] = {}

    async def load_thread(self, thread_id: str, context: None) -> wire.ThreadMetadata:
        if thread_id not in self.threads:
            raise NotFoundError(thread_id)
        return self.threads[thread_id].model_copy(deep=True)

    async def save_thread(self, thread: wire.ThreadMetadata, context: None) -> None:
        self.threads[thread.id] = thread.model_copy(deep=True)

    async def load_threads(
        self, limit: int, after: str | None, order: str, context: None
    ) -> wire.Page[wire.ThreadMetadata]:
        threads = [await self.load_thread(thread_id, context) for thread_id in self.threads]
        return _page(threads, limit, after, order)

    async def delete_thread(self, thread_id: str, context: None) -> None:
        self.threads.pop(thread_id, None)
        self.items.pop(thread_id, None)

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: None
    ) -> wire.Page[wire.ThreadItem]:
        items = [item.model_copy(deep=True) for item in self.items.get(thread_id, {}).values()]
        return _page(items, limit, after, order)

    async def add_thread_item(self, thread_id: str, item: wire.ThreadItem, context: None) -> None:
        self.items.setdefault(thread_id, {})[item.id] = item.model_copy(deep=True)

    async def save_item(self, thread_id: str, item: wire.ThreadItem, context: None) -> None:
        await self.add_thread_item(thread_id, item, context)

    async def load_item(self, thread_id: str, item_id: str, context: None) -> wire.ThreadItem:
        return self.items[thread_id][item_id].model_copy(deep=True)

    async def delete_thread_item(self, thread_id: str, item_id: str, context: None) -> None:
        self.items.get(thread_id, {}).pop(item_id, None)

    async def save_attachment(self, attachment: wire.Attachment, context: None) -> None:
        self.attachments[attachment.id] = attachment

    async def load_attachment(self, attachment_id: str, context: None) -> wire.Attachment:
        return self.attachments[attachment_id]

    async def delete_attachment(self, attachment_id: str, context: None) -> None:
        self.attachments.pop(attachment_id, None)


def _page(rows: list[Any], limit: int, after: str | None, order: str) -> wire.Page[Any]:
    rows = rows if order == "asc" else rows[::-1]
    start = next((index + 1 for index, row in enumerate(rows) if row.id == after), 0)
    data = rows[start : start + limit]
    has_more = len(rows) > start + limit
    return wire.Page(data=data, has_more=has_more, after=data[-1].id if has_more else None)


class MemoryAttachments(AttachmentStore[None]):
    async def create_attachment(self, input: wire.AttachmentCreateParams, context: None) -> wire.Attachment:  # noqa: A002
        where = wire.AttachmentUploadDescriptor(url=AnyUrl("http://127.0.0.1/upload"), method="PUT")
        new = self.generate_attachment_id(input.mime_type, context)
        return wire.FileAttachment(id=new, name=input.name, mime_type=input.mime_type, upload_descriptor=where)

    async def delete_attachment(self, attachment_id: str, context: None) -> None:
        """There are no bytes to delete."""


class Peer(ChatKitServer[None]):
    """Remembers what it was told: ``feedback``, and the runs somebody ``cancelled``."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), MemoryAttachments())
        self.feedback: list[tuple[str, list[str], str]] = []
        self.cancelled: list[str] = []

    async def respond(
        self, thread: wire.ThreadMetadata, input_user_message: wire.UserMessageItem | None, context: None
    ) -> AsyncIterator[wire.ThreadStreamEvent]:
        said = "".join(part.text for part in input_user_message.content) if input_user_message else "thanks"
        match said:
            case "everything":
                thread.title = "Leases"
                for event in everything(thread.id):
                    yield event
            case "tool":
                call = wire.ClientToolCallItem(
                    **_head("tool", thread.id), call_id="call_1", name="locate", arguments={"exact": True}
                )
                yield wire.ThreadItemDoneEvent(item=call)
            case "form":
                asked = wire.StructuredInputFreeform(id="q1", question="Which town?")
                yield wire.ThreadItemDoneEvent(
                    item=wire.StructuredInputItem(**_head("form", thread.id), inputs=[asked])
                )
            case "slow":
                yield wire.ThreadItemAddedEvent(item=message(thread.id, "slow", "Let me think"))
                await asyncio.Event().wait()
            case "fail":
                raise CustomStreamError("The model is not there.", allow_retry=True)
            case _:
                new = self.store.generate_item_id("message", thread, context)
                yield wire.ThreadItemDoneEvent(item=message(thread.id, new, f"You said: {said}"))

    async def action(
        self, thread: wire.ThreadMetadata, action: Action[str, Any], sender: wire.WidgetItem | None, context: None
    ) -> AsyncIterator[wire.ThreadStreamEvent]:
        yield wire.ThreadItemDoneEvent(item=message(thread.id, "acted", f"{action.type} {action.payload}"))

    async def sync_action(
        self, thread: wire.ThreadMetadata, action: Action[str, Any], sender: wire.WidgetItem | None, context: None
    ) -> wire.SyncCustomActionResponse:
        return wire.SyncCustomActionResponse(updated_item=sender)

    async def add_feedback(
        self, thread_id: str, item_ids: list[str], feedback: wire.FeedbackKind, context: None
    ) -> None:
        self.feedback.append((thread_id, item_ids, feedback))

    async def transcribe(self, audio_input: wire.AudioInput, context: None) -> wire.TranscriptionResult:
        return wire.TranscriptionResult(text=f"{len(audio_input.data)} bytes of {audio_input.media_type}")

    @property
    def app(self) -> Starlette:
        """POST /chatkit as the SDK's guide writes it, refusals as problem documents, and a run to cancel."""

        async def chatkit(request: Request) -> Response:
            try:
                result = await self.process(await request.body(), None)
            except NotFoundError:
                problem = {"title": "Not found", "detail": "There is no such thread.", "request_id": "req_1"}
                return JSONResponse(problem, 404, media_type="application/problem+json")
            if isinstance(result, StreamingResult):
                return StreamingResponse(_ended(result), media_type="text/event-stream", headers={"X-Run-Id": RUN})
            return Response(result.json, media_type="application/json")

        async def cancel(request: Request) -> Response:
            self.cancelled.append(request.path_params["run"])
            return JSONResponse({})

        return Starlette(
            routes=[
                Route("/chatkit", chatkit, methods=["POST"]),
                Route("/chatkit/runs/{run}/cancel", cancel, methods=["POST"]),
            ]
        )


def message(thread_id: str, item_id: str, text: str) -> wire.AssistantMessageItem:
    return wire.AssistantMessageItem(**_head(item_id, thread_id), content=[wire.AssistantMessageContent(text=text)])


def _head(item_id: str, thread_id: str) -> dict[str, Any]:
    return {"id": item_id, "thread_id": thread_id, "created_at": WHEN}


def card(text: str, badge: str = "new") -> DynamicWidgetRoot:
    tree = {
        "type": "Card",
        "status": {"text": "Found 1 result"},
        "children": [
            {"type": "Title", "value": "Leases"},
            {
                "type": "Row",
                "children": [{"type": "Icon", "name": "globe"}, {"type": "Badge", "id": "b", "label": badge}],
            },
            {"type": "Markdown", "id": "t", "value": text, "streaming": True},
        ],
    }
    return DynamicWidgetRoot.model_validate(tree)


async def _ended(events: StreamingResult) -> AsyncIterator[bytes]:
    """With the mark of a server that names its runs."""
    async for event in events:
        yield event
    yield b": end\n\n"


def everything(thread_id: str) -> list[wire.ThreadStreamEvent]:
    """Every type of event but the two about threads and the stream options, and every type of update."""
    source = wire.URLSource(title="Leases", url="https://example.org/leases")
    content = wire.AssistantMessageContent(text="")
    note = wire.Annotation(source=source, index=8)
    done = wire.AssistantMessageContent(text="A *lease* is a contract.", annotations=[note])
    task, finished = (
        wire.SearchTask(queries=["lease"], status_indicator="loading"),
        wire.SearchTask(queries=["lease"], status_indicator="complete", sources=[source]),
    )
    flow = wire.WorkflowItem(**_head("flow", thread_id), workflow=wire.Workflow(type="custom", tasks=[]))
    image = wire.GeneratedImage(id="img", url="https://example.org/1.png")
    badge = DynamicWidgetComponent.model_validate({"type": "Badge", "id": "b", "label": "seen"})
    updates: list[tuple[str, wire.ThreadItemUpdate]] = [
        ("flow", wire.WorkflowTaskAdded(task_index=0, task=task)),
        ("flow", wire.WorkflowTaskUpdated(task_index=0, task=finished)),
        ("card", wire.WidgetStreamingTextValueDelta(component_id="t", delta=" two", done=False)),
        ("card", wire.WidgetComponentUpdated(component_id="b", component=badge)),
        ("card", wire.WidgetRootUpdated(widget=card("one two three", "seen"))),
        ("image", wire.GeneratedImageUpdated(image=image, progress=1.0)),
        ("answer", wire.AssistantMessageContentPartAdded(content_index=0, content=content)),
        ("answer", wire.AssistantMessageContentPartTextDelta(content_index=0, delta="A *lease")),
        ("answer", wire.AssistantMessageContentPartTextDelta(content_index=0, delta="* is")),
        (
            "answer",
            wire.AssistantMessageContentPartAnnotationAdded(content_index=0, annotation_index=0, annotation=note),
        ),
        ("answer", wire.AssistantMessageContentPartDone(content_index=0, content=done)),
    ]
    answer = wire.AssistantMessageItem(**_head("answer", thread_id), content=[])
    widget = wire.WidgetItem(**_head("card", thread_id), widget=card("one"))
    started: list[wire.ThreadItem] = [flow, widget, wire.GeneratedImageItem(**_head("image", thread_id)), answer]
    ended: list[wire.ThreadItem] = [
        flow.model_copy(update={"workflow": wire.Workflow(type="custom", tasks=[finished])}),
        widget.model_copy(update={"widget": card("one two three", "seen")}),
        wire.GeneratedImageItem(**_head("image", thread_id), image=image),
        answer.model_copy(update={"content": [done]}),
    ]
    return [
        wire.ProgressUpdateEvent(icon="search", text="Searching"),
        *(wire.ThreadItemAddedEvent(item=item) for item in [*started, message(thread_id, "draft", "never mind")]),
        *(wire.ThreadItemUpdatedEvent(item_id=item_id, update=update) for item_id, update in updates),
        *(wire.ThreadItemDoneEvent(item=item) for item in ended),
        wire.ThreadItemRemovedEvent(item_id="draft"),
        wire.ThreadItemReplacedEvent(item=ended[0]),
        wire.ClientEffectEvent(name="highlight", data={"id": "answer"}),
        wire.NoticeEvent(level="info", title="Sources", message="One source was found."),
        wire.ErrorEvent(message="The rest is missing."),
    ]
