"""Servers on one database whose files are in different places: nothing is lost by it, and the operator hears of it."""

import asyncio
import logging
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import MARKER, SEEN, StorageClaim
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from tests.conftest import running
from tests.files.user import Person, refusal, until

MakePerson = Callable[..., Person]
Make = Callable[..., Settings]
NOT_MOUNTED = "is its volume not mounted?"


@pytest.fixture
async def own_database(postgres_url: str) -> AsyncIterator[str]:
    """The address of a new database."""
    name = f"storage_{uuid.uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    server = Database(postgres_url, pool_size=4)
    async with server.replica() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(url, pool_size=4)
    await migrate(database)
    await database.close()
    yield url
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.close()


@pytest.fixture
async def own(own_database: str) -> AsyncIterator[Database]:
    database = Database(own_database, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
def at(make_settings: Make, own_database: str, tmp_path: Path) -> Make:
    """Settings of a server on that database with a data folder of this name; they share a secret."""

    def make(name: str, **given: Any) -> Settings:
        secret = "one-secret-for-all-replicas-of-this-test"
        return make_settings(database_url=own_database, data=tmp_path / name, secret=secret, **given)

    return make


def files(settings: Settings, *keys: str) -> Path:
    return settings.data.joinpath("files", *keys)


async def command(words: str, database: Database, settings: Settings) -> subprocess.CompletedProcess[str]:
    """``chatkit-link`` with these words, on a server's database and data folder."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "CHATKIT_LINK_DATA": str(settings.data),
        "COLUMNS": "900",
    }
    program = [sys.executable, "-c", "from chatkit_link.cli import main; main()", *words.split()]
    return await asyncio.to_thread(
        subprocess.run, program, env=environment, cwd=settings.docs, capture_output=True, text=True, timeout=120
    )


async def notes(database: Database, prefix: str) -> int:
    async with database.system() as connection:
        counted = text("SELECT count(*) FROM file_removals WHERE prefix = :prefix")
        ((number,),) = await connection.execute(counted, prefix=prefix)
    return number


async def test_a_file_deleted_through_a_replica_that_lacks_it_is_removed_by_the_one_that_has_it(
    at: Callable[[str], Settings], own: Database, person: MakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = at("first"), at("second")
    async with running(first) as one:
        ada = person(one)
        attached = await ada.attach(b"hello")
        assert files(first, attached.id).exists()
        async with running(second) as other:
            assert NOT_MOUNTED in caplog.text
            assert str(first.data) in caplog.text and str(second.data) in caplog.text
            again = person(other)
            again.http.cookies.update(ada.http.cookies)
            await again.chat.delete_attachment(attached.id)
            # It stores nothing either, where the others would not find it.
            assert refusal(await again.post(b"more"))[0] == 503
        assert files(first, attached.id).exists()
        # The first looks once a minute, and when something is deleted through it.
        await ada.chat.delete_attachment((await ada.attach(b"x")).id)
        await until(lambda: not files(first, attached.id).exists())
        async with asyncio.timeout(30):
            while await notes(own, f"{attached.id}/"):  # noqa: ASYNC110 - the removal is forgotten after the bytes are gone
                await asyncio.sleep(0.02)


async def test_a_removal_stays_noted_until_the_storage_that_has_the_bytes_is_back(
    at: Callable[[str], Settings], own: Database, person: MakePerson
) -> None:
    first, second = at("first"), at("second")
    async with running(first) as one:
        ada = person(one)
        attached = await ada.attach(b"hello")
    async with running(second) as other:
        again = person(other)
        again.http.cookies.update(ada.http.cookies)
        await again.chat.delete_attachment(attached.id)
    assert await notes(own, f"{attached.id}/") == 1
    async with running(first):
        await until(lambda: not files(first, attached.id).exists())


async def test_replicas_that_share_a_folder_and_a_folder_that_moved_are_fine(
    at: Callable[[str], Settings], person: MakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    shared, moved = at("shared"), at("moved")
    async with running(shared) as one, running(shared) as other:
        attached = await person(one).attach(b"hello")
        assert (await person(other).post(b"hello")).status_code == 200
    shutil.move(shared.data, moved.data)
    async with running(moved) as address:
        assert (await person(address).post(b"hello")).status_code == 200
    assert files(moved, attached.id).exists()
    assert caplog.text == ""


async def test_a_server_whose_mount_is_missing_makes_no_new_storage_of_the_empty_folder(
    at: Callable[[str], Settings], own: Database, person: MakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    settings = at("data")
    async with running(settings) as address:
        await person(address).attach(b"hello")
    before = await deployment.find(own, MARKER)
    away = settings.data / "unmounted"
    files(settings).rename(away)
    async with running(settings) as address:
        assert refusal(await person(address).post(b"x"))[0] == 503
        assert NOT_MOUNTED in caplog.text
        assert not files(settings, Storage.MARKER).exists()
        # It is mounted a little later.
        files(settings).rmdir()
        away.rename(files(settings))
        claim = StorageClaim(own, Storage("", folder=files(settings)))
        assert await claim.problem() is None
    assert await deployment.find(own, MARKER) == before


async def test_files_of_an_earlier_version_and_a_backup_without_the_marker_are_known_again(
    at: Callable[[str], Settings], own: Database, person: MakePerson
) -> None:
    settings = at("data")
    async with running(settings) as address:
        await person(address).attach(b"hello")
    for forgotten in (True, False):
        files(settings, Storage.MARKER).unlink()
        if forgotten:  # as an earlier version left it
            await deployment.forget(own, MARKER)
        async with running(settings) as address:
            assert (await person(address).post(b"hello")).status_code == 200
        assert files(settings, Storage.MARKER).read_text() == await deployment.find(own, MARKER)


async def test_an_empty_folder_is_taken_where_nothing_can_be_lost(
    at: Callable[[str], Settings], own: Database, person: MakePerson
) -> None:
    """As on a platform that gives each deployment a new disk; but not while another server runs."""
    async with running(at("first")), running(at("second")) as other:
        assert refusal(await person(other).post(b"x"))[0] == 503
    assert await deployment.age(own, SEEN) is None, "a server that stops says so"
    async with running(at("third")) as address:
        assert (await person(address).post(b"x")).status_code == 200


async def test_lost_files_can_be_accepted(at: Callable[[str], Settings], own: Database, person: MakePerson) -> None:
    first, second = at("first"), at("second")
    async with running(first) as address:
        await person(address).attach(b"hello")
    doctor = await command("doctor", own, second)
    assert doctor.returncode == 1 and str(first.data) in doctor.stdout
    assert not files(second).exists(), "it changes nothing"
    accepted = await command("files accept", own, second)
    assert accepted.returncode == 0, accepted.stderr
    async with running(second) as address:
        assert (await person(address).post(b"x")).status_code == 200
    async with running(first) as address:  # which is now the one that is not it
        assert refusal(await person(address).post(b"x"))[0] == 503
