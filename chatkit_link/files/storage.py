"""Where bytes are: a folder, or a bucket of S3, GCS or Azure, all through obstore.

Keys are generated and hold nothing that a user wrote. Nothing here has more than a few chunks of a
file in memory.
"""

import shutil
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import anyio.to_thread
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError
from obstore.store import AzureStore, GCSStore, LocalStore, ObjectStore, S3Store, from_url

from chatkit_link.errors import ConfigurationError, NotFound, Unavailable
from chatkit_link.translations import Localized

_SCHEMES = ("file", "s3", "gs", "az")
#: Bytes sent to the storage at once. S3 takes no part under 5 MiB but the last one.
_LOCAL_CHUNK = 256 * 1024
_CLOUD_CHUNK = 5 * 1024 * 1024
_READ_CHUNK = 128 * 1024


class Storage:
    """One place for bytes, by key.

    Raises Unavailable from every method while the storage is away.
    """

    #: Key of a file that says which storage this is.
    MARKER = "chatkit-link-storage"

    def __init__(self, url: str, *, folder: Path, direct: bool = True) -> None:
        """
        Args:
            url: ``file:///folder``, ``s3://bucket/prefix``, ``gs://bucket``, ``az://account/container``; the
                credentials of the last three are read by obstore, from the variables that their own tools use.
            folder: where the bytes are when ``url`` is empty.
            direct: whether browsers may be sent to the storage itself, where it can sign links.

        Raises:
            ConfigurationError: there can be no storage at that address.
        """
        self._store = _open(url, folder)
        #: For an operator: where it is, without credentials.
        self.place = _place(url, folder)
        #: Whether it is known to be that of the database (``storage_claim.py``); where it is not, nothing is stored.
        self.usable = True
        self._signing = self._store if isinstance(self._store, S3Store | GCSStore | AzureStore) else None
        self.signs = direct and self._signing is not None

    def require_usable(self) -> None:
        """Raises Unavailable where nothing may be stored."""
        if not self.usable:
            raise Unavailable(Localized("storage_unavailable"))

    async def marker(self) -> str | None:
        """The id in the marker; None where there is none."""
        try:
            return (await self.read_all(self.MARKER, 100)).decode("ascii", "replace").strip() or None
        except NotFound:
            return None

    async def mark(self, marker: str) -> str:
        """Store this id, unless there is one; the one that is there then."""
        with _translated(self.MARKER):
            try:
                await obstore.put_async(self._store, self.MARKER, marker.encode(), mode="create")
            except AlreadyExistsError:
                pass
            except NotSupportedError:  # by some servers that are like S3
                if await self.marker() is None:
                    await obstore.put_async(self._store, self.MARKER, marker.encode())
        return await self.marker() or marker

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, mime_type: str, disposition: str) -> None:
        """Store a stream; where it breaks off, nothing is stored, and what broke it is raised.

        mime_type, disposition: headers for a browser that downloads the bytes from the storage itself.
        """
        self.require_usable()
        local = isinstance(self._store, LocalStore)
        attributes: dict[str, str] = {"Content-Type": mime_type, "Content-Disposition": disposition}
        with _translated(key):
            await obstore.put_async(
                self._store,
                key,
                chunks,
                attributes=None if local else attributes,  # a folder has none
                chunk_size=_LOCAL_CHUNK if local else _CLOUD_CHUNK,
                max_concurrency=2,
            )

    async def free(self) -> int | None:
        """Bytes that the disk has left; None where there is no disk, or it does not say."""
        if not isinstance(self._store, LocalStore):
            return None
        try:
            return (await anyio.to_thread.run_sync(shutil.disk_usage, str(self._store.prefix))).free
        except OSError:
            return None

    async def size(self, key: str) -> int:
        """Bytes. Raises NotFound."""
        with _translated(key):
            return (await obstore.head_async(self._store, key))["size"]

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes from ``start`` up to and without ``end``. Raises NotFound."""
        with _translated(key):
            if start or end is not None:
                span = (start, end) if end is not None else {"offset": start}
                result = await obstore.get_async(self._store, key, options={"range": span})  # pyright: ignore[reportArgumentType] - either is a range
            else:
                result = await obstore.get_async(self._store, key)
            async for chunk in result.stream(min_chunk_size=_READ_CHUNK):
                yield bytes(chunk)

    async def read_all(self, key: str, limit: int) -> bytes:
        """The first ``limit`` bytes. Raises NotFound."""
        found = bytearray()
        async with aclosing(self.read(key, 0, limit) if limit else self.read(key)) as chunks:
            async for chunk in chunks:
                found += chunk
        return bytes(found[:limit])

    async def remove(self, prefix: str) -> None:
        """Remove one key, or all that begin with a prefix that ends with a slash; nothing there is no error."""
        if not prefix.endswith("/"):
            await self._delete(prefix)
            return
        if isinstance(self._store, LocalStore):
            # The whole folder: what a killed upload leaves there is not in the list.
            with suppress(NotFound), _translated(prefix):
                await anyio.to_thread.run_sync(shutil.rmtree, Path(str(self._store.prefix)) / prefix)
            return
        with _translated(prefix):
            async for found in obstore.list(self._store, prefix.rstrip("/")):  # pyright: ignore[reportUnknownMemberType]
                for entry in found:
                    await self._delete(entry["path"])

    async def _delete(self, key: str) -> None:
        with suppress(NotFound), _translated(key):
            await obstore.delete_async(self._store, key)

    async def sign(self, method: Literal["GET", "PUT"], key: str, lifetime: float) -> str:
        """A link that lets its holder read or write ``key`` for ``lifetime`` seconds."""
        assert self._signing is not None  # callers ask ``signs`` first
        with _translated(key):
            return await obstore.sign_async(self._signing, method, key, timedelta(seconds=lifetime))

    async def origin(self) -> str | None:
        """Scheme and host that a browser meets in such links; None where it meets only this server."""
        if not self.signs:
            return None
        parts = urlsplit(await self.sign("GET", "origin", 1))
        return f"{parts.scheme}://{parts.netloc}"


def _place(url: str, folder: Path) -> str:
    if not url or urlsplit(url).scheme == "file":
        path = folder.absolute() if not url else Path(urlsplit(url).path)
        return f"{path} on {socket.gethostname()}"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _open(url: str, folder: Path) -> ObjectStore:
    try:
        if not url:
            return LocalStore(folder.absolute(), mkdir=True, automatic_cleanup=True)
        scheme = urlsplit(url).scheme
        if scheme not in _SCHEMES:
            raise ValueError
        if scheme == "file":
            return from_url(url, mkdir=True, automatic_cleanup=True)
        return from_url(url, retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)})
    except (BaseError, ValueError, OSError) as error:
        # obstore's own text stays out: an address may hold a key.
        raise ConfigurationError(
            "CHATKIT_LINK_FILES_URL cannot be used: write file:///folder, s3://bucket/prefix, gs://bucket/prefix "
            "or az://account/container, and give the storage's credentials in its own variables (docs/how-to/files.md)."
        ) from error


@contextmanager
def _translated(key: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(Localized("file_gone")) from error
    except (BaseError, OSError) as error:
        raise Unavailable(Localized("storage_unavailable")) from error
