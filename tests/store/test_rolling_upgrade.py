"""Migration 0010 beside a replica of the version before it, which reads and writes and knows the old names only."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, literal_column, make_url, select

from chatkit_link.caller import Caller
from chatkit_link.resources import resource
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import head, migrate, read_schema, schema_connection
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.tables import run_events, threads
from tests.store.build import thread

ADA, BOB = Caller("default", "ada"), Caller("default", "bob")

#: As the previous version has them.
BEFORE = "0009"
ROLE = "chatkit_link_people"
ENTER = (
    "SELECT set_config('role', $1, $4), set_config('chatkit_link.tenant', $2, $4), "
    "set_config('chatkit_link.user', $3, $4)"
)
ABOVE = "SELECT 1 FROM pg_roles WHERE rolname = session_user AND (rolsuper OR rolbypassrls)"
SHOW_ALL = "SELECT set_config('chatkit_link.house', 'on', $1)"
INSERT_THREAD = (
    "INSERT INTO threads (id, tenant, user_id, status, metadata) "
    """VALUES ($1, 'default', $2, '{"type": "active"}', '{}')"""
)
INSERT_RUN = (
    "INSERT INTO runs (id, tenant, user_id, thread_id, agent, status, replica, lease_until) "
    "VALUES ($1, 'default', $2, $3, 'echo', $4, 'rep_old', now() + interval '1 hour')"
)
CURRENT_ROLE = select(literal_column("current_user::text"))
#: What the migration of the previous version did for a superuser.
ADMIT = f"""
    DO $$ BEGIN
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            RETURN;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS;
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}', current_schema());
    END $$
"""


@pytest.fixture(params=["superuser", "owner"])
async def url(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database at the revision of the previous version.

    Policies do not hold a superuser, unless a role is taken on; the tables' owner they do, also its system connections.
    """
    name = f"upgrade_{uuid.uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name)
    server = Database(postgres_url, pool_size=1)
    async with asyncpg_connection(server) as connection:
        await connection.execute(f"CREATE DATABASE {name}")
        if request.param == "owner":
            await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
            await connection.execute(f"ALTER DATABASE {name} OWNER TO {name}")
            url = url.set(username=name, password=name)
    database = Database(url.render_as_string(hide_password=False), pool_size=1)
    async with schema_connection(database) as connection:
        await connection.run_sync(_to_before)
    yield url.render_as_string(hide_password=False)
    await database.close()
    async with asyncpg_connection(server) as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {name}")
    await server.close()


def _to_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    connection.exec_driver_sql(ADMIT)


@asynccontextmanager
async def asyncpg_connection(database: Database) -> AsyncGenerator[Any]:
    async with database.listening() as connection:
        yield connection


class OldReplica:
    """The connections of the previous version, with its statements, prepared before the migration."""

    def __init__(self) -> None:
        self.users: dict[str, Any] = {}
        self.system: Any = None
        self.written: dict[str, int] = {"ada": 0, "bob": 0, "events": 0}
        self._progress = asyncio.Condition()

    async def connect(self, database: Database, stack: AsyncExitStack) -> None:
        for caller in (ADA, BOB):
            connection = await stack.enter_async_context(asyncpg_connection(database))
            role = ROLE if await connection.fetch(ABOVE) else "none"
            await connection.fetch(ENTER, role, caller.tenant, caller.user, False)
            self.users[caller.user] = connection
        self.system = await stack.enter_async_context(asyncpg_connection(database))
        await self.system.fetch(SHOW_ALL, False)

    async def chat(self, user: str) -> None:
        """A thread and a run of a user's, and then both at once, the other way round."""
        connection, mark = self.users[user], uuid.uuid4().hex
        await connection.execute(INSERT_THREAD, f"thr_{mark}", user)
        async with connection.transaction():
            await connection.execute(INSERT_RUN, f"run_{mark}", user, f"thr_{mark}", "running")
            await connection.execute("UPDATE threads SET title = 'old' WHERE id = $1", f"thr_{mark}")
        self.written[user] += 1

    async def log(self) -> None:
        """An event of every run, and the end of those that are running."""
        async with self.system.transaction():
            rows = await self.system.fetch("SELECT id FROM runs WHERE status = 'running' FOR UPDATE")
            for row in rows:
                await self.system.execute("INSERT INTO run_events VALUES ($1, 1, 'x')", row["id"])
                await self.system.execute("UPDATE runs SET status = 'completed' WHERE id = $1", row["id"])
        self.written["events"] += len(rows)

    async def threads_of(self, user: str) -> set[str]:
        """Whose threads a user's connection sees, without any filter."""
        return {row["user_id"] for row in await self.users[user].fetch("SELECT user_id FROM threads")}

    async def go_on(self) -> None:
        """Wait until it has done five more of everything."""
        enough = {what: number + 5 for what, number in self.written.items()}
        async with self._progress:
            await self._progress.wait_for(lambda: all(self.written[what] >= number for what, number in enough.items()))

    async def work_until(self, done: asyncio.Event) -> None:
        """All at once and without a pause. Raises what the database refuses."""

        async def again(what: Any, *given: str) -> None:
            while not done.is_set():
                await what(*given)
                async with self._progress:
                    self._progress.notify_all()

        async with asyncio.TaskGroup() as group:
            group.create_task(again(self.chat, "ada"))
            group.create_task(again(self.chat, "bob"))
            group.create_task(again(self.log))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The new version's connections."""
    database = Database(url, pool_size=5)
    yield database
    await database.close()


