"""The page about leaving Agent Builder: each of its commands is run as it stands there."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from chatkit_link.search.blocks import markdown_tokens
from tests.faults.processes import free_port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "leaving-agent-builder.md"
COMMANDS = [
    token.content
    for token in markdown_tokens(PAGE.read_text(encoding="utf-8"))
    if token.type == "fence" and token.info.strip() == "sh"
]
#: Instead of the page's 8099, which may be somebody's.
PORT = str(free_port())


@pytest.fixture
def place(tmp_path: Path, postgres_url: str) -> dict[str, str]:
    """The environment of somebody with a fresh clone."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    model = tmp_path / "examples" / "exported_workflow" / "model.py"
    model.write_text(model.read_text().replace("8099", PORT))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "CHATKIT_"))}
    return {**clean, "PATH": path, "PWD": str(tmp_path), "DATABASE_URL": postgres_url}


@pytest.mark.timeout(300)  # five programs, one after the other, each of which imports all of the server
def test_every_command_of_the_page_does_what_the_page_says(place: dict[str, str]) -> None:
    check, add, ask = COMMANDS
    assert "works" in run(check, place)
    listed = run(add, place)
    assert "ready" in listed.rpartition("router")[2]
    # The scripted model needs a moment to listen, and the server that is asked takes longer than that to start.
    assert "Your parcel is in the van, and comes today." in " ".join(run(ask.replace("8099", PORT), place).split())


def run(script: str, place: dict[str, str]) -> str:
    """What a shell prints; what it leaves running is ended with it."""
    log = Path(place["PWD"], "log")
    with log.open("w") as output:
        shell = subprocess.Popen(
            ["bash", "-euc", script], cwd=place["PWD"], env=place, start_new_session=True,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            status = shell.wait(timeout=120)
        finally:
            with suppress(ProcessLookupError):  # nothing was left
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    assert status == 0, log.read_text()
    return log.read_text()
