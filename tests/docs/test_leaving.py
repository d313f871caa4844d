"""The page about leaving Agent Builder: each of its commands is run as it stands there."""

import asyncio
import os
import shlex
import shutil
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.caller import Caller
from chatkit_link.cli.program import cli
from chatkit_link.search.blocks import markdown_tokens
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.faults.processes import free_port
from tests.openai_server import openai_server

ROOT = Path(__file__).parents[2]
FENCES = [
    token
    for token in markdown_tokens((ROOT / "docs" / "how-to" / "leaving-agent-builder.md").read_text(encoding="utf-8"))
    if token.type == "fence"
]
#: The first one is run by tests/packaging/test_wheel.py, on a machine that has nothing.
INSTALL, *COMMANDS = [token.content for token in FENCES if token.info.strip() == "sh"]
STORES, MAPPING = [token.content for token in FENCES if token.info.strip() == "toml"]


@pytest.fixture
def place(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of somebody with an export and the examples, and nothing set."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "examples" / "exported_workflow" / "router.py", tmp_path / "workflow.py")
    for name in os.environ:
        if name.startswith(("OPENAI_", "CHATKIT_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_every_command_of_the_page_does_what_the_page_says(
    place: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, add, ask, try_, bring = COMMANDS
    assert "workflow.py runs here" in await run(check, monkeypatch)
    listed = await run(add, monkeypatch)
    assert "ready" in listed.rpartition("workflow")[2]

    catalog = place / "chatkit-link.toml"
    assert MAPPING.startswith(catalog.read_text()), "the page shows the file that the command has made"
    catalog.write_text(MAPPING)
    assert list(read_catalog(catalog, {}).workflows.values()) == ["workflow"]
    catalog.write_text(STORES)
    assert list(read_catalog(catalog, {}).vector_stores.values()) == ["handbook/"]
    catalog.write_text(MAPPING)

    # Instead of the page's 8099, which may be somebody's.
    model, port = place / "examples" / "exported_workflow" / "model.py", str(free_port())
    model.write_text(model.read_text().replace("8099", port))
    answered = await run(try_.replace("8099", port), monkeypatch, int(port))
    assert "Your parcel is in the van, and comes today." in " ".join(answered.split())
    # With a key, the models are OpenAI's: the scripted one takes their place.
    async with running([sys.executable, "examples/exported_workflow/model.py"], int(port)):
        served = ask.removesuffix("chatkit-link serve\n")
        assert served != ask
        answered = await run(served, monkeypatch)
    assert "Your parcel is in the van, and comes today." in " ".join(answered.split())

    user = f"ada-{uuid.uuid4().hex[:8]}"
    async with openai_server() as hosted:
        monkeypatch.setenv("CHATKIT_API_BASE", hosted.address)
        hosted.hosted.add(user, items=2)
        await run(bring.replace("sk-proj-...", "sk-good-1").replace("ada", user), monkeypatch)
    threads = await PostgresStore(database).load_threads(10, None, "desc", Caller("default", user))
    assert [thread.title for thread in threads.data] == ["Thread 0"]


async def run(script: str, patch: pytest.MonkeyPatch, port: int = 0) -> str:
    """What a block prints. Our own commands run in this process, which has imported all of the server already.

    port: of what it leaves running.
    """
    printed = ""
    async with AsyncExitStack() as background:
        for line in script.splitlines():
            command, *given = shlex.split(line)
            if command == "export":
                for one in given:
                    patch.setenv(*one.split("=", 1))
            elif given[-1] == "&":
                await background.enter_async_context(running([{"python": sys.executable}[command], *given[:-1]], port))
            else:
                assert command == "chatkit-link"
                ran = await asyncio.to_thread(CliRunner().invoke, cli, given, catch_exceptions=False)
                assert ran.exit_code == 0, ran.output
                printed += ran.output
    return printed


@asynccontextmanager
async def running(command: list[str], port: int) -> AsyncGenerator[None]:
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(60):
            while not await listens(port):
                assert process.returncode is None, f"{command} has ended"
                await asyncio.sleep(0.05)
        yield
    finally:
        process.kill()
        await process.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True
