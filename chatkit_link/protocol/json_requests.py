"""The ten requests that are answered at once, with JSON.

The owner is always checked first: the SDK passes ids straight on, to feedback and to the attachment store for
instance, and another user's id must be a 404 before anything is touched.
"""

import asyncio
import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, assert_never

from chatkit.actions import Action
from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore
from chatkit.types import (
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    AudioInput,
    InputTranscribeReq,
    ItemsFeedbackReq,
    ItemsListReq,
    NonStreamingReq,
    Page,
    SyncCustomActionResponse,
    Thread,
    ThreadItem,
    ThreadMetadata,
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
    TranscriptionResult,
    WidgetItem,
)
from pydantic import BaseModel

from chatkit_link.agents.actions import unknown_action
from chatkit_link.agents.author_steps import refusing_steps
from chatkit_link.agents.contained import contained, containing_tasks
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.sdk_methods import (
    WRAPPED_JSON,
    answering,
    encoder,
    expect,
    method,
    overridden,
    thread_view,
    where,
)
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.turn_errors import refusing
from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.meter import Meter
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.request_parser import decode_audio
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.sessions.reach import list_threads
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import OfAgent, StoredThread
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import is_hidden, thread_response

_FULL = "_load_full_thread"
_JSON = "_process_non_streaming"
_SYNC = "_process_sync_custom_action"
DEFAULT_PAGE = 20
#: Seconds that an action may take that is answered with JSON: nothing comes meanwhile, and no one can stop it.
ACTION_SECONDS = 60.0
NOTHING = b"{}"
#: Whoever has asked still waits for the response, and asks again if the server has stopped.
_NO_STEPS = "this request is answered at once, and not by an answer that goes on. Call the function itself."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, and how its answer is written."""

    agent: ServedAgent
    request: NonStreamingReq
    caller: Caller

    @property
    def server(self) -> ChatKitServer[Any]:
        return self.agent.server

    def write(self, model: BaseModel) -> bytes:
        return encoder(self.server)(model)

    def view(self, thread: ThreadMetadata, items: Page[ThreadItem] | None = None) -> Thread:
        if "_to_thread_response" not in overridden(self.server):
            return thread_response(thread, items)
        return thread_view(self.server)(thread if items is None else _with_items(thread, items))


class JsonRequests:
    """Answers the non-streaming requests to any agent: the twin of ``StreamingRequests``."""

    def __init__(
        self,
        store: PostgresStore,
        coordinator: Coordinator,
        files: Files,
        ledger: Ledger,
        *,
        default: str,
        for_author: bool = False,
    ) -> None:
        """
        Args:
            default: the agent that threads without one belong to.
            for_author: whether the users of this server are its authors, who are told what failed.
        """
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._ledger = ledger
        self._default = default
        self._for_author = for_author

    async def answer(self, agent: ServedAgent, request: NonStreamingReq, caller: Caller) -> bytes:
        """The response body.

        Raises:
            LinkError: whatever is wrong with the request, as its status and message.
        """
        meter = Meter(agent.id)
        with meter.running(), contained(), containing_tasks(), refusing_steps(_NO_STEPS):
            call = _Call(agent, request, caller)
            own = overridden(agent.server) & WRAPPED_JSON
            body = await (self._override(call) if own else self.dispatch(call, request))
        await self._ledger.keep(meter, caller)
        return body

    async def _override(self, call: _Call) -> bytes:
        """The answer of a server that has a step of its own in it."""
        with answering(_SdkSteps(self, call)):
            if _JSON not in overridden(call.server):
                return await self.dispatch(call, call.request)
            with self._told(call, _JSON):
                body = await method(call.server, _JSON)(call.request, call.caller)
                return expect(body, bytes, call.server, _JSON)

    def _told(self, call: _Call, name: str) -> AbstractContextManager[None]:
        return refusing(call.server, name, call.caller, call.request.params, for_author=self._for_author)

    async def dispatch(self, call: _Call, request: NonStreamingReq) -> bytes:
        """The answer of the SDK's own ``_process_non_streaming``."""
        caller = call.caller
        match request:
            case ThreadsGetByIdReq():
                return call.write(await self._get_thread(request, call))
            case ThreadsListReq():
                return call.write(await self._list_threads(request, call))
            case ItemsListReq():
                return call.write(await self._list_items(request, caller))
            case ThreadsUpdateReq():
                return call.write(await self._rename_thread(request, call))
            case ThreadsDeleteReq():
                await self.delete_thread(request.params.thread_id, caller)
                return NOTHING
            case ItemsFeedbackReq():
                return await self._give_feedback(request, call)
            case AttachmentsCreateReq():
                return call.write(await self._create_attachment(request, call))
            case AttachmentsDeleteReq():
                return await self._delete_attachment(request, call)
            case InputTranscribeReq():
                return call.write(await self._transcribe(request, call))
            case ThreadsSyncCustomActionReq():
                if _SYNC not in overridden(call.server):
                    return await self.act(request, call)
                with self._told(call, _SYNC):
                    return await method(call.server, _SYNC)(request, call.caller)
            case _:
                assert_never(request)

    async def _get_thread(self, request: ThreadsGetByIdReq, call: _Call) -> BaseModel:
        if _FULL in overridden(call.server):
            with self._told(call, _FULL):
                return thread_view(call.server)(await method(call.server, _FULL)(request.params.thread_id, call.caller))
        return call.view(*await self.load_full(request.params.thread_id, call.caller))

    async def load_full(self, thread_id: str, caller: Caller) -> tuple[StoredThread, Page[ThreadItem]]:
        """The thread with its newest items, oldest of them first; ``after`` leads to the older ones."""
        thread = await self._store.load_thread(thread_id, caller)
        page = await self._store.load_thread_items(thread.id, None, DEFAULT_PAGE, "desc", caller)
        page.data = self._files.links.fresh_all(page.data[::-1], caller)
        return thread, page

    async def _list_threads(self, request: ThreadsListReq, call: _Call) -> BaseModel:
        params = request.params
        limit = params.limit or DEFAULT_PAGE
        of = OfAgent(call.agent.id, self._default)
        page = await list_threads(self._store, limit, params.after, params.order, call.caller, of)
        return Page(data=[call.view(thread) for thread in page.data], has_more=page.has_more, after=page.after)

    async def _list_items(self, request: ItemsListReq, caller: Caller) -> BaseModel:
        params = request.params
        page = await self._store.load_thread_items(
            params.thread_id, params.after, params.limit or DEFAULT_PAGE, params.order, caller
        )
        page.data = self._files.links.fresh_all([item for item in page.data if not is_hidden(item)], caller)
        return page

    async def _rename_thread(self, request: ThreadsUpdateReq, call: _Call) -> BaseModel:
        thread = await self._store.load_thread(request.params.thread_id, call.caller)
        thread.title = request.params.title
        await self._store.save_thread(thread, call.caller)
        return call.view(thread)

    async def delete_thread(self, thread_id: str, caller: Caller) -> None:
        """Delete a thread with its items and files, and end what is still being written. Raises NotFound."""
        # The row goes first: a run that is still writing then finds no thread to write to.
        await self._store.delete_thread(thread_id, caller)
        await self._coordinator.forget_thread(caller, thread_id)
        self._files.tidy()

    async def _give_feedback(self, request: ItemsFeedbackReq, call: _Call) -> bytes:
        params = request.params
        await self._store.save_feedback(params.thread_id, params.item_ids, params.kind, call.caller)
        with self._told(call, "add_feedback"):
            await call.server.add_feedback(params.thread_id, params.item_ids, params.kind, call.caller)
        return NOTHING

    async def _create_attachment(self, request: AttachmentsCreateReq, call: _Call) -> BaseModel:
        files = self._attachments(call)
        if files is self._files:  # ours is in the store already, without its upload link
            return await self._files.create_attachment(request.params, call.caller)
        with self._told(call, "attachment_store.create_attachment"):
            attachment = await files.create_attachment(request.params, call.caller)
        await self._store.save_attachment(attachment, call.caller)
        return attachment

    async def _delete_attachment(self, request: AttachmentsDeleteReq, call: _Call) -> bytes:
        attachment = await self._store.load_attachment(request.params.attachment_id, call.caller)
        files = self._attachments(call)
        if files is self._files:  # ours is the row in the store, and goes with it
            await self._files.delete_attachment(attachment.id, call.caller)
            return NOTHING
        with self._told(call, "attachment_store.delete_attachment"):
            await files.delete_attachment(attachment.id, call.caller)
        await self._store.delete_attachment(attachment.id, call.caller)
        return NOTHING

    def _attachments(self, call: _Call) -> AttachmentStore[Any]:
        """The server's own attachment store; ours where it has none, and the catalog lets it take files."""
        if not call.agent.takes_files:
            raise Forbidden(Localized("files_not_taken"))
        if "_get_attachment_store" in overridden(call.server):
            with self._told(call, "_get_attachment_store"):
                return method(call.server, "_get_attachment_store")()
        return call.server.attachment_store or self._files

    async def _transcribe(self, request: InputTranscribeReq, call: _Call) -> BaseModel:
        params = request.params
        audio = AudioInput(data=decode_audio(params.audio_base64), mime_type=params.mime_type)
        with self._told(call, "transcribe"):
            try:
                result = await call.server.transcribe(audio, call.caller)
            except NotImplementedError:
                raise Unprocessable(Localized("dictation_off")) from None
            return expect(result, TranscriptionResult, call.server, "transcribe")

    async def act(self, request: ThreadsSyncCustomActionReq, call: _Call) -> bytes:
        """The answer of the SDK's own ``_process_sync_custom_action``."""
        params, caller = request.params, call.caller
        thread = await self._store.load_thread(params.thread_id, caller)
        require_open(thread)
        sender = await widget_sender(self._store, thread.id, params.item_id, caller)
        with self._told(call, "sync_action"):
            item = await _acted(call, thread, params.action, sender)
        if thread.changes():
            await self._store.save_thread(thread, caller)
        # Stored, so that it is still so after a reload; and hidden if it is for the model alone.
        if item is not None and sender is not None and item.id == sender.id:
            if params.action.type in call.agent.refreshes:  # does not undo what a click has changed meanwhile
                item = await self._store.refresh_item(thread.id, sender, item, caller)
            else:
                await self._store.update_item(thread.id, item, caller)
        elif item is not None:
            await self._store.save_item(thread.id, item, caller)
        return call.write(SyncCustomActionResponse(updated_item=None if item is None or is_hidden(item) else item))


