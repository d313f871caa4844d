"""docs/how-to/backup.md: its plain commands bring every row, whoever runs them, and none brings an empty dump."""

import asyncio
import os
import re
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from chatkit_link.caller import Caller
from chatkit_link.store.address import parse_address
from chatkit_link.store.audit import Actor, Event, record_all
from chatkit_link.store.dump import snapshot
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.postgres_programs import find_programs, program_environment
from tests.store.build import attachment, thread, user

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "backup.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.+?)\n```", PAGE)
FOR_ALL, ABOVE, EMBEDDED, _WHERE, RESTORE = COMMANDS
(MAKE_ROLE,) = re.findall(r"```sql\n(.+?)\n```", PAGE)
WHO = ["superuser", "owner", "administrator of a managed server", "role for backups"]


@dataclass
class Cluster:
    """A PostgreSQL for roles of our own. data: its folder."""

    data: Path
    url: str

    def as_role(self, name: str, password: str, database: str) -> str:
        url = make_url(self.url).set(username=name, password=password, database=database)
        return url.render_as_string(hide_password=False)

    async def execute(self, *statements: str, database: str = "postgres") -> None:
        url = make_url(self.url).set(database=database).render_as_string(hide_password=False)
        connection = await asyncpg.connect(**parse_address(url).connect_args)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders.
    with tempfile.TemporaryDirectory(prefix="chatkit-link-test-", ignore_cleanup_errors=True) as folder:
        embedded = EmbeddedPostgres(Path(folder))
        try:
            yield Cluster(Path(folder), embedded.start())
        finally:
            embedded.stop()


@dataclass
class Place:
    """A database with the roles of one deployment. owner: address of the role that the server connects as."""

    name: str
    owner: str
    runs_as: str
    command: str


@pytest.fixture(params=WHO)
async def place(cluster: Cluster, request: pytest.FixtureRequest) -> Place:
    name = f"page_{uuid.uuid4().hex[:8]}"
    rights = "CREATEDB CREATEROLE" if request.param.startswith("administrator") else ""
    await cluster.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {rights}")
    await cluster.execute(f"CREATE DATABASE {name} OWNER {name}")
    owner = cluster.as_role(name, name, name)
    admin = make_url(cluster.url).set(database=name).render_as_string(hide_password=False)
    if request.param == "role for backups":
        await cluster.execute(MAKE_ROLE.replace("chat_backup", f"{name}_b"), f"ALTER ROLE {name}_b PASSWORD '{name}'")
        return Place(name, owner, cluster.as_role(f"{name}_b", name, name), ABOVE)
    if request.param == "superuser":
        return Place(name, admin, admin, ABOVE)
    return Place(name, owner, owner, FOR_ALL)


def shell(command: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of the page, as a user types it who has set the variables that the page names."""
    environment = program_environment(parse_address(url), name="shell")
    environment["PATH"] = f"{find_programs(18).folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-ec", command], env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


async def fill(url: str) -> dict[str, int]:
    """Something in the tables of users, of the system and of the audit log; rows by table."""
    database = Database(url, pool_size=3)
    await migrate(database)
    store = PostgresStore(database)
    for tenant, who in (("default", "ada"), ("elsewhere", "bob")):
        caller = Caller(tenant, who)
        here = await thread(store, caller)
        item = user(here.id, "hello")
        await store.add_thread_item(here.id, item, caller)
        await store.save_attachment(attachment(thread_id=here.id), caller)
        await store.save_feedback(here.id, [item.id], "positive", caller)
        await store.save_turn(here.id, item.id, {"input": [], "covers": [], "sources": {}}, caller)
    await record_all(database, Event("key.used", Actor("operator", "root")))
    await database.close()
    return await rows(url)


async def rows(url: str) -> dict[str, int]:
    database = Database(url, pool_size=1)
    async with snapshot(database) as taken:
        counted = dict(taken.rows)
    await database.close()
    return counted


async def test_its_commands_bring_every_row_into_an_empty_database_and_no_right_too_many(
    place: Place, cluster: Cluster, tmp_path: Path
) -> None:
    before = await fill(place.owner)
    assert before["threads"] == before["thread_items"] == before["turns"] == 2 and before["audit_log"] == 1
    done = await asyncio.to_thread(shell, place.command, place.runs_as, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")

    await cluster.execute(f"CREATE ROLE {place.name}_r LOGIN PASSWORD 'r'", f"CREATE DATABASE {place.name}_r")
    await cluster.execute(f"ALTER DATABASE {place.name}_r OWNER TO {place.name}_r")
    target = cluster.as_role(f"{place.name}_r", "r", f"{place.name}_r")
    done = await asyncio.to_thread(shell, RESTORE, target, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    database = Database(target, pool_size=2)
    await migrate(database)
    assert await rows(target) == before
    async with database.system() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.connection.execute("DELETE FROM audit_log")
    async with database.session(Caller("default", "ada")) as session:
        (seen,) = await session.connection.fetch("SELECT count(*), min(user_id), max(user_id) FROM threads")
        assert tuple(seen) == (1, "ada", "ada")
    await database.close()


@pytest.mark.parametrize("place", WHO[1:3], indirect=True)
async def test_a_dump_that_would_be_empty_fails(place: Place, tmp_path: Path) -> None:
    await fill(place.owner)
    plain = await asyncio.to_thread(shell, ABOVE, place.runs_as, tmp_path)
    assert (plain.returncode, "affected by row-level security policy" in plain.stderr) == (1, True)
    proposed = await asyncio.to_thread(shell, FOR_ALL.partition('" ')[2], place.runs_as, tmp_path)
    assert proposed.returncode == 1
    assert "row-level security hides all rows of this table" in proposed.stderr
    assert "chatkit_link.is_system=on" in proposed.stderr


async def test_the_command_for_the_embedded_postgres_brings_every_row(cluster: Cluster) -> None:
    before = await fill(cluster.url)
    done = await asyncio.to_thread(shell, EMBEDDED, cluster.url, cluster.data)
    assert (done.returncode, done.stderr) == (0, "")
    await cluster.execute("CREATE DATABASE again")
    target = make_url(cluster.url).set(database="again").render_as_string(hide_password=False)
    moved = cluster.data / "chat.dump"
    done = await asyncio.to_thread(shell, RESTORE, target, moved.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert await rows(target) == before


async def test_what_the_owner_reads_without_a_name_is_refused_and_users_see_what_they_saw(
    cluster: Cluster,
) -> None:
    name = f"page_{uuid.uuid4().hex[:8]}"
    await cluster.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'", f"CREATE DATABASE {name} OWNER {name}")
    url = cluster.as_role(name, name, name)
    await fill(url)
    async for connection in connected(url):
        held = await connection.fetch(
            "SELECT relname, pg_get_expr(polqual, polrelid) AS qual FROM pg_class "
            "LEFT JOIN pg_policy ON polrelid = pg_class.oid AND polpermissive WHERE relrowsecurity"
        )
        assert len(held) >= 12
        assert [row["relname"] for row in held if "refuse_hidden_rows()" not in (row["qual"] or "")] == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not say whose"):
            await connection.fetch("SELECT * FROM threads")
        await connection.execute("SELECT set_config('chatkit_link.tenant', 'default', false)")
        assert await connection.fetch("SELECT * FROM threads") == []
        await connection.execute("SELECT set_config('chatkit_link.user', 'ada', false)")
        assert len(await connection.fetch("SELECT * FROM threads")) == 1
        assert await connection.fetch("SELECT * FROM server_keys") == []


async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**parse_address(url).connect_args)
    yield connection
    await connection.close()