@pytest.fixture
async def old(database: Database) -> AsyncIterator[OldReplica]:
    async with AsyncExitStack() as stack:
        replica = OldReplica()
        await replica.connect(database, stack)
        yield replica


async def test_an_old_replica_goes_on_while_and_after_the_database_is_upgraded(
    old: OldReplica, database: Database
) -> None:
    done = asyncio.Event()
    async with asyncio.timeout(45), asyncio.TaskGroup() as group:
        group.create_task(old.work_until(done))  # ends the test if a statement of the old replica fails
        await old.go_on()
        await migrate(database)
        await old.go_on()
        done.set()
    assert (await read_schema(database)).current == head()
    await old.log()
    (row,) = await old.system.fetch(
        "SELECT count(*) AS threads, (SELECT count(*) FROM run_events) AS events FROM threads"
    )
    assert row["threads"] == row["events"] == old.written["ada"] + old.written["bob"]


async def test_users_are_kept_apart_for_both_versions_side_by_side(old: OldReplica, database: Database) -> None:
    await old.chat("ada")
    await old.log()
    await migrate(database)
    store = PostgresStore(database)
    await old.chat("bob")
    await thread(store, ADA)
    await thread(store, BOB)
    await old.log()

    for user in ("ada", "bob"):
        assert await old.threads_of(user) == {user}
        assert await old.users[user].fetch("SELECT FROM run_events") == []
    for caller in (ADA, BOB):
        async with database.session(caller) as session:
            seen = {row.user_id for row in await session.execute(select(threads.c.user_id))}
            assert seen == {caller.user}
            assert await session.execute(select(run_events.c.id)) == []
    async with database.system() as connection:
        assert len(await connection.execute(select(threads.c.id))) == 4
        assert len(await connection.execute(select(run_events.c.id))) == 2
    assert len(await old.system.fetch("SELECT FROM threads")) == 4

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await old.users["bob"].execute(INSERT_THREAD, "thr_forged", "ada")
    changed = await old.users["bob"].execute("UPDATE threads SET title = 'mine now' WHERE user_id = 'ada'")
    assert changed == "UPDATE 0"


async def test_what_holds_a_table_for_long_makes_the_upgrade_wait_and_nothing_else(
    old: OldReplica, database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "chatkit_link.store.migrate")
    monkeypatch.setattr("chatkit_link.store.migrate._WAIT", 500)  # for the snapshot of the backup
    async with asyncio.timeout(45), asyncpg_connection(database) as backup:
        reading = backup.transaction()
        await reading.start()
        await backup.fetch("SELECT count(*) FROM sessions")  # as pg_dump does, for hours
        upgrade = asyncio.create_task(migrate(database))
        while len([record for record in caplog.records if "tried again" in record.message]) < 2:
            # Each waits for the migration for less than the second after which PostgreSQL looks for deadlocks.
            async with asyncio.timeout(10):
                await old.chat("ada")
                await old.log()
        assert not upgrade.done()
        await reading.rollback()
        await upgrade
    assert (await read_schema(database)).current == head()
    await old.chat("ada")


async def test_a_command_that_does_not_migrate_reads_the_old_schema(
    old: OldReplica, database: Database, url: str
) -> None:
    await old.chat("ada")
    await old.log()
    async with database.system() as connection:
        assert len(await connection.execute(select(run_events.c.id))) == 1
    async with database.session(ADA) as session:
        assert len(await session.execute(select(threads.c.id))) == 1
    async with database.session(BOB) as session:
        assert await session.execute(select(threads.c.id)) == []
        ((role,),) = await session.execute(CURRENT_ROLE)
    # The new role, if another database of this server has it already, has no rights here yet.
    assert role in {ROLE, make_url(url).username}
    assert (await read_schema(database)).current == BEFORE


async def test_the_new_version_takes_on_the_role_of_the_new_name(
    database: Database, url: str, postgres_url: str
) -> None:
    await migrate(database)
    async with database.session(BOB) as session:
        ((role,),) = await session.execute(CURRENT_ROLE)
    assert role in {"chatkit_link_user", make_url(url).username}
    assert role != make_url(postgres_url).username, "a superuser, whom no policy holds"


async def test_every_policy_knows_both_names_of_the_setting(database: Database) -> None:
    await migrate(database)
    async with database.system() as connection:
        policies = await connection.connection.fetch(
            "SELECT tablename, policyname, qual FROM pg_policies WHERE permissive = 'PERMISSIVE'"
        )
    assert {row.policyname for row in policies} == {"owner", "system_only"}
    later = {
        "server_keys", "audit_log", "run_batches", "run_batches_default", "file_usage", "item_words", "inactive_items",
        "queued_messages", "shares", "shared_items",
    }  # fmt: skip
    former = [row for row in policies if row.tablename not in later]
    assert len(former) == 10
    for row in former:
        assert "chatkit_link.is_system" in row.qual, row.tablename
        assert "chatkit_link.house" in row.qual, row.tablename
