"""Files that an answer reads while the database is away."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.errors import Unavailable
from chatkit_link.files.open import open_files
from chatkit_link.http.services import Services
from chatkit_link.store.engine import Database
from tests.files.user import Person

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
