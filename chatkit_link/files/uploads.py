"""Uploads.

How it flows: first a row reserves the announced size, under a lock, so that concurrent uploads
cannot overdraw a quota. Then the bytes pass through: the first few thousand are looked at and decide, the
rest goes straight on to the storage and is counted on the way. What was stored is then decoded once, in
another process, and only then the row is ``kept`` and names its place.

The invariant: nothing can be read, sent in a message or linked to before it was checked as the very bytes
that are served later. That is why what a browser has put into the storage itself is not used at its
place, where its link could still overwrite it: it is read from there like any other upload, to a key that
has no link. Whatever goes wrong, the row is deleted, and with it by the trigger what was stored.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from weakref import WeakValueDictionary

import anyio
from chatkit.types import Attachment, FileAttachment

from chatkit_link.caller import Caller
from chatkit_link.errors import (
    BadRequest,
    Conflict,
    LinkError,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unprocessable,
)
from chatkit_link.files.filename import content_disposition
from chatkit_link.files.media_type import HEAD, IMAGES, TextCheck, inert_type, is_text, require_honest, sniff
from chatkit_link.files.renditions import Renditions
from chatkit_link.files.signed_urls import Links
from chatkit_link.files.storage import Storage
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database
from chatkit_link.translations import Localized

#: Uploads of one user that are read at the same time; the others wait, unread, in their sockets.
_SIDE_BY_SIDE = 8
#: Seconds that an upload may stand still.
_STALLED = 60.0


class Uploads:
    """Receives the bytes of files that have a row."""

    def __init__(
        self, database: Database, storage: Storage, renditions: Renditions, links: Links, limits: UploadLimits
    ) -> None:
        self._database = database
        self._storage = storage
        self._renditions = renditions
        self._links = links
        self._limits = limits
        self._lines: WeakValueDictionary[tuple[str, str], asyncio.Semaphore] = WeakValueDictionary()

    async def begin(self, attachment: Attachment, size: int, caller: Caller, *, counted: bool = True) -> None:
        """Reserve ``size`` bytes; without ``counted``, also beyond the quota.

        Raises:
            OverQuota: there is not as much space.
        """
        async with self._database.session(caller, atomic=True) as session:
            if counted:
                self._limits.require_room(await rows.measure_usage(session), size)
            await rows.reserve(session, attachment, size)

    async def take(
        self, attachment: Attachment, chunks: AsyncIterator[bytes], caller: Caller, *, most: int, counted: bool = True
    ) -> Attachment:
        """Receive the bytes of a file that has a row; the attachment with its detected type.

        Args:
            most: bytes that were reserved.
            counted: whether there must be room for what is made of it, too.

        Raises:
            LinkError: the file cannot be taken. If that is because of what it is, it is deleted.
        """
        line = self._lines.setdefault(caller.owner, asyncio.Semaphore(_SIDE_BY_SIDE))
        async with line:
            try:
                return await self._take(attachment, _moving(chunks), caller, most, counted=counted)
            except (Unavailable, BadRequest, TooManyRequests):  # may be sent again
                raise
            except LinkError:
                await self.drop(attachment.id, caller)
                raise

    async def settle(self, file: rows.File, caller: Caller) -> None:
        """Take what a browser has put into the storage itself.

        Raises:
            Conflict: it has not, yet.
            LinkError: as ``take``.
        """
        incoming = incoming_key(file.id)
        try:
            size = await self._storage.size(incoming)
        except NotFound:
            raise not_there_yet(file.name) from None
        announced = FileAttachment(id=file.id, name=file.name, mime_type=file.mime_type)
        if size > file.size:
            await self.drop(file.id, caller)
            raise _more_than_announced()
        try:
            await self.take(announced, self._storage.read(incoming), caller, most=file.size)
        except (Conflict, NotFound):
            # Requested twice at once, such as by a preview and by the message: the faster request has stored it.
            async with self._database.session(caller) as session:
                if (await rows.find_file(session, file.id)).state != "kept":
                    raise
        await self._storage.remove(incoming)

    async def drop(self, file_id: str, caller: Caller) -> None:
        """Delete a file whose upload failed, also while its request is being cancelled."""
        with anyio.CancelScope(shield=True):
            try:
                async with self._database.session(caller) as session:
                    await rows.delete_awaiting(session, file_id)
            except Unavailable:
                pass  # it is swept after a while

    async def _take(
        self, attachment: Attachment, chunks: AsyncIterator[bytes], caller: Caller, most: int, *, counted: bool
    ) -> Attachment:
        head = bytearray()
        async for chunk in chunks:
            head += chunk
            if len(head) >= HEAD:
                break
        if not head:
            raise Unprocessable(Localized("file_empty"))
        begin = bytes(head[:HEAD])
        media_type = sniff(begin, attachment.name)
        self._limits.require_type(media_type)
        require_honest(media_type, attachment.name, attachment.mime_type)
        place = f"{attachment.id}/{secrets.token_hex(8)}"
        text = TextCheck(begin) if is_text(media_type) else None
        passing = _Passing(bytes(head), chunks, min(most, self._limits.max_size), text)
        disposition = content_disposition(attachment.name, inline=media_type in IMAGES)
        await self._storage.put(place, passing.chunks(), mime_type=inert_type(media_type), disposition=disposition)
        try:
            made = await self._renditions.make(place, media_type, passing.size, caller)
        except (Unavailable, TooManyRequests):  # the row stays and may be sent to again; these bytes belong to nothing
            with anyio.CancelScope(shield=True):
                await self._storage.remove(place)
            raise
        stored = self._links.attachment(attachment.id, attachment.name, media_type, attachment.thread_id)
        async with self._database.session(caller, atomic=made.size > 0) as session:
            if made.size and counted:
                # A small file may unfold: two kilobytes of PDF to a megabyte of text.
                self._limits.require_room(await rows.measure_usage(session), made.size)
            if await rows.keep(session, stored, size=passing.size, place=place, renditions=made.types, made=made.size):
                return stored
        for name in ("", *(f".{name}" for name in made.types)):
            await self._storage.remove(place + name)
        raise Conflict(Localized("file_uploaded_already"))


class _Passing:
    """Chunks on their way to the storage, counted and looked at. size: how many bytes have passed."""

    def __init__(self, head: bytes, rest: AsyncIterator[bytes], most: int, text: TextCheck | None) -> None:
        self._head = head
        self._rest = rest
        self._most = most
        self._text = text
        self.size = 0

    async def chunks(self) -> AsyncGenerator[bytes]:
        yield self._counted(self._head)
        async for chunk in self._rest:
            yield self._counted(chunk)

    def _counted(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self.size > self._most:
            raise _more_than_announced()
        if self._text is not None:
            self._text.feed(chunk)
        return chunk


async def _moving(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same chunks. Raises BadRequest when none comes for a minute."""
    while True:
        try:
            async with asyncio.timeout(_STALLED):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise BadRequest(Localized("upload_stalled")) from None
        if chunk is None:
            return
        if chunk:
            yield chunk


def incoming_key(file_id: str) -> str:
    """Where a browser puts bytes into the storage itself."""
    return f"{file_id}/incoming"


def not_there_yet(name: str) -> Conflict:
    return Conflict(Localized("file_not_uploaded", name=name))


def _more_than_announced() -> TooLarge:
    return TooLarge(Localized("file_larger_than_announced"))
