"""The ten requests that are answered at once, with JSON.

The owner is always checked first: the SDK passes ids straight on, to feedback and to the attachment store for
instance, and another user's id must be a 404 before anything is touched.
"""

from typing import assert_never

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
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
)
from pydantic import BaseModel

from chatkit_link.agents.served import ServedAgent
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
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import encode, is_hidden, thread_response

DEFAULT_PAGE = 20
NOTHING = b"{}"


class JsonRequests:
    """Answers the non-streaming requests to any agent: the twin of ``StreamingRequests``."""

    def __init__(self, store: PostgresStore, coordinator: Coordinator, files: Files, ledger: Ledger) -> None:
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._ledger = ledger

    async def answer(self, agent: ServedAgent, request: NonStreamingReq, caller: Caller) -> bytes:
        """The response body.

        Raises:
            LinkError: whatever is wrong with the request, as its status and message.
        """
        meter = Meter(agent.id)
        with meter.running():
            body = await self._answer(agent, request, caller)
        await self._ledger.keep(meter, caller)
        return body

    async def _answer(self, agent: ServedAgent, request: NonStreamingReq, caller: Caller) -> bytes:
        match request:
            case ThreadsGetByIdReq():
                return encode(await self._get_thread(request, caller))
            case ThreadsListReq():
                return encode(await self._list_threads(request, caller))
            case ItemsListReq():
                return encode(await self._list_items(request, caller))
            case ThreadsUpdateReq():
                return encode(await self._rename_thread(request, caller))
            case ThreadsDeleteReq():
                await self.delete_thread(request.params.thread_id, caller)
                return NOTHING
            case ItemsFeedbackReq():
                return await self._give_feedback(agent, request, caller)
            case AttachmentsCreateReq():
                return encode(await self._create_attachment(agent, request, caller))
            case AttachmentsDeleteReq():
                return await self._delete_attachment(agent, request, caller)
            case InputTranscribeReq():
                return encode(await _transcribe(agent, request, caller))
            case ThreadsSyncCustomActionReq():
                return encode(await self._act(agent, request, caller))
            case _:
                assert_never(request)

    async def _get_thread(self, request: ThreadsGetByIdReq, caller: Caller) -> BaseModel:
        """The thread with its newest items, oldest of them first; ``after`` leads to the older ones."""
        thread = await self._store.load_thread(request.params.thread_id, caller)
        page = await self._store.load_thread_items(thread.id, None, DEFAULT_PAGE, "desc", caller)
        page.data = self._files.links.fresh_all(page.data[::-1], caller)
        return thread_response(thread, page)

    async def _list_threads(self, request: ThreadsListReq, caller: Caller) -> BaseModel:
        params = request.params
        limit = params.limit or DEFAULT_PAGE
        page = await list_threads(self._store, limit, params.after, params.order, caller)
        return Page(data=[thread_response(thread) for thread in page.data], has_more=page.has_more, after=page.after)

    async def _list_items(self, request: ItemsListReq, caller: Caller) -> BaseModel:
        params = request.params
        page = await self._store.load_thread_items(
            params.thread_id, params.after, params.limit or DEFAULT_PAGE, params.order, caller
        )
        page.data = self._files.links.fresh_all([item for item in page.data if not is_hidden(item)], caller)
        return page

    async def _rename_thread(self, request: ThreadsUpdateReq, caller: Caller) -> BaseModel:
        thread = await self._store.load_thread(request.params.thread_id, caller)
        thread.title = request.params.title
        await self._store.save_thread(thread, caller)
        return thread_response(thread)

    async def delete_thread(self, thread_id: str, caller: Caller) -> None:
        """Delete a thread with its items and files, and end what is still being written. Raises NotFound."""
        # The row goes first: a run that is still writing then finds no thread to write to.
        await self._store.delete_thread(thread_id, caller)
        await self._coordinator.forget_thread(caller, thread_id)
        self._files.tidy()

    async def _give_feedback(self, agent: ServedAgent, request: ItemsFeedbackReq, caller: Caller) -> bytes:
        params = request.params
        await self._store.save_feedback(params.thread_id, params.item_ids, params.kind, caller)
        await agent.server.add_feedback(params.thread_id, params.item_ids, params.kind, caller)
        return NOTHING

    async def _create_attachment(self, agent: ServedAgent, request: AttachmentsCreateReq, caller: Caller) -> BaseModel:
        files = _files(agent)
        attachment = await files.create_attachment(request.params, caller)
        if files is not self._files:  # ours is in the store already, without its upload link
            await self._store.save_attachment(attachment, caller)
        return attachment

    async def _delete_attachment(self, agent: ServedAgent, request: AttachmentsDeleteReq, caller: Caller) -> bytes:
        attachment = await self._store.load_attachment(request.params.attachment_id, caller)
        files = _files(agent)
        await files.delete_attachment(attachment.id, caller)
        if files is not self._files:  # ours is the row in the store, and has gone with it
            await self._store.delete_attachment(attachment.id, caller)
        return NOTHING

    async def _act(self, agent: ServedAgent, request: ThreadsSyncCustomActionReq, caller: Caller) -> BaseModel:
        params = request.params
        thread = await self._store.load_thread(params.thread_id, caller)
        require_open(thread)
        sender = await widget_sender(self._store, thread.id, params.item_id, caller)
        try:
            response = await agent.server.sync_action(thread, params.action, sender, caller)
        except NotImplementedError:
            raise Unprocessable(Localized("action_unknown")) from None
        if thread.changes():
            await self._store.save_thread(thread, caller)
        item = response.updated_item
        # Stored, so that it is still so after a reload; and hidden if it is for the model alone.
        if item is not None and sender is not None and item.id == sender.id:
            await self._store.update_item(thread.id, item, caller)
        elif item is not None:
            await self._store.save_item(thread.id, item, caller)
        return SyncCustomActionResponse(updated_item=None if item is None or is_hidden(item) else item)


def _files(agent: ServedAgent) -> AttachmentStore[Caller]:
    if agent.server.attachment_store is None:
        raise Forbidden(Localized("files_not_taken"))
    return agent.server.attachment_store


async def _transcribe(agent: ServedAgent, request: InputTranscribeReq, caller: Caller) -> BaseModel:
    params = request.params
    audio = AudioInput(data=decode_audio(params.audio_base64), mime_type=params.mime_type)
    try:
        return await agent.server.transcribe(audio, caller)
    except NotImplementedError:
        raise Unprocessable(Localized("dictation_off")) from None
