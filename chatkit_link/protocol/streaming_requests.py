"""The six requests that are answered by a stream: all that happens before its first byte.

Each of them is checked, then claims its thread for a run, then stores what the person sent, and only
then starts the run. So whatever is wrong is a plain 4xx that leaves nothing behind, and a message
that was acknowledged by a stream is in the database.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, assert_never

from chatkit.server import ChatKitServer
from chatkit.types import (
    StreamingReq,
    StructuredInputItem,
    ThreadCreatedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
    ThreadStreamEvent,
    UserMessageInput,
    UserMessageItem,
)

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.titles import Titler, Titling
from chatkit_link.caller import Caller
from chatkit_link.errors import Conflict, Forbidden, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.limits.ledger import Ledger
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.response_turn import Answer, Turn
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.sessions.policy import allows_titles
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.threads import StoredThread
from chatkit_link.wire.encoding import thread_response


class Opening:
    """Opens one stream for one caller at one endpoint."""

    def __init__(
        self,
        store: PostgresStore,
        coordinator: Coordinator,
        files: Files,
        ledger: Ledger,
        endpoint: ServedAgent,
        caller: Caller,
        *,
        allow_cancel: bool,
    ) -> None:
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._ledger = ledger
        self._endpoint = endpoint
        self._caller = caller
        self._allow_cancel = allow_cancel

    async def open(self, request: StreamingReq) -> Run:
        """The started run.

        Raises:
            LinkError: whatever is wrong with the request; nothing was stored then.
        """
        match request:
            case ThreadsCreateReq():
                return await self._create(request)
            case ThreadsAddUserMessageReq():
                return await self._add_message(request)
            case ThreadsAddClientToolOutputReq():
                return await self._add_tool_output(request)
            case ThreadsAddStructuredInputReq():
                return await self._add_structured_input(request)
            case ThreadsRetryAfterItemReq():
                return await self._retry(request)
            case ThreadsCustomActionReq():
                return await self._act(request)
            case _:
                assert_never(request)

    @property
    def _titler(self) -> Titler | None:
        return self._endpoint.titler if allows_titles(self._caller) else None

    async def _create(self, request: ThreadsCreateReq) -> Run:
        new = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
        message = await self._message(request.params.input, new.id)
        async with self._claim(new.id) as run:
            thread = await self._store.create_thread(new, message, self._caller)
            opening = [
                ThreadCreatedEvent(thread=thread_response(thread)),
                ThreadItemDoneEvent(item=self._files.links.fresh(message, self._caller)),
            ]
            return self._start(run, thread, opening, self._responding(thread, message), message)

    async def _add_message(self, request: ThreadsAddUserMessageReq) -> Run:
        message = await self._message(request.params.input, request.params.thread_id)
        async with self._claimed(request.params.thread_id) as (run, thread):
            await self._store.add_message(thread.id, message, self._caller)
            opening = [ThreadItemDoneEvent(item=self._files.links.fresh(message, self._caller))]
            return self._start(run, thread, opening, self._responding(thread, message), message)

    async def _add_tool_output(self, request: ThreadsAddClientToolOutputReq) -> Run:
        async with self._claimed(request.params.thread_id) as (run, thread):
            calls = await self._store.load_pending_tool_calls(thread.id, self._caller)
            if not calls:
                raise Conflict("No tool call is waiting for an output in this chat. It may have been answered already.")
            call, *abandoned = calls
            call.output, call.status = request.params.result, "completed"
            await self._store.save_item(thread.id, call, self._caller)
            for other in abandoned:  # left behind by a closed tab: nobody will answer them
                await self._store.delete_thread_item(thread.id, other.id, self._caller)
            return self._start(run, thread, [], self._responding(thread, None))

    async def _add_structured_input(self, request: ThreadsAddStructuredInputReq) -> Run:
        params = request.params
        async with self._claimed(params.thread_id) as (run, thread):
            item = await self._store.load_item(thread.id, params.item_id, self._caller)
            if not isinstance(item, StructuredInputItem):
                raise Unprocessable("Only a question to the user can be answered, and this item is none.")
            if item.status != "pending":
                raise Conflict("This question has been answered already.")
            server = self._endpoint.server
            answered = await server._apply_structured_input_submission(item, params.input)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            await self._store.save_item(thread.id, answered, self._caller)

            async def answer() -> AsyncIterator[ThreadStreamEvent]:
                yield ThreadItemReplacedEvent(item=answered)
                async with closing_early(server.respond(thread, None, self._caller)) as events:
                    async for event in events:
                        yield event

            return self._start(run, thread, [], answer)

    async def _retry(self, request: ThreadsRetryAfterItemReq) -> Run:
        async with self._claimed(request.params.thread_id, retried=request.params.item_id) as (run, thread):
            message = await self._store.load_item(thread.id, request.params.item_id, self._caller)
            if not isinstance(message, UserMessageItem):
                raise Unprocessable("Only what follows a user message can be tried again, and this item is none.")
            self._check_choices(message)
            return self._start(run, thread, [], self._responding(thread, message), message, retried=message.id)

    async def _act(self, request: ThreadsCustomActionReq) -> Run:
        params = request.params
        async with self._claimed(params.thread_id) as (run, thread):
            sender = await widget_sender(self._store, thread.id, params.item_id, self._caller)
            server: ChatKitServer[Caller] = self._endpoint.server
            return self._start(run, thread, [], lambda: server.action(thread, params.action, sender, self._caller))

    @asynccontextmanager
    async def _claimed(self, thread_id: str, *, retried: str | None = None) -> AsyncGenerator[tuple[Run, StoredThread]]:
        """The caller's open thread, claimed for a run.

        It is looked up before the claim, so that a stranger learns nothing of whether it is busy, and read
        after it, so that nobody else changes what is read.
        """
        require_open(await self._store.load_thread(thread_id, self._caller))
        async with self._claim(thread_id, retried) as run:
            thread = await self._store.load_thread(thread_id, self._caller)
            require_open(thread)
            yield run, thread

    async def _message(self, given: UserMessageInput, thread_id: str) -> UserMessageItem:
        attachments = await self._attachments(given, thread_id) if given.attachments else []
        message = UserMessageItem(
            id=new_id("message"),
            thread_id=thread_id,
            created_at=datetime.now(),
            content=given.content,
            attachments=attachments,
            quoted_text=given.quoted_text,
            inference_options=given.inference_options,
        )
        self._check_choices(message)
        return message

    async def _attachments(self, given: UserMessageInput, thread_id: str) -> list[Any]:
        if self._endpoint.server.attachment_store is None:
            raise Forbidden("This assistant takes no files.")
        ids = list(dict.fromkeys(given.attachments))
        await self._files.require_ready(ids, self._caller)
        attachments: list[Any] = []
        for attachment_id in ids:
            attachment = await self._store.load_attachment(attachment_id, self._caller)
            if attachment.thread_id not in (None, thread_id):
                raise Conflict(f"The file {attachment.name!r} belongs to another chat. Please attach it again.")
            attachments.append(attachment.model_copy(update={"thread_id": thread_id}))
        return attachments

    def _check_choices(self, message: UserMessageItem) -> None:
        """A model or tool is chosen in the browser, so it is checked against what this agent offers."""
        model, tool = message.inference_options.model, message.inference_options.tool_choice
        if model is not None and self._endpoint.models is not None and model not in self._endpoint.models:
            raise Unprocessable("This assistant does not offer that model.")
        if tool is not None and self._endpoint.tools is not None and tool.id not in self._endpoint.tools:
            raise Unprocessable("This assistant does not offer that tool.")

    def _claim(self, thread_id: str, retried: str | None = None) -> AbstractAsyncContextManager[Run]:
        return self._coordinator.claim(self._caller, thread_id, self._endpoint.agent, retried=retried)

    def _responding(self, thread: StoredThread, message: UserMessageItem | None) -> Answer:
        return lambda: self._endpoint.server.respond(thread, message, self._caller)

    def _start(
        self,
        run: Run,
        thread: StoredThread,
        opening: Sequence[ThreadStreamEvent],
        answer: Answer,
        message: UserMessageItem | None = None,
        *,
        retried: str | None = None,
    ) -> Run:
        turn = Turn(
            self._endpoint.server,
            self._store,
            self._ledger,
            thread,
            self._caller,
            opening=opening,
            answer=answer,
            images=GeneratedImages(self._files, thread.id, self._caller),
            titling=Titling(self._titler, thread, message),
            allow_cancel=self._allow_cancel,
            retried=retried,
        )
        self._coordinator.start(run, turn.run)
        return run
