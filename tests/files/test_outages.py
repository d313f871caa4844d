"""Files that an answer reads while the database is away."""

import asyncio
import base64
import shutil
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from chatkit.types import (
    GeneratedImage,
    GeneratedImageItem,
    GeneratedImageUpdated,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
)
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.errors import Unavailable
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.files.open import open_files
from chatkit_link.files.storage import Storage
from chatkit_link.http.services import Services
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.files.samples import image
from tests.files.user import Person
from tests.store import build

MakePerson = Callable[..., Person]


async def test_an_answer_reads_a_file_once_the_database_is_back_and_a_request_is_refused(
    person: MakePerson, services: Services, postgres_url: str
) -> None:
    attached = await person().attach(b"What was said.")
    async with services.database.system() as connection:
        owner = text("SELECT tenant, user_id FROM attachments WHERE id = :id")
        ((tenant, user),) = await connection.execute(owner, id=attached.id)
    database = Database(postgres_url, patience=0.2)
    stands_still = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    over = asyncio.Event()
    looks = 0

    def is_ours() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            over.set()
        return True

    async def end() -> None:
        await over.wait()
        await stands_still.close()

    try:
        await stands_still.execute("BEGIN; LOCK TABLE attachments")
        async with open_files(services.settings, database, (b"secret" * 6,), rounds=False) as files:
            with pytest.raises(Unavailable):
                await files.read(attached.id, Caller(tenant, user))
            async with asyncio.timeout(10), asyncio.TaskGroup() as group:
                group.create_task(end())
                read = group.create_task(files.read(attached.id, Caller(tenant, user, patience=is_ours)))
        assert read.result() == b"What was said." and looks >= 3
    finally:
        stands_still.terminate()
        await database.close()


async def test_a_generated_picture_waits_for_a_storage_that_is_away_and_its_drafts_do_not(
    services: Services, make_settings: Callable[..., Settings], tmp_path: Path, ada: Caller
) -> None:
    settings = make_settings(data=tmp_path)
    folder, away = tmp_path / "files", tmp_path / "away"
    folder.mkdir()
    shutil.copy(services.settings.data / "files" / Storage.MARKER, folder)  # the same storage, as far as is known
    picture = GeneratedImage(id="img", url=f"data:image/png;base64,{base64.b64encode(image()).decode()}")
    here = await build.thread(PostgresStore(services.database), ada)
    item = GeneratedImageItem(id="ig_1", thread_id=here.id, created_at=here.created_at, image=picture)
    draft = ThreadItemUpdatedEvent(item_id="ig_1", update=GeneratedImageUpdated(image=picture))
    attempts = 0

    def is_ours() -> bool:
        nonlocal attempts
        attempts += 1
        if attempts == 4:  # of the draft one, of the picture two
            folder.unlink()
            away.rename(folder)
        return True

    async with open_files(settings, services.database, (b"secret" * 6,), rounds=False) as files:
        folder.rename(away)
        folder.touch()
        images = GeneratedImages(files, here.id, Caller(ada.tenant, ada.user, patience=is_ours))
        async with asyncio.timeout(20):
            assert await images.keep(draft) == [] and attempts == 1
            (kept,) = await images.keep(ThreadItemDoneEvent(item=item))
        assert attempts == 4
        assert isinstance(kept, ThreadItemDoneEvent) and isinstance(kept.item, GeneratedImageItem)
        assert kept.item.image is not None
        file_id = files.links.file_id(kept.item.image.url)
        assert file_id is not None and await files.read(file_id, ada) == image()
