"""Each error that passes by itself, as PostgreSQL really raises it."""

import asyncio
import gc
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, text

from chatkit_link.caller import Caller
from chatkit_link.errors import Unavailable
from chatkit_link.store import threads
from chatkit_link.store.engine import Database
from chatkit_link.store.outages import DatabaseUnavailable, Outage, is_conflict, outage_of
from chatkit_link.store.patience import patiently
from chatkit_link.store.postgres import PostgresStore
from tests.store.build import assistant, thread

Connect = Callable[[], Awaitable[Any]]
EDITS = f"edits_{uuid.uuid4().hex}"


@pytest.fixture
async def connect(postgres_url: str) -> Any:
    opened: list[Any] = []

    async def connect() -> Any:
        opened.append(await asyncpg.connect(postgres_url.replace("+asyncpg", "")))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.terminate()


async def _raised(statement: Awaitable[Any]) -> BaseException:
    try:
        await statement
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return error
    raise AssertionError("nothing was raised")


async def test_what_a_deadlock_a_lock_and_a_serialization_failure_are(connect: Connect) -> None:
    one, other = await connect(), await connect()
    name = f"locks_{uuid.uuid4().hex}"
    await one.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, n int)")
    try:
        await one.execute(f"INSERT INTO {name} VALUES (1, 0), (2, 0)")
        first, second = one.transaction(), other.transaction()
        await first.start()
        await second.start()
        await one.execute(f"UPDATE {name} SET n = 1 WHERE id = 1")
        await other.execute(f"UPDATE {name} SET n = 1 WHERE id = 2")
        both = await asyncio.gather(
            one.execute(f"UPDATE {name} SET n = 2 WHERE id = 2"),
            other.execute(f"UPDATE {name} SET n = 2 WHERE id = 1"),
            return_exceptions=True,
        )
        found = [outage_of(error) for error in both if isinstance(error, BaseException)]
        await first.rollback()
        await second.rollback()
        assert found == [Outage.CONFLICT]

        async with one.transaction():
            await one.execute(f"UPDATE {name} SET n = 3 WHERE id = 1")
            error = await _raised(other.execute(f"SELECT FROM {name} WHERE id = 1 FOR UPDATE NOWAIT"))
        assert outage_of(error) is Outage.CONFLICT

        second = other.transaction(isolation="serializable")
        await second.start()
        await other.fetch(f"SELECT FROM {name}")
        await one.execute(f"UPDATE {name} SET n = 4 WHERE id = 1")
        error = await _raised(other.execute(f"UPDATE {name} SET n = 5 WHERE id = 1"))
        await second.rollback()
        assert outage_of(error) is Outage.CONFLICT
    finally:
        await one.execute(f"DROP TABLE {name}")


async def test_what_an_ended_session_a_cancelled_statement_and_a_read_only_server_are(connect: Connect) -> None:
    one, other = await connect(), await connect()
    await one.execute("SET default_transaction_read_only = on")
    error = await _raised(one.execute("CREATE TABLE never (id int)"))
    assert outage_of(error) is Outage.READ_ONLY
    await one.execute("SET statement_timeout = 50")
    assert outage_of(await _raised(one.execute("SELECT pg_sleep(5)"))) is Outage.AWAY
    sleeping = asyncio.create_task(_raised(other.execute("SELECT pg_sleep(5)")))
    await asyncio.sleep(0)
    pid = other.get_server_pid()
    third = await connect()
    await third.execute("SELECT pg_terminate_backend($1)", pid)
    assert outage_of(await sleeping) is Outage.AWAY
    assert outage_of(await _raised(other.execute("SELECT 1"))) is Outage.AWAY


async def test_a_server_without_room_for_a_connection_lacks_something(
    connect: Connect, postgres_url: str, database: Database
) -> None:
    one = await connect()
    role = f"narrow_{uuid.uuid4().hex}"
    address = database.address.connect_args
    await one.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0 PASSWORD '{address['password'] or ''}'")
    try:
        error = await _raised(asyncpg.connect(**{**address, "user": role}))
        assert outage_of(error) is Outage.FULL
    finally:
        await one.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (asyncpg.DiskFullError(""), Outage.FULL),
        (asyncpg.OutOfMemoryError(""), Outage.FULL),
        (asyncpg.PostgresIOError(""), Outage.FULL),
        (asyncpg.AdminShutdownError(""), Outage.AWAY),
        (asyncpg.CrashShutdownError(""), Outage.AWAY),
        (asyncpg.CannotConnectNowError(""), Outage.AWAY),
        (ConnectionResetError(), Outage.AWAY),
        (asyncpg.InternalClientError("cannot switch to state 12"), Outage.AWAY),
        (asyncpg.DatabaseDroppedError(""), None),
        (asyncpg.UniqueViolationError(""), None),
        (asyncpg.InsufficientPrivilegeError(""), None),
        (asyncpg.UndefinedTableError(""), None),
        (asyncpg.DataError("a parameter that fits no column"), None),
        (ZeroDivisionError(), None),
    ],
)
def test_what_passes_by_itself_and_what_stays(error: Exception, outage: Outage | None) -> None:
    """Those that a test cannot have from a server that others use."""
    assert outage_of(error) is outage


