"""The program as an attacker meets it: a process of its own, on the tests' database."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from chatkit_link.settings import Settings

PROGRAM = Path(sys.executable).with_name("chatkit-link")


@dataclass
class Served:
    """port: of 127.0.0.1. log: all lines so far."""

    port: int
    pid: int
    log: list[str]

    async def logged(self, words: str) -> str:
        """The first line with these words, as soon as it is there."""
        while True:
            if found := next((line for line in self.log if words in line), None):
                return found
            await asyncio.sleep(0.02)


@asynccontextmanager
async def served(settings: Settings, folder: Path, **variables: str) -> AsyncGenerator[Served]:
    """settings: of ``make_settings``, for the database and the documents. variables: without ``CHATKIT_LINK_``."""
    private = ("CHATKIT_LINK_", "OPENAI_", "DATABASE_URL", "PORT")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    environment |= {f"CHATKIT_LINK_{name}": value for name, value in variables.items()}
    assert settings.database_url is not None
    assert settings.secret is not None
    environment |= {
        "CHATKIT_LINK_DATABASE_URL": settings.database_url.get_secret_value(),
        "CHATKIT_LINK_DATABASE_POOL": "4",
        "CHATKIT_LINK_GRACE": "0",
        "CHATKIT_LINK_SECRET": settings.secret.get_secret_value(),
        "CHATKIT_LINK_DATA": str(folder),
        "CHATKIT_LINK_DOCS": str(settings.docs),
    }
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "serve", "--port", "0", cwd=folder, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    log: list[str] = []

    async def read() -> None:
        async for line in process.stdout or ():
            log.append(line.decode())

    reading = asyncio.create_task(read())
    try:
        server = Served(0, process.pid, log)
        async with asyncio.timeout(120):
            ready = await server.logged("ready ")
        server.port = int(ready.partition("http://127.0.0.1:")[2].split()[0])
        yield server
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(20):
                await process.wait()
        except TimeoutError:
            process.kill()
        await reading
