"""A PgBouncer in front of a PostgreSQL, on a port of 127.0.0.1."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from chatkit_link.store.address import parse_address

Mode = Literal["transaction", "session", "statement"]
#: The first version in which clients of a pooler in transaction mode may prepare statements by name.
PREPARING = (1, 21)


def pgbouncer() -> str | None:
    """Where the program is; Debian puts it where only root looks."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


needs_pgbouncer = pytest.mark.skipif(
    pgbouncer() is None, reason="no pgbouncer is installed (on Debian: apt install pgbouncer): nothing to test"
)


def version() -> tuple[int, int]:
    program = pgbouncer()
    assert program is not None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


class Pooler:
    """The running process. ``become`` changes its mode, as an administrator would."""

    def __init__(self, folder: Path, url: str, mode: Mode, size: int, more: str) -> None:
        """url: of the database. size: how many sessions it has there. more: lines for its settings."""
        program = pgbouncer()
        assert program is not None
        given = parse_address(url).connect_args
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.database: str = given["database"]
        host, user = given["host"] or "127.0.0.1", given["user"]
        login = f"user={user}" + (f" password='{given['password']}'" if given["password"] else "")
        self._config = folder / "pgbouncer.ini"
        self._text = f"""
            [databases]
            * = host={host} port={given["port"] or 5432} {login}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {{mode}}
            default_pool_size = {size}
            max_client_conn = 300
            {more}
            """
        self._config.write_text(self._text.format(mode=mode))
        folder.chmod(0o755)
        # Like PostgreSQL, it refuses to run as root. A socket is reached by the owner of its folder only.
        owner = Path(host).owner() if host.startswith("/") else "nobody"
        other = ("-u", owner) if os.geteuid() == 0 else ()
        self._log = folder / "pgbouncer.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([program, *other, str(self._config)], stdout=log, stderr=log)

    @property
    def url(self) -> str:
        """The address of the database through it, which does not show what it is."""
        return self.url_of(self.database)

    def url_of(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}?sslmode=disable"

    def become(self, mode: Mode) -> None:
        """Change its mode, which it keeps for connections that it has by then."""
        self._config.write_text(self._text.format(mode=mode))
        self._process.send_signal(signal.SIGHUP)

    async def ready(self) -> None:
        async with asyncio.timeout(10):
            while True:
                assert self._process.poll() is None, self._log.read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=10)


@asynccontextmanager
async def pooler(url: str, mode: Mode = "transaction", *, size: int = 4, more: str = "") -> AsyncGenerator[Pooler]:
    """A pooler in front of the database of this address, inside the block."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-pooler-", ignore_cleanup_errors=True) as folder:
        running = Pooler(Path(folder), url, mode, size, more)
        try:
            await running.ready()
            yield running
        finally:
            running.stop()