async def test_a_statement_that_meets_another_transaction_is_run_again_at_once(
    connect: Connect, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    other = await connect()
    async with store.database.session(ada) as session:
        await session.connection.execute("SET lock_timeout = '100ms'")
        try:
            locked = other.transaction()
            await locked.start()
            await other.execute("SELECT FROM threads WHERE id = $1 FOR UPDATE", here.id)
            saving = asyncio.create_task(threads.set_title_if_none(session, here.id, "Tea"))
            await asyncio.sleep(0.15)  # longer than it waits for a lock
            await locked.rollback()
            assert await saving
        finally:
            await session.connection.execute("RESET lock_timeout")


async def test_an_answer_waits_for_the_database_and_a_request_does_not(
    postgres_url: str, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    item = assistant(here.id, "stored late")
    attempts = 0

    async def store_it() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 4:
            raise DatabaseUnavailable("away")
        await store.add_thread_item(here.id, item, ada)

    with pytest.raises(Unavailable):
        await patiently(ada, store_it)
    assert attempts == 1
    may = iter([True, False, True, True])
    waiting = Caller(ada.tenant, ada.user, patience=lambda: next(may))
    await patiently(waiting, store_it)
    assert await store.load_item(here.id, item.id, ada) == item and attempts == 4

    def is_lost() -> bool:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await store.add_thread_item(here.id, item, Caller(ada.tenant, ada.user, patience=is_lost))
    assert not is_conflict(DatabaseUnavailable("away"))


@pytest.fixture
async def edits(postgres_url: str) -> AsyncIterator[PostgresStore]:
    """A store whose connections ``end_edits`` finds."""
    url = make_url(postgres_url).update_query_dict({"application_name": EDITS})
    own = Database(url.render_as_string(hide_password=False), pool_size=4)
    yield PostgresStore(own)
    await own.close()


async def end_edits(database: Database) -> None:
    """End the sessions of ``edits`` as an administrator or a failover does."""
    ending = text("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = :name")
    async with database.replica() as connection:
        assert (await connection.execute(ending, name=EDITS))[0][0] > 0


async def test_an_edit_of_metadata_outlives_its_connection_and_is_made_once(
    edits: PostgresStore, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    made = 0
    waiting = Caller(ada.tenant, ada.user, patience=lambda: True)
    async with asyncio.timeout(20), edits.edit_metadata(here, waiting) as metadata:
        made += 1
        metadata["legs"] = (made, "ü")
        await end_edits(store.database)
    assert (await store.load_thread(here.id, ada)).metadata == {"legs": [1, "ü"]}
    assert here.metadata == {"legs": (1, "ü")} and made == 1


async def test_an_edit_whose_connection_is_lost_writes_over_nobody_and_no_request_waits(
    edits: PostgresStore, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)

    async def edit(caller: Caller, *, meanwhile: bool) -> None:
        async with asyncio.timeout(20), edits.edit_metadata(here, caller) as metadata:
            metadata["legs"] = 1
            await end_edits(store.database)
            if meanwhile:
                async with store.edit_metadata(here, ada) as other:
                    other["arms"] = 2

    with pytest.raises(DatabaseUnavailable):
        await edit(ada, meanwhile=False)
    assert (await store.load_thread(here.id, ada)).metadata == {}
    with pytest.raises(DatabaseUnavailable):
        await edit(Caller(ada.tenant, ada.user, patience=lambda: True), meanwhile=True)
    assert (await store.load_thread(here.id, ada)).metadata == {"arms": 2}


async def test_looks_at_the_database_may_come_while_others_are_just_answered(store: PostgresStore) -> None:
    """As those that waited for a process that was frozen."""
    looks: list[asyncio.Task[None]] = []
    async with asyncio.timeout(10):
        while sum(look.done() for look in looks[::10]) < 20:
            looks.append(asyncio.create_task(store.database.health.ping()))
            await asyncio.sleep(0)
        await asyncio.gather(*looks)


@pytest.mark.parametrize(
    ("state", "is_everybodys"), [("53100", True), ("53200", False), ("53400", False), ("58P01", False)]
)
async def test_what_the_statement_of_one_user_lacks_refuses_nobody_else(
    postgres_url: str, ada: Caller, state: str, is_everybodys: bool
) -> None:
    own = Database(postgres_url, pool_size=4)
    refused = text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    try:
        with pytest.raises(DatabaseUnavailable):
            async with own.session(ada) as session:
                await session.execute(refused)
        assert own.health.is_lacking == is_everybodys
        with pytest.raises(DatabaseUnavailable):
            async with own.replica() as connection:
                await connection.execute(refused)
        assert own.health.is_lacking, "what the server itself lacks, everybody does"
    finally:
        await own.close()


async def test_a_probe_that_nobody_waits_for_any_more_leaves_no_error_behind(postgres_url: str) -> None:
    unseen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unseen.append(context))
    own = Database(postgres_url, pool_size=1, patience=0.1)
    try:
        async with own.replica(), own.replica(), own.replica():  # there is no other
            before = asyncio.all_tasks()
            probe = asyncio.create_task(own.health.ping())
            await asyncio.sleep(0)
            probe.cancel()
            await asyncio.wait(asyncio.all_tasks() - before)
            with pytest.raises(Unavailable):
                await own.health.ping()
            del before, probe
            gc.collect()
        assert unseen == []
    finally:
        await own.close()
