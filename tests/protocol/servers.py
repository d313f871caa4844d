"""ChatKit servers as people write them for the SDK: each overrides or does one thing."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime
from typing import Any, cast

from chatkit.agents import simple_to_agent_input
from chatkit.errors import CustomStreamError, ErrorCode, StreamError
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ErrorEvent,
    HiddenContextItem,
    NoticeEvent,
    StreamOptions,
    SyncCustomActionResponse,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    TranscriptionResult,
    UserMessageTextContent,
    WidgetItem,
)
from chatkit.widgets import DynamicWidgetRoot


def said(message: Any) -> str:
    return "".join(part.text for part in message.content) if message else ""


def say(thread: Any, text: str, item_id: str) -> AssistantMessageItem:
    return AssistantMessageItem(
        id=item_id, thread_id=thread.id, created_at=datetime.now(), content=[AssistantMessageContent(text=text)]
    )


#: What a method may raise, by what it is asked.
ENDS: dict[str, Callable[[], BaseException]] = {
    "exit": lambda: SystemExit(3),
    "interrupt": KeyboardInterrupt,
    "base": lambda: BaseException("never mind"),
    "generator": GeneratorExit,
    "cancelled": asyncio.CancelledError,
    "group": lambda: ExceptionGroup("many", [ValueError("one"), ExceptionGroup("more", [KeyError("two")])]),
}


async def _raise(error: BaseException) -> None:
    raise error


class Echo(ChatKitServer[Any]):
    """Repeats what its model would read: the message that it is given, and the one that is stored."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.attachments: list[tuple[str, str | None]] = []

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        if input_user_message:
            self.attachments = [(each.id, each.thread_id) for each in input_user_message.attachments]
        page = await self.store.load_thread_items(thread.id, None, 20, "asc", context)
        stored = [said(item) for item in page.data if item.type == "user_message"]
        new = self.store.generate_item_id("message", thread, context)
        yield ThreadItemDoneEvent(item=say(thread, f"{said(input_user_message)} / {stored[-1]}", new))


class Redacts(Echo):
    """Masks a number before anybody sees it, and marks its thread."""

    async def _build_user_message_item(self, input: Any, thread: Any, context: Any) -> Any:  # noqa: A002
        item = await super()._build_user_message_item(input, thread, context)
        item.content = [UserMessageTextContent(text=said(item).replace("4111", "xxxx"))]
        self.context = context
        thread.metadata["messages"] = thread.metadata.get("messages", 0) + 1
        return item


class RedactsLater(Echo):
    """Masks in the step between the message and its answer."""

    async def _process_new_thread_item_respond(
        self, thread: Any, item: Any, context: Any
    ) -> AsyncIterator[ThreadStreamEvent]:
        if "forbidden" in said(item):
            yield NoticeEvent(level="warning", message="Not stored.")
            return
        item = item.model_copy(update={"content": [UserMessageTextContent(text=said(item).replace("4111", "xxxx"))]})
        async for event in super()._process_new_thread_item_respond(thread, item, context):
            yield event


class Rewrites(Echo):
    """Changes the request itself."""

    async def _process_streaming_impl(self, request: Any, context: Any) -> AsyncGenerator[ThreadStreamEvent, None]:
        if hasattr(request.params, "input"):
            given = request.params.input
            text = "".join(part.text for part in given.content).replace("4111", "xxxx")
            request.params.input = given.model_copy(update={"content": [UserMessageTextContent(text=text)]})
        async for event in super()._process_streaming_impl(request, context):
            yield event


