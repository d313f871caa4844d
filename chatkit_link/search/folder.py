"""Brings the document index in line with a folder: only what changed is read again."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatkit_link.errors import ConfigurationError
from chatkit_link.resources import resource
from chatkit_link.search.chunks import KINDS, VERSION, read_document
from chatkit_link.settings import Settings
from chatkit_link.store.documents import DocumentIndex, Documents

LARGEST_FILE = 1_000_000
MOST_FILES = 5_000
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})


#: How many files are done, and of how many.
OnFile = Callable[[int, int], object]


@dataclass(slots=True)
class SyncCounts:
    """Files by what happened to them; skipped: too large, too many, unreadable, or outside the folder."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index. path: as stored, relative, with forward slashes."""

    path: str
    file: Path


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from. also, prefix: see ``sync_folder``. label: for an operator."""

    folder: Path
    label: str
    also: Sequence[Path] = ()
    prefix: str = ""

    def fingerprint(self) -> str:
        """32 hex digits of what the documents are: equal for folders with the same files. Reads all of them."""
        digests = hashlib.sha256()
        for file in _files(self.folder, self.also, self.prefix, SyncCounts()):
            with suppress(OSError):
                digests.update(f"{file.path}\0{_digest(file.file.read_bytes())}\n".encode())
        return digests.hexdigest()[:32]


def documents_of(settings: Settings) -> Source:
    """The folder from the settings, or the project's own documentation.

    Raises ``ConfigurationError`` when the folder in the settings does not exist.
    """
    if settings.docs is not None:
        if not settings.docs.is_dir():
            raise ConfigurationError(f"CHATKIT_LINK_DOCS is {settings.docs}, but there is no such folder.")
        return Source(settings.docs, str(settings.docs))
    folder = resource("docs")
    readme = folder.parent / "README.md"  # in the wheel it lies inside the folder
    also = [readme] if folder.name == "docs" and readme.is_file() else []
    return Source(folder, "the bundled ones", also, "docs/")


async def sync_folder(documents: Documents, folder: Path, *, also: Sequence[Path] = (), prefix: str = "") -> SyncCounts:
    """Adds what is new, replaces what changed, removes what is gone, in one transaction.

    also: files outside the folder, stored under their own names. prefix: goes before the path of every
    other file but the folder's README, so that links between the documents resolve.
    Safe when two servers start at once: the second waits for the first and then finds nothing to do.
    """
    async with documents.indexing() as index:
        return await sync_index(index, Source(folder, str(folder), also, prefix))


async def sync_index(index: DocumentIndex, source: Source, on_file: OnFile | None = None) -> SyncCounts:
    """The same in a transaction that is open."""
    counts = SyncCounts()
    files = await asyncio.to_thread(_files, source.folder, source.also, source.prefix, counts)
    known = await index.hashes()
    for at, file in enumerate(files):
        if on_file is not None:
            on_file(at, len(files))
        await _sync_file(index, file, known.pop(file.path, None), counts)
    if on_file is not None:
        on_file(len(files), len(files))
    counts.removed = len(known)
    if known:
        await index.remove(list(known))
    if counts.added or counts.changed or counts.removed:
        await index.settle()
    return counts


async def _sync_file(index: DocumentIndex, file: SourceFile, stored: str | None, counts: SyncCounts) -> None:
    try:
        content = await asyncio.to_thread(file.file.read_bytes)
        modified = datetime.fromtimestamp(file.file.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        counts.skipped += 1
        if stored is not None:
            await index.remove([file.path])
        return
    digest = _digest(content)
    if digest == stored:
        counts.unchanged += 1
        return
    document, passages = await asyncio.to_thread(
        read_document, file.path, content.decode("utf-8-sig", errors="replace"), modified
    )
    await index.put(document, passages, digest)
    if stored is None:
        counts.added += 1
    else:
        counts.changed += 1


def _digest(content: bytes) -> str:
    return hashlib.sha256(b"%d\n" % VERSION + content).hexdigest()


def _files(folder: Path, also: Sequence[Path], prefix: str, counts: SyncCounts) -> list[SourceFile]:
    found: dict[str, SourceFile] = {}
    root = folder.resolve()
    names = ((file.relative_to(root).as_posix(), file) for file in _walk(root))
    candidates = [(name if name == "README.md" else prefix + name, file, root) for name, file in names]
    candidates += [(file.name, file.resolve(), file.resolve().parent) for file in also]
    for path, file, within in sorted(candidates, key=lambda one: one[0]):
        if len(found) >= MOST_FILES or not _allowed(path, file, within):
            counts.skipped += 1
        else:
            found.setdefault(path, SourceFile(path, file))
    return list(found.values())


def _walk(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("."))
        for name in names:
            if Path(name).suffix.lower() in KINDS and not name.startswith("."):
                yield Path(parent) / name


def _allowed(path: str, file: Path, within: Path) -> bool:
    try:
        path.encode()  # a name that is not Unicode cannot be stored or linked to
        target = file.resolve(strict=True)
        return target.is_relative_to(within) and target.is_file() and target.stat().st_size <= LARGEST_FILE
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a loop of links
        return False
