"""What the server keeps in its data folder is for the user who runs it, also where an earlier version left it open."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chatkit_link.data_folder import make_private
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files.user import Person
from tests.security.test_embedded_postgres import as_nobody, as_root

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened(folder: Path) -> Path:
    """A data folder as an earlier version made it under a usual umask."""
    for name in ("files/atc_1/a", "node/1/bin/tool", "model-shutdowns.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "node/1/bin/tool").chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.name == "tool" else 0o644)
    return folder


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    make_private(tmp_path / "above" / "data")
    assert mode(tmp_path / "above" / "data") == 0o700


def test_a_folder_of_an_earlier_version_is_mended_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = opened(tmp_path / "data")
    make_private(folder)
    assert [path for path in (folder, *folder.rglob("*")) if mode(path) & 0o077] == []
    assert mode(folder / "node/1/bin/tool") == 0o700, "a program stays one"
    assert "is mended (9 files and folders)" in caplog.text
    caplog.clear()
    make_private(folder)
    assert caplog.text == ""


def test_an_empty_folder_is_closed_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert (mode(tmp_path), caplog.text) == (0o700, "")


def test_what_is_not_ours_stays_as_it_is(tmp_path: Path) -> None:
    """A project whose own folder is the data folder, and what a link in it leads to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (elsewhere / "shared").touch(0o644)
    project = opened(tmp_path / "project")
    (project / "agent.py").touch(0o644)
    (project / "files" / "link").symlink_to(elsewhere / "shared")
    make_private(project)
    assert [mode(path) for path in (project, project / "agent.py")] == [0o755, 0o644]
    assert [mode(path) for path in (elsewhere, elsewhere / "shared")] == [0o755, 0o644]
    assert mode(project / "files") == 0o700
    assert mode(project / "files/atc_1/a") == 0o600


@as_root
def test_the_folder_of_another_user_stays_as_it_is(tmp_path: Path) -> None:
    """A volume lets a container in by its group."""
    folder = opened(tmp_path / "data")
    os.chown(folder, 65534, 0)
    folder.chmod(0o2775)
    make_private(folder)
    assert mode(folder) == 0o2775
    assert mode(folder / "files") == 0o755


@as_root
@pytest.mark.usefixtures("own_storage")
async def test_another_user_of_the_machine_reads_neither_a_file_nor_the_secret(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = make_settings(data=opened(tmp_path / "data"))
    async with running(settings) as address:
        ada = Person(address)
        await ada.attach(b"nobody else's business")
        await ada.http.aclose()
        (stored,) = [path for path in (settings.data / "files").glob("atc_?*/*") if path.read_bytes() != b"x"]
        for path in (stored, settings.data / "secret"):
            if path.exists():  # the secret may be a setting
                assert "PermissionError" in as_nobody("open(sys.argv[1])", str(path)).stderr
        assert "PermissionError" in as_nobody("os.listdir(sys.argv[1])", str(settings.data)).stderr
    assert mode(settings.data) == mode(settings.data / "files") == 0o700
