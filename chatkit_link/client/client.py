"""A typed client of the ChatKit wire: one method per request, the SDK's own models in and out.

    async with ChatKitClient("http://127.0.0.1:8000/chatkit") as client:
        print((await client.ask("What is a lease?")).text)
        async with client.create_thread("What is a lease?") as stream:
            async for happened in stream:
                print(happened.id, happened.event.type)
        page = await client.list_threads(limit=5)

Works with every ChatKit server; ``EventStream.run_id``, event ids, ``cancel_run``, branches and ``search`` need this
one.
``ThreadView`` turns the events into what a user sees.
"""

import asyncio
import base64
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeVar, cast
from urllib.parse import quote

import httpx2
from chatkit import types as wire
from chatkit.actions import Action
from pydantic import BaseModel, TypeAdapter, ValidationError

from chatkit_link.client.history import ThreadHits
from chatkit_link.client.stream import ClientError, EventStream, StreamEvent, send
from chatkit_link.client.thread_view import ThreadView, fold

Result = TypeVar("Result")
Order = Literal["asc", "desc"]
#: What ``upload`` returned, or ids.
Attachments = Sequence[wire.AttachmentBase | str]

PLAIN: Final = httpx2.Timeout(30.0)
# A server may think for minutes between two events; ours sends a heartbeat every second.
STREAMED: Final = httpx2.Timeout(30.0, read=300.0)


@dataclass(frozen=True, slots=True)
class BranchPoint:
    """A place of a thread with several versions. item_id: of the one that is displayed. siblings: all, oldest first."""

    item_id: str
    siblings: tuple[str, ...]


