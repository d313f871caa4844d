"""The files of the settings, with what they are kept in and checked by."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from chatkit_link.files.files import Files
from chatkit_link.files.renditions import Renditions
from chatkit_link.files.signed_urls import Links
from chatkit_link.files.storage import Storage
from chatkit_link.files.sweeper import Sweeper
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.files.uploads import Uploads
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database


@asynccontextmanager
async def open_files(settings: Settings, database: Database, secrets: tuple[bytes, ...]) -> AsyncGenerator[Files]:
    """secrets: the first one signs the links, each of them reads."""
    storage = Storage(settings.files_url, folder=settings.data / "files", direct=settings.files_direct)
    links = Links(secrets, address=settings.address, lifetime=settings.file_link)
    limits = UploadLimits.of(settings)
    renditions = Renditions(storage, max_pixels=settings.max_pixels)
    uploads = Uploads(database, storage, renditions, links, limits)
    async with Sweeper(database, storage) as sweeper:
        yield Files(database, storage, uploads, sweeper, links, limits, upload_link=settings.upload_link)