class Observes(Echo):
    """Wraps the stream: counts its events, adds some, changes a text, and looks into the store on the way."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.seen: list[str] = []
        self.stored: list[bool] = []

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        thread.metadata["asked"] = True
        item = say(thread, "", "msg_0b5e7ed1")
        yield ThreadItemAddedEvent(item=item)
        for delta in ("a ", "secret"):
            update = AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
            yield ThreadItemUpdatedEvent(item_id=item.id, update=update)
        yield ThreadItemDoneEvent(item=say(thread, "a secret", item.id))
        if said(input_user_message) == "fail":
            thread.title = "Before it failed"
            raise RuntimeError("the well is dry")
        if said(input_user_message) == "wait":
            await asyncio.Event().wait()

    async def _process_events(self, thread: Any, context: Any, stream: Any) -> AsyncIterator[ThreadStreamEvent]:
        yield NoticeEvent(level="info", message="before")
        async for event in super()._process_events(thread, context, stream):
            self.seen.append(event.type)
            if isinstance(event, ThreadItemDoneEvent):
                item = await self.store.load_item(thread.id, event.item.id, context)
                self.stored.append(item.id == event.item.id)
                yield ThreadItemDoneEvent(item=say(thread, "a ******", event.item.id))
            else:
                yield event
        new = self.store.generate_item_id("message", thread, context)
        yield ThreadItemDoneEvent(item=say(thread, f"{len(self.seen)} events", new))


class Mends(Observes):
    """Answers in words of its own where its answer failed."""

    async def _process_events(self, thread: Any, context: Any, stream: Any) -> AsyncIterator[ThreadStreamEvent]:
        async for event in super(Observes, self)._process_events(thread, context, stream):
            if isinstance(event, ErrorEvent):
                yield ThreadItemDoneEvent(item=say(thread, "Let me look again.", "msg_5ec0nd00"))
            else:
                yield event


class Explicit(Echo):
    """Names the SDK's class in the place of ``super()``."""

    async def _process_events(self, thread: Any, context: Any, stream: Any) -> AsyncIterator[ThreadStreamEvent]:
        async for event in ChatKitServer._process_events(self, thread, context, stream):
            yield event


class Writes(Echo):
    """Writes what clients get by itself."""

    def _serialize(self, obj: Any) -> bytes:
        return super()._serialize(obj).replace(b"tea", b"TEA")

    def _to_thread_response(self, thread: Any) -> Any:
        view = super()._to_thread_response(thread)
        view.title = f"[{view.title or 'new'}]"
        return view

    async def _load_full_thread(self, thread_id: str, context: Any) -> Any:
        thread = await super()._load_full_thread(thread_id, context)
        thread.items.data = thread.items.data[-1:]
        return thread

    async def _process_non_streaming(self, request: Any, context: Any) -> bytes:
        body = await super()._process_non_streaming(request, context)
        return b" " + body

    async def _process_sync_custom_action(self, request: Any, context: Any) -> bytes:
        return (await super()._process_sync_custom_action(request, context)).replace(b"count 0", b"count 1")

    async def sync_action(self, thread: Any, action: Any, sender: Any, context: Any) -> SyncCustomActionResponse:
        widget = DynamicWidgetRoot.model_validate({"type": "Card", "children": [{"type": "Text", "value": "count 0"}]})
        item = WidgetItem(id="wid_0", thread_id=thread.id, created_at=datetime.now(), widget=widget)
        return SyncCustomActionResponse(updated_item=item)


class Keeps(ChatKitServer[Any]):
    """Names its items itself, and comes back to them in later turns."""

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        match said(input_user_message):
            case "replace":
                yield ThreadItemReplacedEvent(item=say(thread, "replaced", "msg_1a2b3c4d"))
            case "again":
                yield ThreadItemDoneEvent(item=say(thread, "done again", "msg_1a2b3c4d"))
            case "load":
                item = await self.store.load_item(thread.id, "msg_1a2b3c4d", context)
                yield ThreadItemDoneEvent(item=say(thread, f"it says {said(item)}", "my own/answer 2"))
            case "extend":
                update = AssistantMessageContentPartTextDelta(content_index=0, delta=" and more")
                yield ThreadItemUpdatedEvent(item_id="msg_1a2b3c4d", update=update)
                yield ThreadItemUpdatedEvent(item_id="msg_unknown", update=update)
            case "remove":
                yield ThreadItemRemovedEvent(item_id="msg_1a2b3c4d")
            case "save":
                item = say(thread, "saved and yielded", "msg_5a5e0000")
                await self.store.add_thread_item(thread.id, item, context)
                yield ThreadItemAddedEvent(item=item)
                yield ThreadItemDoneEvent(item=item)
            case "count" | "count again":  # as a model server does that counts its messages from 0
                item = say(thread, f"answer to {said(input_user_message)}", "msg_0")
                yield ThreadItemAddedEvent(item=item)
                yield ThreadItemDoneEvent(item=item)
            case _:
                item = say(thread, "first", "msg_1a2b3c4d")
                yield ThreadItemAddedEvent(item=item)
                yield ThreadItemDoneEvent(item=item)


