"""``BroughtServer``: a server of somebody's, called as our own is, with a Caller as context."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from chatkit.actions import Action
from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore, Store
from chatkit.types import (
    Attachment,
    AttachmentCreateParams,
    AudioInput,
    FeedbackKind,
    NonStreamingReq,
    StreamingReq,
    StreamOptions,
    StructuredInputItem,
    StructuredInputSubmission,
    SyncCustomActionResponse,
    Thread,
    ThreadItem,
    ThreadMetadata,
    ThreadsSyncCustomActionReq,
    ThreadStreamEvent,
    TranscriptionResult,
    UserMessageInput,
    UserMessageItem,
    WidgetItem,
)
from typing_extensions import override

from chatkit_link.agents.brought_servers.bound_caller import bound, each_bound
from chatkit_link.agents.brought_servers.image_links import ImageLinks
from chatkit_link.agents.brought_servers.kept_store import KeptStore
from chatkit_link.agents.brought_servers.request_context import ContextFactory
from chatkit_link.agents.sdk_events import event_stream
from chatkit_link.agents.sdk_methods import ServerAdapter, call, where
from chatkit_link.caller import Caller


class BroughtServer(ServerAdapter):
    """Calls each method of ``brought`` with the context that it was written for, and binds the Caller to the call."""

    def __init__(
        self,
        brought: ChatKitServer[Any],
        contexts: ContextFactory,
        store: Store[Caller],
        attachment_store: AttachmentStore[Caller] | None,
        kept: KeptStore | None = None,
        images: ImageLinks | None = None,
    ) -> None:
        """kept: the store of its own that it keeps. images: makes those of a message readable for its models."""
        super().__init__(store, attachment_store)
        self.brought = brought
        self._kept = kept
        self._images = images
        self._contexts = contexts

    async def prepare(self, caller: Caller) -> None:
        """Make the context of a request before its answer begins. Raises what the function of theirs raises."""
        with bound(caller):
            await self._contexts.prepare(caller)

    @override
    def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        return self._events(
            thread,
            context,
            "respond",
            lambda made, message: call(self.brought, "respond", thread, message, made),
            message=input_user_message,
        )

    @override
    def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        return self._events(
            thread, context, "action", lambda made, _: call(self.brought, "action", thread, action, sender, made)
        )

    async def _events(
        self,
        thread: ThreadMetadata,
        caller: Caller,
        name: str,
        start: Callable[[Any, UserMessageItem | None], AsyncIterator[ThreadStreamEvent]],
        *,
        message: UserMessageItem | None = None,
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """name: of the method that gives them."""
        with bound(caller):
            context = await self._contexts.context(caller)
            if self._kept is not None:
                await self._kept.bring_up_to_date(thread, caller, context)
        shown: Any = message
        if message is not None and self._images is not None:
            (shown,) = await self._images.readable([message], caller, newest_first=True)
        silent = name == "action"  # one that only does something is often written without a `yield`
        given = lambda: event_stream(start(context, shown), lambda: where(self, name), may_be_silent=silent)  # noqa: E731 - called when bound
        async with aclosing(each_bound(caller, given)) as events:
            async for event in events:
                if self._kept is not None:
                    with bound(caller):
                        await self._kept.save_event(thread, event, context)
                yield event
        if self._kept is not None:
            with bound(caller):
                await self._kept.save_thread(thread, context)

    @override
    async def sync_action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> SyncCustomActionResponse:
        with bound(context):
            made = await self._contexts.context(context)
            if self._kept is not None:
                await self._kept.bring_up_to_date(thread, context, made)
            return await call(self.brought, "sync_action", thread, action, sender, made)

    @override
    async def add_feedback(self, thread_id: str, item_ids: list[str], feedback: FeedbackKind, context: Caller) -> None:
        with bound(context):
            made = await self._contexts.context(context)
            await call(self.brought, "add_feedback", thread_id, item_ids, feedback, made)

    @override
    async def transcribe(self, audio_input: AudioInput, context: Caller) -> TranscriptionResult:
        with bound(context):
            return await call(self.brought, "transcribe", audio_input, await self._contexts.context(context))

    @override
    def get_stream_options(self, thread: ThreadMetadata, context: Caller) -> StreamOptions:
        with bound(context):
            return call(self.brought, "get_stream_options", thread, self._contexts.context_now(context))

    @override
    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[ThreadItem], context: Caller
    ) -> None:
        with bound(context):
            made = await self._contexts.context(context)
            await call(self.brought, "handle_stream_cancelled", thread, pending_items, made)

    @override
    async def _build_user_message_item(
        self, input: UserMessageInput, thread: ThreadMetadata, context: Caller
    ) -> UserMessageItem:
        with bound(context):
            made = await self._contexts.context(context)
            return await self.brought._build_user_message_item(input, thread, made)  # noqa: SLF001

    @override
    async def _apply_structured_input_submission(
        self, item: StructuredInputItem, submission: StructuredInputSubmission
    ) -> StructuredInputItem:
        return await self.brought._apply_structured_input_submission(item, submission)  # noqa: SLF001

    @override
    async def _cleanup_pending_client_tool_call(self, thread: ThreadMetadata, context: Caller) -> None:
        with bound(context):
            made = await self._contexts.context(context)
            await self.brought._cleanup_pending_client_tool_call(thread, made)  # noqa: SLF001

    @override
    def _get_attachment_store(self) -> AttachmentStore[Any]:
        return self.brought._get_attachment_store()  # noqa: SLF001

    # Steps of the SDK that an override of theirs may stand around

    @override
    def _process_streaming_impl(
        self, request: StreamingReq, context: Caller
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        return self._steps(context, lambda made: self.brought._process_streaming_impl(request, made))  # noqa: SLF001

    @override
    def _process_new_thread_item_respond(
        self, thread: ThreadMetadata, item: UserMessageItem, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        step = self.brought._process_new_thread_item_respond  # noqa: SLF001
        return self._steps(context, lambda made: step(thread, item, made))

    @override
    def _process_events(
        self, thread: ThreadMetadata, context: Caller, stream: Callable[[], AsyncIterator[ThreadStreamEvent]]
    ) -> AsyncIterator[ThreadStreamEvent]:
        return self._steps(context, lambda made: self.brought._process_events(thread, made, stream))  # noqa: SLF001

    async def _steps(
        self, caller: Caller, start: Callable[[Any], AsyncIterator[ThreadStreamEvent]]
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        with bound(caller):
            context = await self._contexts.context(caller)
        async with aclosing(each_bound(caller, lambda: start(context))) as events:
            async for event in events:
                yield event

    @override
    async def _process_non_streaming(self, request: NonStreamingReq, context: Caller) -> bytes:
        with bound(context):
            made = await self._contexts.context(context)
            return await self.brought._process_non_streaming(request, made)  # noqa: SLF001

    @override
    async def _process_sync_custom_action(self, request: ThreadsSyncCustomActionReq, context: Caller) -> bytes:
        with bound(context):
            made = await self._contexts.context(context)
            return await self.brought._process_sync_custom_action(request, made)  # noqa: SLF001

    @override
    async def _load_full_thread(self, thread_id: str, context: Caller) -> Thread:
        with bound(context):
            return await self.brought._load_full_thread(thread_id, await self._contexts.context(context))  # noqa: SLF001


class BroughtFiles(AttachmentStore[Caller]):
    """The attachment store of somebody's server, called with a Caller as context."""

    def __init__(self, brought: AttachmentStore[Any], contexts: ContextFactory, kept: KeptStore | None) -> None:
        self.brought = brought
        self._contexts = contexts
        self._kept = kept

    @override
    async def create_attachment(self, input: AttachmentCreateParams, context: Caller) -> Attachment:
        with bound(context):
            made = await self._contexts.context(context)
            attachment = await self.brought.create_attachment(input, made)
            if self._kept is not None:
                await self._kept.save_attachment(attachment, made)
            return attachment

    @override
    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        with bound(context):
            made = await self._contexts.context(context)
            await self.brought.delete_attachment(attachment_id, made)
            if self._kept is not None:
                await self._kept.delete_attachment(attachment_id, made)

    @override
    def generate_attachment_id(self, mime_type: str, context: Caller) -> str:
        with bound(context):
            return self.brought.generate_attachment_id(mime_type, self._contexts.context_now(context))
