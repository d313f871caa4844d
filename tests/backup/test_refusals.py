"""What a restore does not do: change a database before all is well, or mix what does not belong together."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import Connection, make_url

from chatkit_link.backup.archive import Archive, Damaged, Writer
from chatkit_link.backup.make import back_up
from chatkit_link.backup.manifest import DUMP, MANIFEST, Manifest
from chatkit_link.backup.restore import Choices, restore
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.storage import Storage
from chatkit_link.identity import FINGERPRINT, fingerprint
from chatkit_link.resources import resource
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.dump import connected
from chatkit_link.store.migrate import head, migrate, read_schema, schema_connection
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres import PostgresStore
from tests.backup.conftest import External
from tests.backup.deployment import SECRET, Deployment
from tests.store.build import thread

MakeSettings = Callable[..., Settings]
ADA = Caller("default", "ada")


async def fill(settings: Settings, number: int = 1) -> list[str]:
    """Threads of Ada's, without a server."""
    async with open_database(settings) as database:
        await migrate(database)
        await deployment.agree(database, FINGERPRINT, fingerprint(SECRET.encode()))
        return [(await thread(PostgresStore(database), ADA)).id for _ in range(number)]


async def threads(settings: Settings) -> set[str]:
    async with open_database(settings) as database:
        if (await read_schema(database)).state == "empty":
            return set()
        return {each.id for each in (await PostgresStore(database).load_threads(100, None, "asc", ADA)).data}


def mark(files: Path) -> Path:
    files.mkdir(parents=True)
    (files / Storage.MARKER).write_text("of-somebody-else")
    return files / Storage.MARKER


def tars(folder: Path) -> list[Path]:
    return list(folder.glob("*.tar"))


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


async def execute(settings: Settings, *statements: str) -> None:
    async with open_database(settings) as database, connected(database, "tests") as connection:
        await connection.execute("SET chatkit_link.is_system = 'on'")
        for statement in statements:
            await connection.execute(statement)


async def dump_of(archive: Archive) -> bytes:
    entry = next(entry for entry in archive.entries() if entry.name == DUMP)
    return b"".join([chunk async for chunk in archive.read(entry)])


async def write(path: Path, dump: bytes, manifest: Manifest) -> None:
    """A backup whose checksums are right, whatever is in it."""

    async def once() -> AsyncIterator[bytes]:
        yield dump

    with Writer(path) as writer:
        await writer.add(DUMP, once())
        writer.put(MANIFEST, manifest.model_dump_json().encode())


