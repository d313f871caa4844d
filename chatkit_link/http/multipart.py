"""The file of a ``multipart/form-data`` body (RFC 7578), as it arrives.

Starlette's own form parser writes the whole body to a temporary file first; here only the current chunk
is in memory.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from chatkit_link.errors import BadRequest, UnsupportedType
from chatkit_link.translations import Localized

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


class FilePart:
    """The first part named ``file``.

    name, mime_type: as the browser sent them; known once ``open`` has returned.
    """

    def __init__(self, content_type: str, body: AsyncIterator[bytes], *, spare: int) -> None:
        """spare: bytes that may stand before the file. Raises UnsupportedType unless the body is a form."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise UnsupportedType("Send the file as multipart/form-data, in a field named `file`.")
        self.name = ""
        self.mime_type = "application/octet-stream"
        self._body = body
        self._spare = spare
        self._headers: list[tuple[bytes, bytes]] = []
        self._header: tuple[bytearray, bytearray] = bytearray(), bytearray()
        self._ours = False
        self._found = False
        self._over = False
        self._ready: list[bytes] = []
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    async def open(self) -> None:
        """Read up to the file. Raises BadRequest where there is none, or where it does not come soon."""
        while not self._found:
            if self._spare < 0:
                raise BadRequest("The file does not come first in the form: send it alone, in a field named `file`.")
            if not await self._advance():
                raise BadRequest("There is no file in the form: send it in a field named `file`.")

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The bytes of the file. Raises BadRequest where the form breaks off."""
        while True:
            while self._ready:
                yield self._ready.pop(0)
            if self._over:
                return
            if not await self._advance():
                raise BadRequest(Localized("upload_broke_off"))

    async def _advance(self) -> bool:
        chunk = await anext(self._body, b"")
        if not chunk:
            return False
        self._spare -= len(chunk)
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise BadRequest("The form cannot be read: it is not valid multipart/form-data.") from None
        return True

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        self._headers.append((bytes(self._header[0]).lower(), bytes(self._header[1])))
        self._header[0].clear()
        self._header[1].clear()

    def _headers_finished(self) -> None:
        headers = dict(self._headers)
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        self._ours = not self._found and options.get(b"name") == b"file" and b"filename" in options
        if self._ours:
            self._found = True
            self.name = options[b"filename"].decode("utf-8", "replace")
            self.mime_type = headers.get(b"content-type", b"").decode("latin-1") or self.mime_type

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._ours:
            self._ready.append(bytes(data[start:end]))

    def _part_end(self) -> None:
        if self._ours:
            self._over = True
            self._ours = False
