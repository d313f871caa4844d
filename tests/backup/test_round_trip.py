"""A deployment with everything in it goes through a backup into another kind of database and back."""

import asyncio
import os
import stat
import subprocess
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from sqlalchemy import make_url

from chatkit_link.backup.archive import Archive
from chatkit_link.backup.make import back_up
from chatkit_link.backup.restore import Choices, restore
from chatkit_link.files.open import open_storage
from chatkit_link.files.sweeper import Sweeper
from chatkit_link.runs.takeover import CRASHES
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Actor, Recorded, Wanted, search
from chatkit_link.store.dump import connected
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres_programs import Programs, find_programs
from tests.backup.conftest import External
from tests.backup.deployment import Deployment, Seen, chat, seen_by
from tests.files.user import Person
from tests.suite.s3 import create_bucket, s3_server

MakeSettings = Callable[..., Settings]
#: Of these a server that starts adds some, or forgets some.
MOVING = {"audit_log", "deployment", "documents", "document_passages"}


@asynccontextmanager
async def visiting(address: str, cookies: dict[str, str] | None = None) -> AsyncIterator[Person]:
    """A visitor, with the cookies of an earlier visit."""
    person = Person(address)
    person.http.cookies.update(cookies or {})
    try:
        yield person
    finally:
        await person.http.aclose()


async def look(deployment: Deployment, cookies: dict[str, str]) -> Seen:
    async with deployment.server() as address, visiting(address, cookies) as person:
        return await seen_by(person)


def of_users(rows: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in rows.items() if name not in MOVING}


async def test_embedded_into_an_own_postgres_and_back_into_a_fresh_folder(
    embedded: Deployment, own_postgres: Deployment, settings_of: MakeSettings, folder: Path
) -> None:
    first, second = folder / "first.tar", folder / "second.tar"
    async with embedded.server() as address, visiting(address) as person:
        await chat(address, person)
        cookies, before = dict(person.http.cookies), await seen_by(person)
        manifest = await back_up(embedded.settings, first)  # while the server runs
    rows = await embedded.rows()
    assert (len(before.threads), len(before.files)) == (2, 2)
    assert {name for name, number in rows.items() if number} >= {"sessions", "feedback", "runs", "attachments"}
    assert of_users(dict(manifest.rows)) == of_users(rows)
    assert (manifest.files, manifest.missing) == (4, 0), "the picture, its two renditions and the notes"
    if os.name != "nt":
        assert stat.S_IMODE(first.stat().st_mode) == 0o600

    await restore(own_postgres.settings, first, Choices())
    assert of_users(await own_postgres.rows()) == of_users(rows)
    assert await look(own_postgres, cookies) == before

    await back_up(own_postgres.settings, second)
    again = Deployment(settings_of("again", database_url=None))
    await restore(again.settings, second, Choices())
    assert await look(again, cookies) == before
    assert of_users(await again.rows()) == of_users(await own_postgres.rows())
    assert not hidden(folder), "nothing is left beside the backups"


async def test_the_audit_log_says_who_made_a_backup_and_who_restored_it(
    embedded: Deployment, settings_of: MakeSettings, folder: Path
) -> None:
    file = folder / "audited.tar"
    ada, bob = Actor("operator", "ada", address="here"), Actor("operator", "bob", address="there")
    async with embedded.server() as address, visiting(address) as person:
        await person.send(text="Hello")
    manifest = await back_up(embedded.settings, file, ada)
    made = await audited(embedded)
    assert [(event.action, event.actor, event.address, event.target) for event in made] == [
        ("backup.made", "ada", "here", str(file))
    ]
    assert made[0].details == manifest.summary and made[0].details["threads"] == 1

    there = Deployment(settings_of("audited", database_url=None))
    await restore(there.settings, file, Choices(), bob)
    restored = await audited(there)
    assert [(event.action, event.actor, event.target) for event in restored] == [("backup.restored", "bob", str(file))]
    assert restored[0].details == manifest.summary


