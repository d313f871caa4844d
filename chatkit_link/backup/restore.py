"""A backup back into the database and the storage that these settings name.

The order keeps a restore that breaks off harmless: the archive is read to its end and compared with its checksums; what
stands in the way is looked for; the files are stored, which nothing knows yet; then the database changes in one
transaction, and is brought to the schema of this version.
"""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

from chatkit_link.backup.archive import Archive, Damaged
from chatkit_link.backup.manifest import DUMP, INDEX, FileLine, Manifest
from chatkit_link.backup.progress import OnProgress, unseen
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.open import open_storage
from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import MARKER, PLACE, SEEN
from chatkit_link.identity import FINGERPRINT, existing_secrets, fingerprint
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.audit import Actor, Event, record_all
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import Schema, knows, migrate, read_schema
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres_programs import find_programs
from chatkit_link.store.restore import data_in, require_unused, restore_dump, server_of


@dataclass(frozen=True, slots=True)
class Choices:
    """replace: the data that is there. new_secret: let the next server decide on the secret."""

    replace: bool = False
    new_secret: bool = False


async def restore(
    settings: Settings,
    path: Path,
    choices: Choices,
    by: Actor | None = None,
    on_progress: OnProgress = unseen,
) -> Manifest:
    """Restore a backup; what was in it.

    by: whom the audit log names. on_progress: what is being done, how much of it, of how much.

    Raises:
        ConfigurationError: it is damaged, does not fit, or something stands in the way. The database is as it was.
    """
    archive = await asyncio.to_thread(Archive.checked, path)
    manifest = archive.manifest
    if (dump := archive.find(DUMP)) is None:
        raise Damaged(path, f"it has no {DUMP}")
    require_known(path, manifest)
    _require_secret(settings, manifest, choices)
    async with open_database(settings) as database:
        await require_unused(database)
        before = await read_schema(database)
        await _require_room(database, before, manifest, choices)
        version, _ = await server_of(database)
        programs = await asyncio.to_thread(find_programs, max(version, manifest.pg_dump))
        storage = open_storage(settings)
        await _require_own(database, storage, before, manifest)
        await _store_files(archive, storage, on_progress)
        on_progress("Restoring the database", 0, None)
        await restore_dump(
            database,
            programs,
            archive.read(dump),
            schema=manifest.table_schema,
            rows=manifest.rows,
            before=before,
        )
        await migrate(database)
        await _settle(database, storage, choices)
        if by is not None:
            await record_all(database, Event("backup.restored", by, target=str(path), details=manifest.summary))
    return manifest


def require_known(path: Path, manifest: Manifest) -> None:
    """Raises ConfigurationError for a backup of a newer version."""
    if not knows(manifest.revision):
        raise ConfigurationError(
            f"{path} is a backup of ChatKit Link {manifest.version}, whose database schema {manifest.revision} this "
            "version does not know: install that version or a newer one. Nothing was changed."
        )


def _require_secret(settings: Settings, manifest: Manifest, choices: Choices) -> None:
    if manifest.secret is None or choices.new_secret:
        return
    own = existing_secrets(settings)
    if manifest.secret in {fingerprint(secret) for secret in own}:
        return
    here = "here it is another one" if own else "here there is none yet"
    raise ConfigurationError(
        f"The servers of this backup sign cookies and links with a secret, and {here}. Set CHATKIT_LINK_SECRET to "
        "theirs (where it was not set, it is in the file `secret` of their data folder). If it is lost, restore with "
        "--new-secret: visitors whose cookies it signed lose their history, and links to files that were given out "
        "do not open. Nothing was changed."
    )


async def _require_room(database: Database, before: Schema, manifest: Manifest, choices: Choices) -> None:
    if before.state == "newer":
        raise ConfigurationError(
            f"The database is at schema {before.current} of a newer version of ChatKit Link: this version does not "
            "know what to remove from it. Restore with the newer version, or into an empty database."
        )
    _, schema = await server_of(database)
    if schema != manifest.table_schema:
        raise ConfigurationError(
            f"The tables of the backup are in the schema {manifest.table_schema!r}, and this role makes its tables in "
            f"{schema!r}: make them the same with ALTER ROLE ... SET search_path."
        )
    if choices.replace or not (found := await data_in(database)):
        return
    some = ", ".join(f"{count} in {name}" for name, count in list(found.items())[:3])
    raise ConfigurationError(
        f"The database has data of users already (rows: {some}). Name an empty database in DATABASE_URL or "
        "CHATKIT_LINK_DATA, or restore with --replace, which removes what is there. Nothing was changed."
    )


async def _require_own(database: Database, storage: Storage, before: Schema, manifest: Manifest) -> None:
    """Raises ConfigurationError where the storage is that of another deployment, which may still use it."""
    marker = await storage.marker()
    known = await deployment.find(database, MARKER) if before.state == "current" else None
    if marker is not None and marker not in (known, manifest.storage):
        raise ConfigurationError(
            f"The storage {storage.place} has the files of another database. Name another one with "
            "CHATKIT_LINK_FILES_URL or CHATKIT_LINK_DATA. Nothing was changed."
        )


async def _store_files(archive: Archive, storage: Storage, on_progress: OnProgress) -> None:
    """Its lines are in the order of the files."""
    index = archive.find(INDEX)
    lines = archive.lines(index) if index else iter(())
    stored = 0
    for entry in archive.entries():
        if entry.key is None:
            continue
        line = FileLine.model_validate_json(next(lines, b"{}"))
        await storage.put(entry.key, archive.read(entry), mime_type=line.type, disposition=line.disposition)
        stored += 1
        on_progress("Restoring files", stored, archive.manifest.files)


async def _settle(database: Database, storage: Storage, choices: Choices) -> None:
    """Let the database know its storage, and forget what was true of the deployment before."""
    marker = await storage.marker() or await storage.mark(secrets.token_hex(16))
    await deployment.replace(database, MARKER, marker)
    await deployment.replace(database, PLACE, storage.place)
    await deployment.forget(database, SEEN)
    if choices.new_secret:
        await deployment.forget(database, FINGERPRINT)
