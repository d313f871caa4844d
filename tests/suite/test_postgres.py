"""The databases of a test run are migrated, apart, and gone when the run is."""

import asyncio
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import head, read_schema
from tests.suite.postgres import ROOT, Postgres

ASKS_AND_IS_KILLED = """
import os, signal
from tests.suite.postgres import Postgres
print(Postgres().database("gw0"), flush=True)
{ending}
"""


async def _names(url: str) -> set[str]:
    database = Database(url, pool_size=1)
    try:
        async with database.replica() as connection:
            rows = await connection.execute(text("SELECT datname FROM pg_database"))
        return {str(row[0]) for row in rows}
    finally:
        await database.close()


async def _revision(url: str) -> str | None:
    database = Database(url, pool_size=1)
    try:
        return (await read_schema(database)).current
    finally:
        await database.close()


async def test_each_worker_has_a_migrated_database_on_the_given_server_and_none_is_left(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    before = await _names(postgres_url)
    postgres = Postgres()
    try:
        urls = [await asyncio.to_thread(postgres.database, worker) for worker in ("gw0", "gw1")]
        made = {str(make_url(url).database) for url in urls}
        assert len(made) == 2
        assert made <= await _names(postgres_url) - before
        for url in urls:
            assert await _revision(url) == head()
        template = (await _names(postgres_url) - before - made).pop()
    finally:
        await asyncio.to_thread(postgres.close)
    assert not (made | {template}) & await _names(postgres_url)


@pytest.mark.parametrize(
    ("ending", "by"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", signal.SIGKILL),
        ("os.killpg(os.getpid(), signal.SIGTERM)", signal.SIGTERM),  # as `timeout` and a job that is cancelled do
        ("os.killpg(os.getpid(), signal.SIGHUP)", signal.SIGHUP),  # as a terminal that is closed does
    ],
)
async def test_nothing_is_left_by_a_run_that_is_killed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, ending: str, by: signal.Signals
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    command = [sys.executable, "-c", ASKS_AND_IS_KILLED.format(ending=ending)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        start_new_session=True,
    )  # fmt: skip
    assert done.returncode == -by, done.stderr
    made = str(make_url(done.stdout.strip()).database)
    async with asyncio.timeout(100):
        while made in await _names(postgres_url):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.05)
