"""``Files``: the SDK's ``AttachmentStore``, and what else our own server asks of files.

Every method asks for the owner first: a foreign or unknown id is NotFound, and nothing was touched.
Source of the contract: ``chatkit/store.py`` of openai-chatkit.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from chatkit.store import AttachmentStore
from chatkit.types import (
    Attachment,
    AttachmentCreateParams,
    AttachmentUploadDescriptor,
    FileAttachment,
)
from pydantic import AnyUrl
from typing_extensions import override

from chatkit_link.caller import Caller
from chatkit_link.errors import Conflict, NotFound, Unprocessable, UnsupportedType
from chatkit_link.files.filename import clean_name
from chatkit_link.files.media_type import IMAGES, decode_text, is_text, sniff
from chatkit_link.files.renditions import MODEL, PREVIEW, TEXT
from chatkit_link.files.signed_urls import Links, link_not_found
from chatkit_link.files.storage import Storage
from chatkit_link.files.sweeper import Sweeper
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.files.uploads import Uploads, incoming_key, not_there_yet
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.patience import patiently
from chatkit_link.store.postgres import new_id
from chatkit_link.translations import Localized

#: Bytes of UTF-8 that a character takes at most.
_WIDEST = 4


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes that may be served. inline: whether a page may show them by themselves."""

    key: str
    mime_type: str
    size: int
    name: str
    inline: bool


