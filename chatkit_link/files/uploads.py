"""Uploads.

How it flows: first there is a row, which takes no space, however much is announced: whoever announces it may never
send it. Then the bytes pass through: the first few thousand are looked at and decide, the rest goes straight on to
the storage. Before they are stored, the row reserves the space for them, a few million at a time and under a lock, so
that concurrent uploads cannot overdraw a quota. What was stored is then decoded once, in
another process, and only then the row is ``kept`` and names its place.

The invariant: nothing can be read, sent in a message or linked to before it was checked as the very bytes
that are served later. That is why what a browser has put into the storage itself is not used at its
place, where its link could still overwrite it: it is read from there like any other upload, to a key that
has no link. Whatever goes wrong, the row is deleted, and with it by the trigger what was stored.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import anyio
from chatkit.types import Attachment, FileAttachment

from chatkit_link.caller import Caller
from chatkit_link.errors import (
    BadRequest,
    Conflict,
    LinkError,
    NotFound,
    OverQuota,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unprocessable,
)
from chatkit_link.files.filename import content_disposition
from chatkit_link.files.media_type import HEAD, IMAGES, TextCheck, inert_type, is_text, require_honest, sniff
from chatkit_link.files.network_hash import NetworkHash
from chatkit_link.files.renditions import Renditions
from chatkit_link.files.signed_urls import Links
from chatkit_link.files.storage import Storage
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: Uploads that wait, unread in their sockets, while others are received.
WAITING = Bounds(user=200, address=1000, total=5000)
#: Seconds that an upload may stand still; and bytes a second that must come, once it has been waited for as long.
_STALLED = 60.0
_SLOWEST = 8_000
#: Bytes that are reserved at once, while they come.
_STEP = 4_000_000
#: Of the uploads that nothing has come of, how many are forgotten where they are too many.
_FORGOTTEN = 100


class Uploads:
    """Receives the bytes of files that have a row."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        renditions: Renditions,
        links: Links,
        limits: UploadLimits,
        network_hash: NetworkHash,
    ) -> None:
        self._database = database
        self._storage = storage
        self._renditions = renditions
        self._links = links
        self._limits = limits
        self._network_hash = network_hash
        self._line = Line(limits.at_once, WAITING)

    @asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncGenerator[AsyncExitStack]:
        """For the time that bytes are received; ``take`` ends it before it decodes them.

        Raises TooManyRequests and Unavailable where too many wait for one.
        """
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(self._line.turn(caller))
            yield turn

    async def announce(self, attachment: Attachment, size: int, caller: Caller) -> None:
        """Begin a file whose bytes come later, by a link.

        Raises:
            OverQuota: there is no room for it now.
            TooManyRequests: too many such files have begun.
        """
        network = self._network_hash(caller.network)
        await self._require_free(size)
        async with self._database.session(caller, atomic=True) as session:
            awaiting = await rows.count_awaiting(session, network)
            self._limits.require_few(awaiting)
            self._limits.require_room(await rows.measure_usage(session, network), size)
            await rows.begin(session, attachment, size, network)
        if awaiting.total >= self._limits.begun.total:
            await rows.drop_empty(self._database, _FORGOTTEN)

    async def begin(self, attachment: Attachment, size: int, caller: Caller) -> None:
        """Begin a file whose bytes come now. Raises Unavailable where the storage may not be used."""
        self._storage.require_usable()
        async with self._database.session(caller) as session:
            await rows.begin(session, attachment, size, self._network_hash(caller.network))

    async def _require_free(self, size: int) -> None:
        self._storage.require_usable()
        free = await self._storage.free()
        if free is not None and free - size < self._limits.keep_free:
            logger.error("No file is stored: the disk has %d bytes left (CHATKIT_LINK_KEEP_FREE).", free)
            raise OverQuota(Localized("no_room_left_here"))

    async def take(
        self,
        attachment: Attachment,
        chunks: AsyncIterator[bytes],
        caller: Caller,
        *,
        most: int,
        turn: AsyncExitStack | None = None,
        counted: bool = True,
    ) -> Attachment:
        """Receive the bytes of a file that has a row; the attachment with its detected type.

        Args:
            most: bytes that were announced.
            turn: ended when the bytes are stored, so that what waits to be decoded keeps nobody from sending.
            counted: whether there must be room for it in the quotas.

        Raises:
            LinkError: the file cannot be taken. If that is because of what it is, it is deleted.
        """
        try:
            return await self._take(attachment, _moving(chunks), caller, most, turn, counted=counted)
        except LinkError as error:
            if isinstance(error, Unavailable | BadRequest | TooManyRequests):  # it may be sent again
                await self._release(attachment.id, caller)
            else:
                await self.drop(attachment.id, caller)
            raise
        except BaseException:
            await self._release(attachment.id, caller)
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
            async with self.turn(caller) as turn:
                await self.take(announced, self._storage.read(incoming), caller, most=file.size, turn=turn)
        except (Conflict, NotFound):
            # Requested twice at once, such as by a preview and by the message: the faster request has stored it.
            async with self._database.session(caller) as session:
                if (await rows.find_file(session, file.id)).state != "kept":
                    raise
        await self._storage.remove(incoming)

    async def drop(self, file_id: str, caller: Caller) -> None:
        """Delete a file whose upload failed, also while its request is being cancelled."""
        with anyio.CancelScope(shield=True), suppress(Unavailable):  # it is swept after a while
            async with self._database.session(caller) as session:
                await rows.delete_awaiting(session, file_id)

    async def _release(self, file_id: str, caller: Caller) -> None:
        """Let go of the space of an upload that broke off: it holds none while nothing comes."""
        with anyio.CancelScope(shield=True), suppress(Unavailable):
            async with self._database.session(caller) as session:
                await rows.release(session, file_id)

    async def _take(
        self,
        attachment: Attachment,
        chunks: AsyncIterator[bytes],
        caller: Caller,
        most: int,
        turn: AsyncExitStack | None,
        *,
        counted: bool,
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
        most = min(most, self._limits.max_size)
        reserved = 0

        async def reserve(size: int) -> None:
            nonlocal reserved
            if size > reserved:
                wanted = min(most, max(size, reserved + _STEP))
                await self._reserve(attachment.id, wanted, wanted - reserved, caller, counted=counted)
                reserved = wanted

        passing = _Passing(bytes(head), chunks, most, text, reserve)
        disposition = content_disposition(attachment.name, inline=media_type in IMAGES)
        await self._storage.put(place, passing.chunks(), mime_type=inert_type(media_type), disposition=disposition)
        if turn is not None:
            await turn.aclose()
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
                usage = await rows.measure_usage(session, self._network_hash(caller.network), locked=True)
                self._limits.require_room(usage, made.size, files=0)
            if await rows.keep(session, stored, size=passing.size, place=place, renditions=made.types, made=made.size):
                return stored
        for name in ("", *(f".{name}" for name in made.types)):
            await self._storage.remove(place + name)
        raise Conflict(Localized("file_uploaded_already"))

    async def _reserve(self, file_id: str, size: int, more: int, caller: Caller, *, counted: bool) -> None:
        """Have space for ``size`` bytes of a file, ``more`` than before. Raises OverQuota, NotFound and Conflict."""
        await self._require_free(more)
        async with self._database.session(caller, atomic=True) as session:
            if counted:
                usage = await rows.measure_usage(session, self._network_hash(caller.network), locked=True)
                self._limits.require_room(usage, more, files=int(size == more))
            if not await rows.reserve(session, file_id, size):
                await rows.find_file(session, file_id)
                raise Conflict(Localized("file_uploaded_already"))


class _Passing:
    """Chunks on their way to the storage, counted and looked at. size: how many bytes have passed."""

    def __init__(
        self,
        head: bytes,
        rest: AsyncIterator[bytes],
        most: int,
        text: TextCheck | None,
        reserve: Callable[[int], Awaitable[None]],
    ) -> None:
        """reserve: called with the number of bytes, before they pass."""
        self._reserve = reserve
        self._head = head
        self._rest = rest
        self._most = most
        self._text = text
        self.size = 0

    async def chunks(self) -> AsyncGenerator[bytes]:
        yield await self._counted(self._head)
        async for chunk in self._rest:
            yield await self._counted(chunk)

    async def _counted(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self.size > self._most:
            raise _more_than_announced()
        await self._reserve(self.size)
        if self._text is not None:
            self._text.feed(chunk)
        return chunk


async def _moving(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same chunks. Raises BadRequest when none comes for a minute, or hardly any for longer."""
    clock = asyncio.get_running_loop().time
    waited, size = 0.0, 0
    while True:
        began = clock()
        try:
            async with asyncio.timeout(_STALLED):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise BadRequest(Localized("upload_stalled")) from None
        if chunk is None:
            return
        waited, size = waited + clock() - began, size + len(chunk)
        if waited > _STALLED and size < _SLOWEST * waited:
            raise BadRequest(Localized("upload_stalled"))
        if chunk:
            yield chunk


def incoming_key(file_id: str) -> str:
    """Where a browser puts bytes into the storage itself."""
    return f"{file_id}/incoming"


def not_there_yet(name: str) -> Conflict:
    return Conflict(Localized("file_not_uploaded", name=name))


def _more_than_announced() -> TooLarge:
    return TooLarge(Localized("file_larger_than_announced"))
