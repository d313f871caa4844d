"""A PostgreSQL on a port, and the command line in this process."""

import asyncio
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner, Result

from chatkit_link.cli.program import cli
from tests.faults.processes import Postgres


class Command(Protocol):
    def __call__(self, *arguments: str) -> Awaitable[Result]: ...


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that asks ``needs_password`` for one, and trusts everybody else."""
    # Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders.
    with tempfile.TemporaryDirectory(prefix="chatkit-link-cli-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        postgres.start()
        postgres.query("postgres", "CREATE ROLE needs_password LOGIN PASSWORD 'of-theirs'")
        rules = Path(postgres.query("postgres", "SHOW hba_file"))
        rules.write_text(f"host all needs_password 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        postgres.restart()
        yield postgres
        postgres.stop()


@pytest.fixture
def empty_database(postgres: Postgres) -> str:
    """The name of a database without a table."""
    name = f"cli_{uuid.uuid4().hex[:12]}"
    postgres.create(name)
    return name


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Result]]:
    """Runs ``chatkit-link`` with these arguments in an empty folder, in a thread with an event loop of its own."""
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda level: None)  # the log is pytest's here
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DATABASE_URL", "CHATKIT_LINK_DATA", "CHATKIT_LINK_DOCS"):
        monkeypatch.delenv(name, raising=False)

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, list(arguments))

    return run


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def sentence(result: Result) -> str:
    """What ``run`` of the program prints before it ends with status 2."""
    assert result.exception is not None and not isinstance(result.exception, SystemExit), result.output
    return str(result.exception)
