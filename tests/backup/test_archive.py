"""The file of a backup: complete or not there, and what is wrong with it is found before anything else happens."""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatkit_link.backup.archive import Archive, Damaged, Writer
from chatkit_link.backup.manifest import DUMP, FORMAT, MANIFEST, Manifest
from chatkit_link.errors import ConfigurationError

MADE = Manifest(
    format=FORMAT, version="1", created_at=datetime.now(UTC), revision="0014", postgres="18.4", pg_dump=18,
    table_schema="public", rows={"threads": 1}, files=1, bytes=5, missing=0, secret=None, storage=None,
)  # fmt: skip


async def once(*data: bytes) -> AsyncIterator[bytes]:
    for each in data:
        yield each


async def write(path: Path, *, name: str = "files/atc_1/aa", manifest: Manifest = MADE) -> None:
    with Writer(path) as writer:
        await writer.add(DUMP, once(b"PGDMP", b"x" * 3000))
        await writer.add(name, once(b"a", "fïle".encode()))
        writer.put(MANIFEST, manifest.model_dump_json().encode())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture
async def written(tmp_path: Path) -> Path:
    await write(tmp_path / "b.tar")
    return tmp_path / "b.tar"


async def test_what_was_written_is_read(written: Path) -> None:
    archive = Archive.checked(written)
    assert archive.manifest == MADE
    entry = next(entry for entry in archive.entries() if entry.key)
    assert entry.key == "atc_1/aa"
    assert b"".join([chunk async for chunk in archive.read(entry)]) == "afïle".encode()
    assert names(written.parent) == [written.name]


async def test_no_byte_of_it_can_change_or_lack(written: Path, tmp_path: Path) -> None:
    """Every length that it could be cut off at, in steps, and a changed bit in every part."""
    whole = content(written)
    with tarfile.open(written) as archive:
        parts = [(info.name, info.offset_data, info.size) for info in archive]
    end = parts[-1][1] + parts[-1][2]
    broken = tmp_path / "broken.tar"
    for length in (0, 1, 100, 511, 512, 513, *range(600, end, 97), end - 1):
        broken.write_bytes(whole[:length])
        with pytest.raises(Damaged, match=r"broken.tar cannot be restored.*Nothing was changed"):
            Archive.checked(broken)
    for name, start, size in parts:
        for place in (start, start + size - 1):
            changed = bytearray(whole)
            changed[place] ^= 1
            broken.write_bytes(changed)
            with pytest.raises(Damaged) as told:
                Archive.checked(broken)
            assert name == "SHA256SUMS" or name in str(told.value)
    for offset in range(0, end, 512):  # a header, or data
        changed = bytearray(whole)
        changed[offset : offset + 512] = os.urandom(512)
        broken.write_bytes(changed)
        with pytest.raises(Damaged):
            Archive.checked(broken)


@pytest.mark.parametrize(
    "data", [b"", b"PGDMP" + bytes(2000), b"not a backup at all" * 100], ids=["empty", "dump", "text"]
)
async def test_another_file_is_no_backup(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(data)
    with pytest.raises(Damaged):
        Archive.checked(tmp_path / "other")


@pytest.mark.parametrize("name", ["files/../secret", "files//etc/passwd", "files/a/../../b", "files/.hidden", "files/"])
async def test_a_file_that_leads_out_of_the_storage_is_refused(name: str, tmp_path: Path) -> None:
    await write(tmp_path / "b.tar", name=name)
    with pytest.raises(Damaged, match="no name of a file of ours"):
        Archive.checked(tmp_path / "b.tar")


async def test_one_of_a_newer_format_says_which_version_it_is_of(tmp_path: Path) -> None:
    await write(tmp_path / "b.tar", manifest=MADE.model_copy(update={"format": 2, "version": "9.1"}))
    with pytest.raises(Damaged, match=r"of a newer version of ChatKit Link \(9.1\)"):
        Archive.checked(tmp_path / "b.tar")


async def test_a_part_that_breaks_off_leaves_no_trace(tmp_path: Path) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"x" * 5000
        raise LookupError

    with Writer(tmp_path / "b.tar") as writer:
        await writer.add(DUMP, once(b"PGDMP"))
        with pytest.raises(LookupError):
            await writer.add("files/a/b", breaks())
        writer.put(MANIFEST, MADE.model_dump_json().encode())
    assert [entry.name for entry in Archive.checked(tmp_path / "b.tar").entries()][:2] == [DUMP, MANIFEST]


async def test_an_existing_file_is_never_replaced(written: Path) -> None:
    before = content(written)
    with pytest.raises(ConfigurationError, match="exists already"):
        await write(written)
    other = written.with_name("other.tar")
    slow = Writer(other)
    slow.__enter__()
    await write(other)  # a second one at the same time, which is faster
    with pytest.raises(ConfigurationError, match="by another command meanwhile"):
        slow.__exit__(None, None, None)
    assert Archive.checked(other).manifest == MADE
    assert content(written) == before
    assert names(written.parent) == ["b.tar", "other.tar"]


SCRIPT = """
import asyncio, resource, signal, sys
from pathlib import Path
from chatkit_link.backup.archive import Writer
from chatkit_link.cli import event_loop
from chatkit_link.cli.error_message import print_error
if sys.argv[2:] == ["full"]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
async def endless():
    while True:
        yield b"x" * 100_000
        print("goes on", flush=True)
        await asyncio.sleep(0.01)
async def write():
    with Writer(Path(sys.argv[1])) as writer:
        await writer.add("database.dump", endless())
try:
    event_loop.run(write(), ends_with_terminate=True)
except KeyboardInterrupt:
    sys.exit(130)
except Exception as error:
    sys.exit(2 if print_error(error) else 1)
"""


def start(path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("ends_with", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_one_that_is_interrupted_leaves_no_half_file_under_its_name(ends_with: signal.Signals, tmp_path: Path) -> None:
    process = start(tmp_path / "b.tar")
    assert process.stdout is not None
    assert process.stdout.readline() == "goes on\n"
    process.send_signal(ends_with)
    _, errors = process.communicate(timeout=30)
    left = names(tmp_path)
    if ends_with == signal.SIGKILL:  # what nobody could remove does not look like a backup
        assert all(name.startswith(".b.tar-") and name.endswith(".part") for name in left)
    else:
        assert (process.returncode, left, errors) == (130, [], "")


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path / "b.tar", "full")
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "b.tar: File too large." in errors
    assert names(tmp_path) == []


async def test_gigabytes_pass_through_little_memory(tmp_path: Path) -> None:
    """A sparse 300 MB stand for them; what either way holds does not depend on it."""
    block = bytes(1_000_000)

    async def large() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield block

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Writer(tmp_path / "b.tar") as writer:
        await writer.add("files/a/b", large())
        writer.put(MANIFEST, MADE.model_dump_json().encode())
    await asyncio.to_thread(Archive.checked, tmp_path / "b.tar")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 40_000
    shutil.rmtree(tmp_path)