class _SdkSteps:
    """``super()`` of the overrides of one server in one request (``agents/sdk_methods.py``)."""

    def __init__(self, requests: JsonRequests, call: _Call) -> None:
        self._requests = requests
        self._call = call

    async def process_non_streaming(self, request: NonStreamingReq) -> bytes:
        return await self._requests.dispatch(self._call, request)

    async def sync_custom_action(self, request: ThreadsSyncCustomActionReq) -> bytes:
        return await self._requests.act(request, self._call)

    async def load_full_thread(self, thread_id: str) -> Thread:
        return _with_items(*await self._requests.load_full(thread_id, self._call.caller))


def _with_items(thread: ThreadMetadata, items: Page[ThreadItem]) -> Thread:
    return Thread(**thread.model_dump(), items=items)


async def _acted(
    call: _Call, thread: StoredThread, action: Action[str, Any], sender: WidgetItem | None
) -> ThreadItem | None:
    limit = asyncio.timeout(ACTION_SECONDS)
    try:
        async with limit:
            response = await call.server.sync_action(thread, action, sender, call.caller)
    except NotImplementedError:
        raise unknown_action() from None
    except TimeoutError:
        if not limit.expired():
            raise
        place, caller = where(call.server, "sync_action"), call.caller
        logger.warning("request %s: %s has not ended in %d seconds", caller.request_id, place, ACTION_SECONDS)
        raise Failure("action_timeout") from None
    return expect(response, SyncCustomActionResponse, call.server, "sync_action").updated_item
