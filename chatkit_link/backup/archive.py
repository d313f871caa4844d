"""The file of a backup: a plain tar, written and read in one pass, whose last part has the checksums of all others.

It is written under another name, which begins with a dot, and gets its own when it is complete and on the disk.
"""

import hashlib
import os
import re
import secrets
import tarfile
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from pydantic import ValidationError

from chatkit_link.backup.manifest import FILES, FORMAT, MANIFEST, SUMS, Manifest
from chatkit_link.errors import ConfigurationError

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1024 * 1024
#: Of ours; a manifest has a line for each table.
_LARGEST_MANIFEST = 16 * 1024 * 1024
#: Keys are generated; one that led out of the storage is not one of ours.
_KEY = re.compile(r"(?!\.)[\w.-]+(/(?!\.)[\w.-]+)*", re.ASCII)
_CUT_OFF = "it is cut off or damaged: its end, with the checksums, is not found"


class Damaged(ConfigurationError):
    """The file is not a complete backup."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be restored: {why}. Nothing was changed.")


class Writer:
    """A context manager: the file is there when its block ends well, and never in part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")

    def __enter__(self) -> Self:
        """Raises ConfigurationError where there is such a file already, or no folder for it."""
        if self._path.exists():
            raise ConfigurationError(f"{self._path} exists already: choose another name, or remove it.")
        if not self._path.parent.is_dir():
            raise ConfigurationError(f"There is no folder {self._path.parent} to write {self._path.name} into.")
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:  # which names the draft, of which nobody knows
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        self._file = os.fdopen(descriptor, "w+b")
        self._sums = tempfile.TemporaryFile(dir=self._path.parent)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        except OSError as full:
            raise OSError(full.errno, full.strerror, str(self._path)) from full
        finally:
            with suppress(OSError):  # what it still had to write, on a full disk
                self._file.close()
            self._sums.close()
            self._draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # of a write
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    async def add(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        """Add a part as long as it turns out to be; its bytes.

        Where the chunks break off with an error, the archive is as it was before.
        """
        start = self._file.tell()
        try:
            self._file.write(_header(name, 0))
            digest, size = hashlib.sha256(), 0
            async for chunk in chunks:
                digest.update(chunk)
                self._file.write(chunk)
                size += len(chunk)
            self._end(name, start, size, digest.hexdigest())
        except BaseException:
            self._file.seek(start)
            self._file.truncate()
            raise
        return size

    def put(self, name: str, data: bytes) -> None:
        """Add a part that is here already."""
        start = self._file.tell()
        self._file.write(_header(name, len(data)))
        self._file.write(data)
        self._end(name, start, len(data), hashlib.sha256(data).hexdigest())

    def _end(self, name: str, start: int, size: int, digest: str) -> None:
        self._file.write(bytes(-size % _BLOCK))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(_header(name, size))
        self._file.seek(end)
        self._sums.write(f"{digest}  {name}\n".encode())

    def _finish(self) -> None:
        size = self._sums.tell()
        self._sums.seek(0)
        self._file.write(_header(SUMS, size))
        while chunk := self._sums.read(_CHUNK):
            self._file.write(chunk)
        self._file.write(bytes(-size % _BLOCK + 2 * _BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())
        try:
            os.link(self._draft, self._path)  # never replaces another
        except FileExistsError:
            raise ConfigurationError(
                f"{self._path} was made by another command meanwhile: it stays as it is, and this backup is dropped."
            ) from None
        except OSError:  # a disk without links
            self._draft.replace(self._path)
        _sync_folder(self._path.parent)


def _header(name: str, size: int) -> bytes:
    """The same number of bytes for any size."""
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    info.mtime = int(time.time())
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8")


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of an archive. start: of its bytes in the file."""

    name: str
    start: int
    size: int

    @property
    def key(self) -> str | None:
        """Of a file, its key in the storage."""
        return self.name.removeprefix(FILES) if self.name.startswith(FILES) else None


class Archive:
    """A backup that was read to its end and is complete."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def checked(cls, path: Path) -> Self:
        """Read all of it, and compare it with its checksums.

        Raises:
            Damaged: it is not a backup, is cut off, or a part is not as it was written.
        """
        try:
            with path.open("rb") as file:
                return cls(path, _check(path, file))
        except tarfile.TarError as error:
            why = _CUT_OFF if "unexpected end" in str(error) else f"it is not a backup, or damaged ({error})"
            raise Damaged(path, why) from error

    def entries(self) -> Iterator[Entry]:
        """All parts, in their order."""
        with self.path.open("rb") as file:
            yield from _entries(file)

    def find(self, name: str) -> Entry | None:
        """The part of this name."""
        return next((entry for entry in self.entries() if entry.name == name), None)

    def lines(self, entry: Entry) -> Iterator[bytes]:
        """Those of a text, without their ends."""
        with self.path.open("rb") as file:
            rest = b""
            for chunk in _chunks(file, entry):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines

    async def read(self, entry: Entry) -> AsyncGenerator[bytes]:
        """The bytes of a part."""
        with self.path.open("rb") as file:
            for chunk in _chunks(file, entry):
                yield chunk


def _entries(file: IO[bytes]) -> Iterator[Entry]:
    with tarfile.open(fileobj=file, mode="r:") as archive:
        while (info := archive.next()) is not None:
            cast("Any", archive).members.clear()  # of a million files, none stays in memory
            yield Entry(info.name, info.offset_data, info.size)


def _chunks(file: IO[bytes], entry: Entry) -> Iterator[bytes]:
    file.seek(entry.start)
    left = entry.size
    while left:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            raise tarfile.ReadError("unexpected end of data")
        left -= len(chunk)
        yield chunk


def _check(path: Path, file: IO[bytes]) -> Manifest:
    manifest: bytes | None = None
    with tempfile.TemporaryFile() as computed, path.open("rb") as parts:
        for entry in _entries(file):
            if entry.name == SUMS:
                _compare(path, computed, _chunks(parts, entry))
                break
            if entry.key is not None and not _KEY.fullmatch(entry.key):
                raise Damaged(path, f"{entry.name!r} is no name of a file of ours")
            digest = hashlib.sha256()
            kept = BytesIO() if entry.name == MANIFEST and entry.size <= _LARGEST_MANIFEST else None
            for chunk in _chunks(parts, entry):
                digest.update(chunk)
                if kept is not None:
                    kept.write(chunk)
            manifest = kept.getvalue() if kept is not None else manifest
            computed.write(f"{digest.hexdigest()}  {entry.name}\n".encode())
        else:
            raise Damaged(path, _CUT_OFF)
    if manifest is None:
        raise Damaged(path, f"it is not a backup: it has no {MANIFEST}")
    return _manifest(path, manifest)


def _compare(path: Path, computed: IO[bytes], written: Iterator[bytes]) -> None:
    """Raises Damaged, which names the first part that differs."""
    computed.seek(0)
    rest = b""
    for chunk in written:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            found = computed.readline().rstrip(b"\n")
            if found != line:
                name = found.partition(b"  ")[2] or line.partition(b"  ")[2]
                raise Damaged(path, f"{name.decode(errors='replace')} is damaged: its checksum is another one")
    if rest or computed.readline():
        raise Damaged(path, f"{SUMS} is damaged")


def _manifest(path: Path, data: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise Damaged(path, f"its {MANIFEST} is not one of ours") from error
    if manifest.format != FORMAT:
        raise Damaged(path, f"it is of a newer version of ChatKit Link ({manifest.version}): install that one")
    return manifest
