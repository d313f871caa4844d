"""What a person reads in the terminal of a backup and a restore."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatkit_link.backup.archive import Writer
from chatkit_link.backup.manifest import FORMAT, Manifest
from chatkit_link.cli.backup_report import describe
from chatkit_link.errors import ConfigurationError


def made(*, threads: int, items: int, files: int, size: int) -> Manifest:
    return Manifest(
        format=FORMAT, version="1", created_at=datetime.now(UTC), revision="0017", postgres="18.4", pg_dump=18,
        table_schema="public", rows={"threads": threads, "thread_items": items}, files=files, bytes=size, missing=0,
        secret=None, storage=None,
    )  # fmt: skip


def test_what_is_in_a_backup_is_counted_as_people_count() -> None:
    assert describe(made(threads=1, items=0, files=0, size=0)) == "1 thread, 0 items and 0 files, schema 0017"
    several = made(threads=1200, items=1, files=1, size=2_460_000)
    assert describe(several) == "1,200 threads, 1 item and 1 file (2.5 MB), schema 0017"


def test_a_folder_that_is_not_there_is_named_and_not_the_draft(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused, Writer(tmp_path / "nowhere" / "monday.tar"):
        pytest.fail("it was opened")
    assert str(refused.value) == f"There is no folder {tmp_path / 'nowhere'} to write monday.tar into."


def test_a_folder_that_cannot_be_written_into_names_the_backup(tmp_path: Path) -> None:
    path = tmp_path / f"{'long' * 60}.tar"  # its draft has a longer name than a file may have
    with pytest.raises(OSError, match="name too long") as refused, Writer(path):
        pytest.fail("it was opened")
    assert refused.value.filename == str(path)
