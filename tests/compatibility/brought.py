"""Somebody's server in a real ``chatkit-link serve``: its folder copied, a catalog beside it, a process of its own."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.compatibility.cases import Case
from tests.suite.postgres import SHARED_SECRET

_ROOT = Path(__file__).parent.parent.parent
_READY = re.compile(r"ready\s+(http://[\d.:]+)")
_PRIVATE = ("CHATKIT_LINK_", "OPENAI_", "DATABASE_URL", "PORT")


class NotServedError(Exception):
    """The program ended before it was ready; the text is what it wrote."""


class Brought:
    """A case laid out in ``place``, ready to be started, as often as one likes, with the same data."""

    def __init__(self, case: Case, source: Path, place: Path, *, model: str, database: str) -> None:
        self.case = case
        self.folder = place / "copy"
        #: What Python runs.
        self.program = ["-P", "-c", "from chatkit_link.cli import main; main()", "serve", "--port", "0"]
        if case.app:
            self.program += ["--app", case.app]
        self._logs = place
        self.log = place / "log-0"
        shutil.copytree(source / case.folder, self.folder, symlinks=True, dirs_exist_ok=True)
        for name, text in case.files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        (self.folder / "chatkit-link.toml").write_text(_catalog(case), encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
        self._environment = kept | {
            "PYTHONPATH": str(_ROOT),
            "CHATKIT_LINK_DATABASE_URL": database,
            "CHATKIT_LINK_SECRET": SHARED_SECRET,
            "CHATKIT_LINK_GRACE": "0",
            "CHATKIT_LINK_RATE_MESSAGES": "0",
            "CHATKIT_LINK_RATE_MESSAGES_ADDRESS": "0",
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": model,
            "OPENAI_AGENTS_DISABLE_TRACING": "1",
        }
        for name, value in case.environment.items():
            # {path}: what the variable was before.
            self._environment[name] = value.replace("{model}", model).replace("{path}", self._environment.get(name, ""))

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[str]:
        """The server runs inside the block; gives its address. Raises NotServedError."""
        self.log = self._logs / f"log-{len(list(self._logs.glob('log-*')))}"
        with self.log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program,
                cwd=self.folder, env=self._environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield await self._address(process)
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                async with asyncio.timeout(30):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _address(self, process: asyncio.subprocess.Process) -> str:
        async with asyncio.timeout(120):
            while True:
                written = self.log.read_text(encoding="utf-8", errors="replace")
                if ready := _READY.search(written):
                    return ready[1]
                if process.returncode is not None:
                    raise NotServedError(written)
                await asyncio.sleep(0.1)  # another process writes a file: there is nothing to wait on


def _catalog(case: Case) -> str:
    entry = {"target": case.target, "store": case.store, "context": case.context}
    lines = [f"{name} = {json.dumps(value)}" for name, value in entry.items() if value is not None]
    return "\n".join(['default = "brought"', "", "[agents.brought]", *lines, ""])