class Files(AttachmentStore[Caller]):
    """All files of the Caller, and of no other user.

    limits: what may be attached. links: addresses of files. sweeper: removes what is not needed any more.
    """

    def __init__(
        self,
        database: Database,
        storage: Storage,
        uploads: Uploads,
        sweeper: Sweeper,
        links: Links,
        limits: UploadLimits,
        *,
        upload_link: float,
    ) -> None:
        """upload_link: seconds that an upload link is good for."""
        self.links = links
        self.limits = limits
        self.storage = storage
        self._database = database
        self._uploads = uploads
        self._sweeper = sweeper
        self._upload_link = upload_link

    @property
    def storage_problem(self) -> str | None:
        """Why no file is stored or found here, for an operator; None where all is well."""
        return self._sweeper.storage_problem

    # The SDK's AttachmentStore

    @override
    def generate_attachment_id(self, mime_type: str, context: Caller) -> str:
        return new_id("attachment")

    @override
    async def create_attachment(self, input: AttachmentCreateParams, context: Caller) -> Attachment:
        """The first half of a two-phase upload: an attachment, and where its bytes go.

        Raises:
            LinkError: its size or type is not taken here, there is no room for it, or too many have begun.
        """
        if input.size <= 0:
            raise Unprocessable(Localized("file_empty"))
        self.limits.require_size(input.size)
        self.limits.require_type(input.mime_type)
        attachment = self._new_attachment(input.name, input.mime_type)
        await self._uploads.announce(attachment, input.size, context)
        descriptor = await self._descriptor(attachment, context)
        fresh = self.links.fresh_attachment(attachment, context)
        return fresh.model_copy(update={"upload_descriptor": descriptor})

    def _new_attachment(self, name: str, mime_type: str, thread_id: str | None = None) -> Attachment:
        return self.links.attachment(new_id("attachment"), clean_name(name), mime_type.lower()[:200], thread_id)

    async def _descriptor(self, attachment: Attachment, caller: Caller) -> AttachmentUploadDescriptor:
        if self.storage.signs:
            url = await self.storage.sign("PUT", incoming_key(attachment.id), self._upload_link)
        else:
            url = self.links.upload(attachment.id, caller, self._upload_link)
        headers = {"Content-Type": attachment.mime_type}
        return AttachmentUploadDescriptor(url=AnyUrl(url), method="PUT", headers=headers)

    @override
    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        """Raises NotFound. The bytes follow at once, or when the storage can be reached again."""
        async with self._database.session(context) as session:
            file = await rows.find_file(session, attachment_id)
            if file.state is not None:
                await rows.delete_file(session, attachment_id)
        self._sweeper.wake()

    # Bytes in

    async def receive(
        self, name: str, mime_type: str, chunks: AsyncIterator[bytes], caller: Caller, *, most: int
    ) -> Attachment:
        """A direct upload: all of it at once.

        Args:
            mime_type: what the browser claims.
            most: bytes that it may have.

        Raises:
            LinkError: it is not taken; nothing is left behind then.
        """
        attachment = self._new_attachment(name, mime_type)
        async with self._uploads.turn(caller) as turn:
            await self._uploads.begin(attachment, min(most, self.limits.max_size), caller)
            try:
                stored = await self._uploads.take(attachment, chunks, caller, most=most, turn=turn)
            except BaseException:
                await self._uploads.drop(attachment.id, caller)
                raise
        return self.links.fresh_attachment(stored, caller)

    async def receive_started(self, file_id: str, chunks: AsyncIterator[bytes], caller: Caller) -> None:
        """The second half of a two-phase upload.

        Raises:
            NotFound: there is no such file.
            Conflict: its bytes are there already.
            LinkError: it is not taken; it must be created again then.
        """
        file = await self._find(file_id, caller)
        if file.state != "awaiting":
            raise Conflict(Localized("file_uploaded_already"))
        announced = FileAttachment(id=file.id, name=file.name, mime_type=file.mime_type)
        async with self._uploads.turn(caller) as turn:
            await self._uploads.take(announced, chunks, caller, most=file.size, turn=turn)

    async def receive_image(self, data: bytes, thread_id: str, caller: Caller) -> str:
        """Store an image that a model has made in this thread; its link.

        It counts as used space, but is stored also where a quota has none left; not on a full disk.

        Raises:
            LinkError: it is no image, or there is no such thread.
        """
        media_type = sniff(data[:4096], "image")
        if media_type not in IMAGES:
            raise UnsupportedType(Localized("image_not_made"))
        attachment = self._new_attachment(f"image.{media_type.removeprefix('image/')}", media_type, thread_id)
        await self._uploads.begin(attachment, len(data), caller)
        try:
            await self._uploads.take(attachment, _once(data), caller, most=len(data), counted=False)
        except BaseException:
            await self._uploads.drop(attachment.id, caller)
            raise
        return self.links.signed(attachment.id, caller)

    async def require_ready(self, file_ids: Sequence[str], caller: Caller) -> None:
        """See to it that a message may carry these files.

        Raises:
            NotFound: one of them is unknown or foreign.
            Unprocessable: they are too many.
            Conflict: the bytes of one are not there yet.
            LinkError: what a browser has put into the storage is not taken.
        """
        if len(file_ids) > self.limits.max_count:
            raise Unprocessable(Localized("message_too_many_files", most=self.limits.max_count))
        async with self._database.session(caller) as session:
            found = await rows.find_files(session, file_ids)
        for file in found:
            if file.state == "awaiting":
                await self._settle(file, caller)

    async def _settle(self, file: rows.File, caller: Caller) -> None:
        if not self.storage.signs:
            raise not_there_yet(file.name)
        await self._uploads.settle(file, caller)
        # Its link is still valid for a while; what is sent there now belongs to no file.
        await rows.remove_later(self._database, incoming_key(file.id), self._upload_link)

    # Bytes out

    async def find(self, file_id: str, caller: Caller, *, preview: bool = False) -> Served:
        """What a link leads to. Raises NotFound."""
        file = await self._stored(file_id, caller)
        if not preview:
            return Served(file.place, file.mime_type, file.size, file.name, inline=file.mime_type in IMAGES)
        if PREVIEW not in file.renditions:
            raise link_not_found()
        key = f"{file.place}.{PREVIEW}"
        size = await self.storage.size(key)
        return Served(key, file.renditions[PREVIEW], size, f"{file.name}.webp", inline=True)

    async def read(self, attachment_id: str, caller: Caller, limit: int | None = None) -> bytes:
        """The bytes of a file, at most ``limit`` of them. Raises NotFound."""
        file = await self._stored(attachment_id, caller)
        return await self.storage.read_all(file.place, file.size if limit is None else min(limit, file.size))

    async def read_text(self, attachment_id: str, caller: Caller, limit: int) -> str | None:
        """The first ``limit`` characters of a text file or of a PDF's text; None where there is no text."""
        file = await self._stored(attachment_id, caller)
        if is_text(file.mime_type):
            key = file.place
        elif TEXT in file.renditions:
            key = f"{file.place}.{TEXT}"
        else:
            return None
        return decode_text(await self.storage.read_all(key, limit * _WIDEST))[:limit]

    async def read_picture(self, attachment_id: str, caller: Caller) -> bytes | None:
        """An image as JPEG, at most 2048 pixels wide and high and without metadata; None where it is no image."""
        file = await self._stored(attachment_id, caller)
        if MODEL not in file.renditions:
            return None
        return await self.storage.read_all(f"{file.place}.{MODEL}", _LARGEST_PICTURE)

    async def _stored(self, file_id: str, caller: Caller) -> rows.File:
        file = await self._find(file_id, caller)
        if file.state == "awaiting" and self.storage.signs:
            await self._settle(file, caller)
            file = await self._find(file_id, caller)
        if file.state != "kept":
            raise NotFound(Localized("file_gone"))
        return file

    async def _find(self, file_id: str, caller: Caller) -> rows.File:
        async def find() -> rows.File:
            async with self._database.session(caller) as session:
                return await rows.find_file(session, file_id)

        return await patiently(caller, find)  # an answer reads files, too

    def tidy(self) -> None:
        """Something was deleted: remove its bytes soon."""
        self._sweeper.wake()


#: Bytes; a decoder's pictures are far smaller.
_LARGEST_PICTURE = 16_000_000


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