async def test_an_answer_that_was_being_written_is_not_gone_on_with_after_a_restore(
    embedded: Deployment, settings_of: MakeSettings, folder: Path
) -> None:
    """Its tools may have acted since the backup."""
    there = Deployment(settings_of("past", database_url=None))
    async with embedded.server() as address, visiting(address) as person:
        await person.send(text="Hello")
    await values(embedded, "UPDATE runs SET status = 'running', replica = '', finished_at = NULL RETURNING 1")
    await back_up(embedded.settings, folder / "past.tar")
    await restore(there.settings, folder / "past.tar", Choices())
    [takeovers] = await values(there, "SELECT takeovers FROM runs")
    assert takeovers > CRASHES
    async with there.server(), asyncio.timeout(30):
        while await values(there, "SELECT 1 FROM runs WHERE status = 'running'"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert await values(there, "SELECT status FROM runs") == ["interrupted"]


async def values(deployment: Deployment, statement: str) -> list[Any]:
    async with open_database(deployment.settings) as database, connected(database, "tests") as connection:
        await connection.execute("SET chatkit_link.is_system = 'on'")
        return [row[0] for row in await connection.fetch(statement)]


async def test_a_role_that_only_reads_makes_a_backup_which_the_log_says_is_not_audited(
    own_postgres: Deployment, external: External, settings_of: MakeSettings, folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    async with own_postgres.server() as address, visiting(address) as person:
        await person.send(text="Hello")
    database_url = own_postgres.settings.database_url
    assert database_url is not None
    url = make_url(database_url.get_secret_value())
    reader = f"{url.username}_reader"
    await external.execute(f"CREATE ROLE {reader} LOGIN BYPASSRLS PASSWORD 'r' IN ROLE pg_read_all_data")
    try:
        as_reader = url.set(username=reader, password="r").render_as_string(hide_password=False)
        settings = settings_of("external", database_url=as_reader)
        manifest = await back_up(settings, folder / "read.tar", Actor("operator", "ada"))
    finally:
        await external.execute(f"DROP ROLE {reader}")
    assert manifest.rows["threads"] == 1 and await audited(own_postgres) == []
    assert "The backup is complete, but the audit log does not have it" in caplog.text


async def audited(deployment: Deployment) -> list[Recorded]:
    async with open_database(deployment.settings) as database:
        return await search(database, Wanted(action="backup"), limit=10)


async def test_a_person_opens_it_without_the_product(embedded: Deployment, folder: Path) -> None:
    async with embedded.server() as address, visiting(address) as person:
        await chat(address, person)
        before = await seen_by(person)
    await back_up(embedded.settings, folder / "b.tar")
    out = folder / "out"
    with tarfile.open(folder / "b.tar") as archive:
        archive.extractall(out, filter="data")
    checked = await asyncio.to_thread(
        subprocess.run, ["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert (out / "database.dump").read_bytes().startswith(b"PGDMP")
    assert "chatkit-link restore" in (out / "README.txt").read_text()
    bytes_there = {path.read_bytes() for path in (out / "files").rglob("*") if path.is_file()}
    assert set(before.files.values()) <= bytes_there


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the server that has it."""
    with s3_server() as endpoint:
        create_bucket(endpoint, "backup", monkeypatch)
        yield endpoint


async def test_from_a_folder_into_a_bucket_and_back(
    embedded: Deployment, settings_of: MakeSettings, folder: Path, bucket: str
) -> None:
    async with embedded.server() as address, visiting(address) as person:
        await chat(address, person)
        cookies, before = dict(person.http.cookies), await seen_by(person)
    await back_up(embedded.settings, folder / "folder.tar")
    there = Deployment(settings_of("there", database_url=None, files_url="s3://backup/chat", files_direct=False))
    await restore(there.settings, folder / "folder.tar", Choices())
    assert await look(there, cookies) == before
    client = boto3.client("s3", endpoint_url=bucket)
    stored = client.list_objects_v2(Bucket="backup")["Contents"]
    types = {client.head_object(Bucket="backup", Key=entry["Key"])["ContentType"] for entry in stored}
    assert {"image/png", "image/webp", "image/jpeg"} <= types
    assert any(each.startswith("text/plain") for each in types)
    await back_up(there.settings, folder / "bucket.tar")
    back = Deployment(settings_of("back", database_url=None))
    await restore(back.settings, folder / "bucket.tar", Choices())
    assert await look(back, cookies) == before


async def test_a_file_deleted_during_the_backup_is_in_it_and_goes_afterwards(
    own_postgres: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor deletes both threads right after the snapshot, and a sweeper of another server begins its round."""
    loop = asyncio.get_running_loop()
    async with own_postgres.server() as address, visiting(address) as person:
        await chat(address, person)
        before = await seen_by(person)
        there = stored(own_postgres)

        async def deletion() -> None:
            for thread_id in before.threads:
                await person.chat.delete_thread(thread_id)
            await sweep(own_postgres.settings)
            assert stored(own_postgres) == there

        def delete_first(version: int) -> Programs:
            asyncio.run_coroutine_threadsafe(deletion(), loop).result(30)
            return find_programs(version)

        monkeypatch.setattr("chatkit_link.backup.make.find_programs", delete_first)
        manifest = await back_up(own_postgres.settings, folder / "b.tar")
        assert (manifest.files, manifest.missing, manifest.rows["threads"]) == (4, 0, 2)
        await sweep(own_postgres.settings)
        assert stored(own_postgres) == set()


def hidden(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


def stored(deployment: Deployment) -> set[Path]:
    return {path for path in (deployment.settings.data / "files").rglob("*/*") if path.is_file()}


async def sweep(settings: Settings) -> None:
    async with open_database(settings) as database:
        await Sweeper(database, open_storage(settings)).sweep()


async def test_a_file_that_was_lost_before_is_named(own_postgres: Deployment, folder: Path) -> None:
    async with own_postgres.server() as address, visiting(address) as person:
        await chat(address, person)
    files = sorted((own_postgres.settings.data / "files").rglob("*/*.preview"))
    files[0].unlink()
    manifest = await back_up(own_postgres.settings, folder / "b.tar")
    assert (manifest.files, manifest.missing) == (3, 1)
    with tarfile.open(folder / "b.tar") as archive:
        named = archive.extractfile("missing-files.txt")
        assert named is not None
        assert named.read().decode().strip().endswith(files[0].name)
    assert Archive.checked(folder / "b.tar").manifest == manifest
