"""The generated secret: one per folder, private, and never silently replaced."""

import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import load_secrets
from chatkit_link.settings import Settings


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path / "new" / "folder"})
    (secret,) = load_secrets(settings)
    assert len(secret) == 64
    assert load_secrets(settings) == (secret,)
    (path,) = settings.data.iterdir()
    assert path.name == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_settings_secret_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    assert load_secrets(Settings.model_validate({"data": tmp_path, "secret": "s" * 32})) == (b"s" * 32,)
    assert not list(tmp_path.iterdir())


def test_servers_that_start_together_agree(tmp_path: Path) -> None:
    program = """
import sys
from chatkit_link.identity import load_secrets
from chatkit_link.settings import Settings
settings = Settings.model_validate({"data": sys.argv[1]})
print("ready", flush=True)
sys.stdin.readline()
print(load_secrets(settings)[0].decode(), flush=True)
"""
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / "data")]
    with ExitStack() as running:
        servers = [
            running.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(2)
        ]
        for server in servers:
            assert server.stdout
            assert server.stdout.readline() == "ready\n"
        for server in servers:
            assert server.stdin
            server.stdin.write("\n")
            server.stdin.flush()
        secrets = {server.communicate(timeout=120)[0] for server in servers}
    assert len(secrets) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


@pytest.mark.parametrize("content", [b"", b"short", b"   \n", b"x" * 31])
def test_a_file_that_is_too_short_stops_the_start_and_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"too short .* restore the file, or set CHATKIT_LINK_SECRET"):
        load_secrets(Settings.model_validate({"data": tmp_path}))
    assert (tmp_path / "secret").read_bytes() == content


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot be read or made \(Is a directory\)"):
        load_secrets(Settings.model_validate({"data": tmp_path}))


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="give this user access to the folder"):
        load_secrets(Settings.model_validate({"data": tmp_path / "file"}))
