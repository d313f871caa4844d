"""The command line on the tests' database."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner, Result

from chatkit_link.cli.program import cli


class Command(Protocol):
    def __call__(self, *arguments: str) -> Awaitable[Result]: ...


@pytest.fixture
def command(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``chatkit-link`` with these arguments, in a thread with an event loop of its own."""
    environment = {"DATABASE_URL": postgres_url, "CHATKIT_LINK_DATA": str(tmp_path), "COLUMNS": "300"}
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda level: None)  # the log is pytest's here

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, list(arguments), env=environment)

    return run
