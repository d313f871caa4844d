"""The files of the settings, with what they are kept in and checked by."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from chatkit_link.data_folder import make_private
from chatkit_link.files.files import Files
from chatkit_link.files.network_hash import NetworkHash
from chatkit_link.files.renditions import Renditions
from chatkit_link.files.signed_urls import Links
from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import StorageClaim
from chatkit_link.files.sweeper import AWAITING, SLACK, Sweeper
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.files.uploads import Uploads
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database


def open_storage(settings: Settings) -> Storage:
    """Where the files of these settings are. Raises ConfigurationError."""
    if not settings.files_url:
        make_private(settings.data)
    return Storage(settings.files_url, folder=settings.data / "files", direct=settings.files_direct)


@asynccontextmanager
async def open_files(
    settings: Settings, database: Database, secrets: tuple[bytes, ...], *, rounds: bool = True
) -> AsyncGenerator[Files]:
    """secrets: each of them reads links; the first one signs, and hashes the addresses that files come from.

    rounds: see ``Sweeper``.
    """
    storage = open_storage(settings)
    links = Links(secrets, address=settings.address, lifetime=settings.file_link)
    limits = UploadLimits.of(settings)
    renditions = Renditions(storage, max_pixels=settings.max_pixels)
    uploads = Uploads(database, storage, renditions, links, limits, NetworkHash(secrets[0]))
    # What a browser has put into a bucket waits there for its message.
    empty = AWAITING if storage.signs else settings.upload_link + SLACK
    async with Sweeper(database, storage, StorageClaim(database, storage), empty=empty, rounds=rounds) as sweeper:
        yield Files(database, storage, uploads, sweeper, links, limits, upload_link=settings.upload_link)
