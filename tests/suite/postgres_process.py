"""The PostgreSQL of one test run, in a process of its own, which cleans up however the run ends.

With CHATKIT_LINK_TEST_PARTITIONED=1, the tables of users' rows are hash-partitioned (``partitions.py``).
``DATABASE_URL`` is used when set; otherwise the embedded PostgreSQL runs in a temporary folder. Each line of
the input is the name of a worker and is answered with the address of a database of its own, a copy of one that
was migrated once. At the end of the input everything is removed, and a run that was killed ends it, too.
"""

import asyncio
import os
import signal
import sys
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from tests.suite.partitions import partition_if_asked

#: Nothing in it has to outlive a crash, and several workers open pools and servers of their own.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}


def main() -> None:
    # Ctrl-C goes to every process of a terminal, and what ends a job to every one of its group; this one ends after
    # those that use its databases, with its input.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    with _server() as url, _databases(url) as copy:
        for line in sys.stdin:
            print(copy(line.strip()), flush=True)


@contextmanager
def _server() -> Generator[str]:
    """The address of a PostgreSQL server inside the block."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    # Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders.
    with tempfile.TemporaryDirectory(prefix="chatkit-link-test-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        asyncio.run(_execute(server.start(), *(f"ALTER SYSTEM SET {name} = {to}" for name, to in SETTINGS.items())))
        server.stop()  # the number of connections is read at its start
        try:
            yield server.start()
        finally:
            server.stop()


@contextmanager
def _databases(url: str) -> Generator["Copy"]:
    template = f"chatkit_link_test_{uuid.uuid4().hex[:12]}"
    copy = Copy(url, template)
    try:
        copy.make_template()
        yield copy
    finally:
        copy.drop_all()


class Copy:
    """Makes databases of this run on a server: one that is migrated, and copies of it."""

    def __init__(self, url: str, template: str) -> None:
        self._url = url
        self._template = template
        self._made: list[str] = []

    def __call__(self, worker: str) -> str:
        name = f"{self._template}_{worker}"
        self._create(f"{name} TEMPLATE {self._template}", name)
        return self._address(name)

    def make_template(self) -> None:
        self._create(self._template, self._template)
        asyncio.run(_migrate(self._address(self._template)))

    def drop_all(self) -> None:
        asyncio.run(_execute(self._url, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._made)))

    def _create(self, statement: str, name: str) -> None:
        self._made.append(name)
        asyncio.run(_execute(self._url, f"CREATE DATABASE {statement}"))

    def _address(self, name: str) -> str:
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)


async def _execute(url: str, *statements: str) -> None:
    """Each outside of a transaction."""
    database = Database(url, pool_size=1, patience=60)
    try:
        async with database.replica() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await database.close()


async def _migrate(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        await migrate(database)
        await partition_if_asked(database)
    finally:
        await database.close()


if __name__ == "__main__":
    main()
