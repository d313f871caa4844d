"""A backup of what these settings name, while servers run.

First the snapshot of the database, then the files that it names: what is stored later is in neither. A file that is
gone all the same, such as one that was lost before, is named in the archive.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from chatkit_link.backup.archive import Writer
from chatkit_link.backup.manifest import DUMP, FILES, FORMAT, INDEX, MANIFEST, MISSING, README, WORDS, Manifest
from chatkit_link.backup.progress import OnProgress, unseen
from chatkit_link.backup.stored_files import stored
from chatkit_link.errors import ConfigurationError, LinkError, NotFound
from chatkit_link.files.open import open_storage
from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import MARKER, StorageClaim
from chatkit_link.identity import FINGERPRINT
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Actor, Event, record_all
from chatkit_link.store.dump import Snapshot, snapshot
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import read_schema
from chatkit_link.store.open import open_existing
from chatkit_link.store.outage_log import reason_of
from chatkit_link.store.outages import REFUSALS
from chatkit_link.store.postgres_programs import Programs, find_programs

logger = logging.getLogger(__name__)

_CHUNK = 1024 * 1024


@dataclass(slots=True)
class _Files:
    """How many were stored, their bytes, and how many were not there."""

    stored: int = 0
    bytes: int = 0
    missing: int = 0


async def back_up(
    settings: Settings,
    path: Path,
    by: Actor | None = None,
    on_progress: OnProgress = unseen,
) -> Manifest:
    """Write the database and the files into a new file; what is in it.

    by: whom the audit log names, where this role can write into it. on_progress: what is written, and how much.

    Raises:
        ConfigurationError: there is such a file, or the database or the storage cannot be read.
        OSError: the file cannot be written.
    """
    with Writer(path) as writer:  # before anything else: what it says of the path is said at once
        async with open_existing(settings, older=True) as database:
            storage = open_storage(settings)
            await _require_files(database, storage)
            async with snapshot(database) as taken:
                programs = await asyncio.to_thread(find_programs, taken.major)
                writer.put(README, WORDS.encode())
                await writer.add(DUMP, _counted(taken.dump(programs), on_progress))
                files = await _add_files(writer, taken, storage, path.parent, on_progress)
                manifest = _manifest(taken, programs, files)
                writer.put(MANIFEST, manifest.model_dump_json(indent=2).encode())
            if by is not None:
                writer.finish()
                await _record(database, by, path, manifest)
    return manifest


async def _record(database: Database, by: Actor, path: Path, manifest: Manifest) -> None:
    """For the backup it is too late to fail."""
    try:
        if (await read_schema(database)).state == "current":
            await record_all(database, Event("backup.made", by, target=str(path), details=manifest.summary))
    except (LinkError, *REFUSALS) as error:  # a standby, or a role that only reads
        logger.log(logging.ERROR, "The backup is complete, but the audit log does not have it: %s", reason_of(error))


async def _require_files(database: Database, storage: Storage) -> None:
    """Raises ConfigurationError where this is not the storage of the database: all files would be missing."""
    if (await read_schema(database)).state == "older":  # it may not have noted which storage is its own
        return
    if problem := await StorageClaim(database, storage).problem():
        raise ConfigurationError(problem)


async def _counted(chunks: AsyncIterator[bytes], on_progress: OnProgress) -> AsyncGenerator[bytes]:
    written = 0
    async for chunk in chunks:
        written += len(chunk)
        on_progress("Writing the database, in megabytes", written // 1_000_000, None)
        yield chunk


async def _add_files(
    writer: Writer, taken: Snapshot, storage: Storage, folder: Path, on_progress: OnProgress
) -> _Files:
    files = _Files()
    with tempfile.TemporaryFile(dir=folder) as index, tempfile.TemporaryFile(dir=folder) as missing:
        async for file in taken.files():
            for each in stored(file):
                try:
                    files.bytes += await writer.add(FILES + each.key, storage.read(each.key))
                except NotFound:
                    missing.write(f"{each.key}\n".encode())
                    files.missing += 1
                else:
                    index.write(f"{each.model_dump_json()}\n".encode())
                    files.stored += 1
                    on_progress("Writing files", files.stored, None)
        await writer.add(INDEX, _read(index))
        if files.missing:
            await writer.add(MISSING, _read(missing))
    return files


async def _read(file: IO[bytes]) -> AsyncGenerator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _manifest(taken: Snapshot, programs: Programs, files: _Files) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=version("chatkit-link"),
        created_at=datetime.now(UTC),
        revision=taken.revision,
        postgres=taken.server,
        pg_dump=programs.version,
        table_schema=taken.schema,
        rows=dict(taken.rows),
        files=files.stored,
        bytes=files.bytes,
        missing=files.missing,
        secret=taken.deployment.get(FINGERPRINT),
        storage=taken.deployment.get(MARKER),
    )