class ChatKitClient:
    """Talks to one ChatKit address, such as ``http://127.0.0.1:8000/chatkit`` or ``.../chatkit/research``.

    http: used if given and left open; else one of our own, closed with the client. Its cookies are
    what an anonymous server knows the user by. headers: sent with every request.

    Methods that return an ``EventStream`` send nothing until it is entered or iterated. Whatever the
    server refuses, and an address that is none, raises ``ClientError``.
    """

    def __init__(
        self, url: str, *, http: httpx2.AsyncClient | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ClientError(
                None, "Bad address", f"{url!r} is not a server's address: it starts with http:// or https://."
            )
        self.url = url.rstrip("/")
        self._headers = dict(headers or {})
        self._owned = httpx2.AsyncClient() if http is None else None
        self._http = http or cast("httpx2.AsyncClient", self._owned)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._owned:
            await self._owned.aclose()

    # Streams

    async def ask(
        self, message: str | wire.UserMessageInput, *, thread_id: str | None = None, attachments: Attachments = ()
    ) -> ThreadView:
        """The whole answer to a message, in a new thread or in that one: its ``text``, its ``thread``, its items.

        Raises ``ClientError`` also for an answer that ended with an error instead of a text.
        """
        stream = (
            self.create_thread(message, attachments)
            if thread_id is None
            else self.add_user_message(thread_id, message, attachments)
        )
        async with stream:
            view = await fold(happened.event async for happened in stream)
        if view.errors and not view.text:
            raise ClientError(None, "No answer", view.errors[-1].message or "The server could not answer.")
        return view

    def create_thread(self, message: str | wire.UserMessageInput, attachments: Attachments = ()) -> EventStream:
        params = wire.ThreadCreateParams(input=user_message(message, attachments))
        return self._stream(wire.ThreadsCreateReq(params=params))

    def add_user_message(
        self, thread_id: str, message: str | wire.UserMessageInput, attachments: Attachments = ()
    ) -> EventStream:
        params = wire.ThreadAddUserMessageParams(thread_id=thread_id, input=user_message(message, attachments))
        return self._stream(wire.ThreadsAddUserMessageReq(params=params))

    def edit_message(
        self, thread_id: str, item_id: str, message: str | wire.UserMessageInput, attachments: Attachments = ()
    ) -> EventStream:
        """Another version of a message, and its answer. The former one is kept with all that followed: ``branches``."""
        params = wire.ThreadAddUserMessageParams(thread_id=thread_id, input=user_message(message, attachments))
        metadata = {"chatkit_link": {"edits": item_id}}
        return self._stream(wire.ThreadsAddUserMessageReq(params=params, metadata=metadata))

    def add_client_tool_output(self, thread_id: str, result: Any) -> EventStream:
        params = wire.ThreadAddClientToolOutputParams(thread_id=thread_id, result=result)
        return self._stream(wire.ThreadsAddClientToolOutputReq(params=params))

    def add_structured_input(
        self, thread_id: str, item_id: str, submission: wire.StructuredInputSubmission
    ) -> EventStream:
        params = wire.ThreadAddStructuredInputParams(thread_id=thread_id, item_id=item_id, input=submission)
        return self._stream(wire.ThreadsAddStructuredInputReq(params=params))

    def retry_after_item(self, thread_id: str, item_id: str) -> EventStream:
        params = wire.ThreadRetryAfterItemParams(thread_id=thread_id, item_id=item_id)
        return self._stream(wire.ThreadsRetryAfterItemReq(params=params))

    def custom_action(
        self, thread_id: str, action: str, payload: Any = None, *, item_id: str | None = None
    ) -> EventStream:
        """``action`` is the action's type; ``item_id`` is the widget it was started from."""
        return self._stream(wire.ThreadsCustomActionReq(params=_action(thread_id, action, payload, item_id)))

    # Threads and items

    async def get_thread(self, thread_id: str) -> wire.Thread:
        params = wire.ThreadGetByIdParams(thread_id=thread_id)
        return await self._call(wire.ThreadsGetByIdReq(params=params), self._thread)

    async def list_threads(
        self, *, limit: int | None = None, after: str | None = None, order: Order = "desc"
    ) -> wire.Page[wire.Thread]:
        params = wire.ThreadListParams(limit=limit, after=after, order=order)
        return await self._call(wire.ThreadsListReq(params=params), self._threads)

    async def update_thread(self, thread_id: str, title: str) -> wire.Thread:
        params = wire.ThreadUpdateParams(thread_id=thread_id, title=title)
        return await self._call(wire.ThreadsUpdateReq(params=params), self._thread)

    async def delete_thread(self, thread_id: str) -> None:
        await self._post(wire.ThreadsDeleteReq(params=wire.ThreadDeleteParams(thread_id=thread_id)))

    async def search(self, words: str, *, limit: int = 20) -> ThreadHits:
        """The user's threads with all of these words in one message or in the title, at most 50.

        Those of the agent that the address names, or of all agents.
        """
        _, found, agent = self.url.rpartition("/chatkit/")
        query: dict[str, str | int] = {"q": words, "limit": limit} | ({"agent": agent} if found else {})
        request = self._http.build_request(
            "GET", self._beside("search"), params=query, headers=self._headers, timeout=PLAIN
        )
        try:
            return ThreadHits.model_validate_json((await send(self._http, request, stream=False)).content)
        except ValidationError as error:
            raise ClientError(None, "Unexpected answer", "This server has no search in threads.") from error

    async def list_items(
        self, thread_id: str, *, limit: int | None = None, after: str | None = None, order: Order = "desc"
    ) -> wire.Page[wire.ThreadItem]:
        params = wire.ItemsListParams(thread_id=thread_id, limit=limit, after=after, order=order)
        return await self._call(wire.ItemsListReq(params=params), self._items)

    async def feedback(self, thread_id: str, item_ids: list[str], kind: wire.FeedbackKind) -> None:
        params = wire.ItemFeedbackParams(thread_id=thread_id, item_ids=item_ids, kind=kind)
        await self._post(wire.ItemsFeedbackReq(params=params))

    async def sync_custom_action(
        self, thread_id: str, action: str, payload: Any = None, *, item_id: str | None = None
    ) -> wire.ThreadItem | None:
        """Like ``custom_action`` without a stream: the item that changed, if one did."""
        request = wire.ThreadsSyncCustomActionReq(params=_action(thread_id, action, payload, item_id))
        return (await self._call(request, self._sync_action)).updated_item

    # Branches

    async def branches(self, thread_id: str) -> list[BranchPoint]:
        """The places of a thread with several versions of a message or an answer, in its order."""
        return await self._branches("GET", thread_id)

    async def switch_branch(self, thread_id: str, item_id: str) -> list[BranchPoint]:
        """Display another version, one of the ``siblings``, with what followed it last; the places as they are then.

        Load the thread again afterwards: its items are others.
        """
        return await self._branches("POST", thread_id, {"item_id": item_id})

    async def _branches(self, method: str, thread_id: str, body: dict[str, str] | None = None) -> list[BranchPoint]:
        url = self._beside(f"threads/{quote(thread_id, safe='')}/branches")
        request = self._http.build_request(method, url, json=body, headers=self._headers, timeout=PLAIN)
        found = (await send(self._http, request, stream=False)).json()["branches"]
        return [BranchPoint(place["item_id"], tuple(place["siblings"])) for place in found]

    # Attachments and dictation

    async def upload(
        self, file: str | Path | bytes, *, name: str | None = None, mime_type: str | None = None
    ) -> wire.Attachment:
        """A file that a message may have as one of its ``attachments``.

        file: its path, or its bytes, which need a ``name``. mime_type: else what the name stands for.
        """
        content = file if isinstance(file, bytes) else await asyncio.to_thread(Path(file).read_bytes)
        name = name or ("file" if isinstance(file, bytes) else Path(file).name)
        kind = mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        made = await self.create_attachment(name, len(content), kind)
        if target := made.upload_descriptor:
            request = self._http.build_request(
                target.method, str(target.url), content=content, headers=target.headers, timeout=STREAMED
            )
            await send(self._http, request, stream=False)
        return made

    async def create_attachment(self, name: str, size: int, mime_type: str) -> wire.Attachment:
        """``size`` in bytes. The attachment's ``upload_descriptor`` has the address for the bytes."""
        params = wire.AttachmentCreateParams(name=name, size=size, mime_type=mime_type)
        return await self._call(wire.AttachmentsCreateReq(params=params), self._attachment)

    async def delete_attachment(self, attachment_id: str) -> None:
        await self._post(wire.AttachmentsDeleteReq(params=wire.AttachmentDeleteParams(attachment_id=attachment_id)))

    async def transcribe(self, audio: bytes, mime_type: str) -> str:
        """The text spoken in ``audio``; ``mime_type`` such as ``"audio/webm;codecs=opus"``."""
        params = wire.InputTranscribeParams(audio_base64=base64.b64encode(audio).decode(), mime_type=mime_type)
        result = await self._call(wire.InputTranscribeReq(params=params), self._transcription)
        return result.text

    # Runs

    def follow(self, run_id: str, *, after: int = 0) -> EventStream:
        """An answer's events behind the number ``after``, and then as they come: how a broken stream goes on."""
        url = self._beside(f"runs/{quote(run_id, safe='')}/events?after={after}")
        request = self._http.build_request("GET", url, headers=self._headers, timeout=STREAMED)
        stream = EventStream(self._http, request, self._event)
        stream.run_id, stream.last_id = run_id, after  # so that it can be followed in its turn
        return stream

    async def running(self, thread_id: str) -> str | None:
        """The id of the answer that is being written in a thread, if one is."""
        url = self._beside(f"threads/{quote(thread_id, safe='')}/run")
        request = self._http.build_request("GET", url, headers=self._headers, timeout=PLAIN)
        run = (await send(self._http, request, stream=False)).json()["run"]
        return None if run is None else run["id"]

    async def cancel_run(self, run_id: str) -> None:
        """Stops a running answer (``EventStream.run_id``); what it has written so far stays in the thread."""
        url = self._beside(f"runs/{quote(run_id, safe='')}/cancel")
        await send(self._http, self._http.build_request("POST", url, headers=self._headers), stream=False)

    def _beside(self, path: str) -> str:
        # The address may name an agent behind /chatkit; runs, threads and searches belong to none.
        base, found, _ = f"{self.url}/".rpartition("/chatkit/")
        return f"{base}/chatkit/{path}" if found else f"{self.url}/{path}"

    # Adapters take milliseconds to build and microseconds to use: one each, when first needed.

    @cached_property
    def _event(self) -> TypeAdapter[wire.ThreadStreamEvent]:
        return TypeAdapter(wire.ThreadStreamEvent)

    @cached_property
    def _thread(self) -> TypeAdapter[wire.Thread]:
        return TypeAdapter(wire.Thread)

    @cached_property
    def _threads(self) -> TypeAdapter[wire.Page[wire.Thread]]:
        return TypeAdapter(wire.Page[wire.Thread])

    @cached_property
    def _items(self) -> TypeAdapter[wire.Page[wire.ThreadItem]]:
        return TypeAdapter(wire.Page[wire.ThreadItem])

    @cached_property
    def _sync_action(self) -> TypeAdapter[wire.SyncCustomActionResponse]:
        return TypeAdapter(wire.SyncCustomActionResponse)

    @cached_property
    def _attachment(self) -> TypeAdapter[wire.Attachment]:
        return TypeAdapter(wire.Attachment)

    @cached_property
    def _transcription(self) -> TypeAdapter[wire.TranscriptionResult]:
        return TypeAdapter(wire.TranscriptionResult)

    def _request(self, body: BaseModel, timeout: httpx2.Timeout) -> httpx2.Request:
        headers = {"Content-Type": "application/json"} | self._headers
        content = body.model_dump_json(by_alias=True)
        return self._http.build_request("POST", self.url, content=content, headers=headers, timeout=timeout)

    def _stream(self, body: BaseModel) -> EventStream:
        return EventStream(self._http, self._request(body, STREAMED), self._event)

    async def _post(self, body: BaseModel) -> bytes:
        return (await send(self._http, self._request(body, PLAIN), stream=False)).content

    async def _call(self, body: BaseModel, adapter: TypeAdapter[Result]) -> Result:
        content = await self._post(body)
        try:
            return adapter.validate_json(content)
        except ValidationError as error:
            raise ClientError(None, "Unexpected answer", "The server's answer is not a ChatKit answer.") from error


def user_message(message: str | wire.UserMessageInput, attachments: Attachments = ()) -> wire.UserMessageInput:
    """A plain text as the message it stands for, with these attachments as well."""
    ids = [one if isinstance(one, str) else one.id for one in attachments]
    if not isinstance(message, str):
        return message.model_copy(update={"attachments": [*message.attachments, *ids]}) if ids else message
    text = wire.UserMessageTextContent(text=message)
    return wire.UserMessageInput(content=[text], attachments=ids, inference_options=wire.InferenceOptions())


def _action(thread_id: str, action: str, payload: Any, item_id: str | None) -> wire.ThreadCustomActionParams:
    return wire.ThreadCustomActionParams(
        thread_id=thread_id, item_id=item_id, action=Action[str, Any](type=action, payload=payload)
    )


__all__ = ["BranchPoint", "ChatKitClient", "ClientError", "EventStream", "StreamEvent", "user_message"]