def to_schema(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["connection"] = connection
    connection.exec_driver_sql("SELECT set_config('chatkit_link.is_system', 'on', false)")
    command.upgrade(config, revision)


@pytest.fixture
def target(own_postgres: Deployment) -> Settings:
    return own_postgres.settings


@pytest.fixture
async def source(external: External, settings_of: MakeSettings) -> AsyncIterator[Settings]:
    async with external.database() as url:
        yield settings_of("source", database_url=url)


@pytest.fixture
async def made(source: Settings, folder: Path) -> Path:
    """A backup with two threads."""
    await fill(source, 2)
    await back_up(source, folder / "b.tar")
    return folder / "b.tar"


async def test_a_database_with_data_is_refused_until_told(made: Path, source: Settings, target: Settings) -> None:
    theirs = await fill(target)
    await execute(target, "CREATE TABLE of_another_program (id int)", "CREATE VIEW v AS SELECT id FROM threads")
    with pytest.raises(ConfigurationError, match=r"has data of users already \(rows: 1 in threads\).*--replace"):
        await restore(target, made, Choices())
    assert await threads(target) == set(theirs)
    await restore(target, made, Choices(replace=True))
    assert await threads(target) == await threads(source)
    await execute(target, "SELECT * FROM of_another_program")


async def test_a_database_that_a_server_has_only_migrated_takes_it(
    made: Path, source: Settings, target: Settings
) -> None:
    await fill(target, 0)
    await restore(target, made, Choices())
    assert await threads(target) == await threads(source)


async def test_a_damaged_one_changes_nothing_and_makes_no_database(
    made: Path, target: Settings, settings_of: MakeSettings
) -> None:
    theirs = await fill(target)
    cut_in_half(made)
    fresh = settings_of("fresh", database_url=None)
    for settings in (target, fresh):
        with pytest.raises(Damaged):
            await restore(settings, made, Choices(replace=True))
    assert await threads(target) == set(theirs)
    assert not fresh.data.exists()


async def test_a_dump_that_does_not_have_all_rows_or_cannot_be_read_leaves_the_database_as_it_was(
    made: Path, target: Settings, folder: Path
) -> None:
    """The last lines of defence: its checksums are right."""
    theirs = await fill(target)
    archive = Archive.checked(made)
    dump = await dump_of(archive)
    more = archive.manifest.model_copy(update={"rows": archive.manifest.rows | {"threads": 3}})
    await write(folder / "more.tar", dump, more)
    with pytest.raises(ConfigurationError, match="the table threads has 2 rows"):
        await restore(target, folder / "more.tar", Choices(replace=True))
    await write(folder / "less.tar", dump[: len(dump) - 900], archive.manifest)
    with pytest.raises(ConfigurationError, match="pg_restore ended"):
        await restore(target, folder / "less.tar", Choices(replace=True))
    assert await threads(target) == set(theirs)


async def test_an_older_schema_is_backed_up_and_brought_up_to_date(
    source: Settings, target: Settings, folder: Path
) -> None:
    async with open_database(source) as database, schema_connection(database) as connection:
        await connection.run_sync(to_schema, "0012")
        await connection.exec_driver_sql(
            "INSERT INTO threads (id, tenant, user_id, status, metadata) "
            """VALUES ('thr_old', 'default', 'ada', '{"type": "active"}', '{}')"""
        )
    manifest = await back_up(source, folder / "b.tar")
    assert manifest.revision == "0012"
    await restore(target, folder / "b.tar", Choices())
    async with open_database(target) as database:
        assert (await read_schema(database)).current == head()
    assert await threads(target) == {"thr_old"}


async def test_one_of_a_newer_version_is_refused_in_one_sentence(made: Path, target: Settings, folder: Path) -> None:
    archive = Archive.checked(made)
    newer = archive.manifest.model_copy(update={"revision": "9999"})
    await write(folder / "newer.tar", await dump_of(archive), newer)
    with pytest.raises(ConfigurationError, match="schema 9999 this version does not know: install") as told:
        await restore(target, folder / "newer.tar", Choices())
    assert "\n" not in str(told.value)
    assert await threads(target) == set()


async def test_another_secret_is_refused_until_told(
    made: Path, source: Settings, target: Settings, settings_of: MakeSettings
) -> None:
    other = target.model_copy(update={"secret": settings_of("x", secret="another secret of at least 32 bytes").secret})
    none = target.model_copy(update={"secret": None})
    for settings, where in ((other, "here it is another one"), (none, "here there is none yet")):
        with pytest.raises(ConfigurationError, match=f"{where}.*--new-secret") as told:
            await restore(settings, made, Choices())
        assert SECRET not in str(told.value)
    assert await threads(target) == set()
    rotating = other.model_copy(update={"secret_previous": target.secret})
    await restore(rotating, made, Choices())
    await restore(other, made, Choices(replace=True, new_secret=True))
    async with open_database(other) as database:
        assert await deployment.find(database, FINGERPRINT) is None
    assert await threads(target) == await threads(source)


async def test_a_storage_of_another_deployment_is_refused(made: Path, target: Settings) -> None:
    marker = mark(target.data / "files")
    with pytest.raises(ConfigurationError, match="has the files of another database"):
        await restore(target, made, Choices())
    assert await threads(target) == set()
    assert await asyncio.to_thread(marker.read_text) == "of-somebody-else"


async def test_a_database_that_a_server_uses_is_refused(made: Path, own_postgres: Deployment) -> None:
    async with own_postgres.server():
        with pytest.raises(ConfigurationError, match="A server uses this database"):
            await restore(own_postgres.settings, made, Choices(replace=True))
    await restore(own_postgres.settings, made, Choices(replace=True))


async def test_a_pooled_address_and_an_empty_database_have_nothing_to_back_up(target: Settings, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="no tables of ChatKit Link yet"):
        await back_up(target, folder / "b.tar")
    await fill(target)
    assert target.database_url is not None
    pooled = make_url(target.database_url.get_secret_value()).update_query_dict({"pgbouncer": "true"})
    behind = SecretStr(pooled.render_as_string(hide_password=False))
    with pytest.raises(ConfigurationError, match="itself"):
        await back_up(target.model_copy(update={"database_url": behind}), folder / "b.tar")
    assert tars(folder) == []
    beside = {"database_url": behind, "database_direct_url": target.database_url}
    await back_up(target.model_copy(update=beside), folder / "b.tar")
    assert tars(folder) != []


async def test_rows_that_the_role_may_not_see_are_no_backup(source: Settings, folder: Path) -> None:
    await fill(source)
    await execute(
        source,
        "CREATE TABLE theirs (id int)",
        "ALTER TABLE theirs ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE theirs FORCE ROW LEVEL SECURITY",
        "CREATE POLICY nobody ON theirs USING (false)",
    )
    with pytest.raises(ConfigurationError, match="hides rows of theirs"):
        await back_up(source, folder / "b.tar")


async def test_no_password_is_on_a_command_line_or_in_a_message(
    source: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(source)
    called: list[tuple[str, ...]] = []
    execute = asyncio.create_subprocess_exec

    async def noted(*arguments: str, **more: object) -> asyncio.subprocess.Process:
        called.append(arguments)
        return await execute(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    await back_up(source, folder / "b.tar")
    assert source.database_url is not None
    name = source.database_url.get_secret_value().rpartition("/")[2]  # which is the password, too
    assert called and not any(name in argument for arguments in called for argument in arguments)