class ReadsTextOnly(ChatKitServer[Any]):
    """Converts messages as the SDK does, which knows what to make of text alone."""

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        await simple_to_agent_input([input_user_message])
        yield ThreadItemDoneEvent(item=say(thread, "read", "msg_1a2b3c4d"))


class Hides(ChatKitServer[Any]):
    """Comes back to what is hidden from users."""

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        self.context = context

        def note(content: str, item_id: str = "ctx_1") -> HiddenContextItem:
            return HiddenContextItem(id=item_id, thread_id=thread.id, created_at=datetime.now(), content=content)

        match said(input_user_message):
            case "change":
                yield ThreadItemReplacedEvent(item=note("hush-hush 2"))
                update = AssistantMessageContentPartTextDelta(content_index=0, delta="hush-hush")
                yield ThreadItemUpdatedEvent(item_id="ctx_1", update=update)
            case "remove":
                yield ThreadItemRemovedEvent(item_id="ctx_1")
            case "hide":
                yield ThreadItemReplacedEvent(item=note("hush-hush 3", "msg_1a2b3c4d"))
            case _:
                yield ThreadItemDoneEvent(item=note("hush-hush"))
                yield ThreadItemDoneEvent(item=say(thread, "nothing to see", "msg_1a2b3c4d"))


class Saves(ChatKitServer[Any]):
    """Saves its thread in a task of its own, through an object of its own, while it goes on answering."""

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        self.context = context

        async def save() -> None:
            loaded = await self.store.load_thread(thread.id, context)
            vars(loaded).update(title="Own")  # nobody who reads the code finds that
            await self.store.save_thread(loaded, context)

        thread.metadata["asked"] = 1
        await asyncio.create_task(save())
        update = AssistantMessageContentPartTextDelta(content_index=0, delta="saved")
        yield ThreadItemAddedEvent(item=say(thread, "", "msg_1a2b3c4d"))
        yield ThreadItemUpdatedEvent(item_id="msg_1a2b3c4d", update=update)
        yield ThreadItemDoneEvent(item=say(thread, "saved", "msg_1a2b3c4d"))
        match said(input_user_message):
            case "code":
                raise StreamError(ErrorCode.STREAM_ERROR)
            case "words":
                raise CustomStreamError("The shop is closed.", allow_retry=False)
            case "plain":
                raise LookupError("no such shop")
            case _:
                pass


class Fails(ChatKitServer[Any]):
    """Fails in the method that it is asked for, or gives what is no stream of events."""

    def respond(self, thread: Any, input_user_message: Any, context: Any) -> Any:
        self.context = context
        match said(input_user_message):
            case "coroutine":
                return self._coroutine()
            case "none":
                return None
            case "list":
                return [ThreadItemDoneEvent(item=say(thread, "x", "msg_1"))]
            case text:
                return self._events(thread, text)

    async def _coroutine(self) -> None:
        return None

    async def _events(self, thread: Any, text: str) -> Any:
        match text:
            case "dict":
                yield {"type": "thread.item.done"}
            case "item":
                yield say(thread, "x", "msg_1")
            case "code":
                raise StreamError(ErrorCode.STREAM_ERROR)
            case "empty":
                raise CustomStreamError("", allow_retry=True)
            case "event":
                yield ErrorEvent(code=ErrorCode.STREAM_ERROR, allow_retry=True)
            case "cause":
                try:
                    _ = {}["price"]
                except KeyError as error:
                    raise CustomStreamError("There is no price.", allow_retry=False) from error
            case "wait":
                yield ThreadItemAddedEvent(item=say(thread, "so far", "msg_1"))
                await asyncio.Event().wait()
            case "well":
                yield ThreadItemDoneEvent(item=say(thread, "well", "msg_1"))
            case "cancels itself":
                yield ThreadItemAddedEvent(item=say(thread, "so far", "msg_1"))
                cast("asyncio.Task[None]", asyncio.current_task()).cancel()
                await asyncio.sleep(0)
            case "task":
                await asyncio.create_task(_raise(SystemExit(4)))
            case "gather":
                await asyncio.gather(asyncio.sleep(0), _raise(KeyboardInterrupt()))
            case text if text in ENDS:
                yield ThreadItemAddedEvent(item=say(thread, "so far", "msg_1"))
                await _raise(ENDS[text]())
            case _:
                raise RuntimeError(f"the shelf is empty, and you asked {text!r}")

    def get_stream_options(self, thread: Any, context: Any) -> StreamOptions:
        if thread.metadata.get("broken"):
            raise RuntimeError("no options")
        return StreamOptions(allow_cancel=True)

    async def handle_stream_cancelled(self, thread: Any, pending_items: Any, context: Any) -> None:
        raise RuntimeError("cannot clean up")

    async def add_feedback(self, thread_id: str, item_ids: list[str], feedback: Any, context: Any) -> None:
        raise RuntimeError("the opinion is lost")

    async def transcribe(self, audio_input: Any, context: Any) -> TranscriptionResult:
        raise RuntimeError("no ear")

    async def sync_action(self, thread: Any, action: Any, sender: Any, context: Any) -> SyncCustomActionResponse:
        raise RuntimeError("no hand")

    async def action(self, thread: Any, action: Any, sender: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        raise RuntimeError("no foot")
        yield

    async def _build_user_message_item(self, input: Any, thread: Any, context: Any) -> Any:  # noqa: A002
        if input.content[0].text == "build":
            raise RuntimeError("no words")
        if input.content[0].text == "refuse":
            raise CustomStreamError("Not in this shop.", allow_retry=False)
        return await super()._build_user_message_item(input, thread, context)


class Ends(Echo):
    """Would end the whole server in each of its methods, or its own answer from an override."""

    async def _process_events(self, thread: Any, context: Any, stream: Any) -> AsyncIterator[ThreadStreamEvent]:
        async for event in super()._process_events(thread, context, stream):
            yield event
            if isinstance(event, ThreadItemDoneEvent) and (ends := ENDS.get(said(event.item).partition(" / ")[0])):
                await _raise(ends())

    async def add_feedback(self, thread_id: str, item_ids: list[str], feedback: Any, context: Any) -> None:
        raise SystemExit("the opinion ends it")

    async def transcribe(self, audio_input: Any, context: Any) -> TranscriptionResult:
        await asyncio.create_task(_raise(SystemExit("the ear ends it")))
        raise AssertionError

    async def sync_action(self, thread: Any, action: Any, sender: Any, context: Any) -> SyncCustomActionResponse:
        raise asyncio.CancelledError("the hand ends it")

    async def action(self, thread: Any, action: Any, sender: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        raise KeyboardInterrupt("the foot ends it")
        yield

    async def _build_user_message_item(self, input: Any, thread: Any, context: Any) -> Any:  # noqa: A002
        if input.content[0].text == "build":
            raise SystemExit("the words end it")
        return await super()._build_user_message_item(input, thread, context)


class Retouches(Echo):
    """Changes items where they are, and yields the same events on."""

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        item = say(thread, "draft", "msg_ad0b1e00")
        yield ThreadItemAddedEvent(item=item)
        if said(input_user_message) == "fail":
            raise RuntimeError("the well is dry")
        yield ThreadItemDoneEvent(item=item)
        yield ThreadItemReplacedEvent(item=say(thread, "replaced", "msg_ad0b1e00"))

    async def _process_streaming_impl(self, request: Any, context: Any) -> AsyncGenerator[ThreadStreamEvent, None]:
        async for event in super()._process_streaming_impl(request, context):
            if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent | ThreadItemReplacedEvent):
                cast("Any", event.item).content[0].text += "!"
            yield event
