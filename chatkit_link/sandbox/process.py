"""Starts a sandboxed process for one file or page, feeds it, reads its answer, and kills it in time."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio

from chatkit_link.sandbox import child
from chatkit_link.sandbox.confinement import CALLS, LIMITS, USER, Bounds

logger = logging.getLogger(__name__)

#: Seconds that a process may take to start: a busy machine takes long, and a process that waits costs nothing.
_START = 30.0
#: Bytes of the line that says that it has started.
_LONGEST_LINE = 200
_WORDS = {
    USER: "they run as root",
    CALLS: "the kernel filters none of their system calls (seccomp)",
    LIMITS: "they have not all of the limits of memory, time, files and processes",
}


@dataclass(frozen=True, slots=True)
class Job:
    """What a process does.

    module: with the functions of ``child.Job``. deadline: seconds, from when it has started.
    cpu: seconds of a processor. memory: bytes. answer: bytes of it at most; one that sends more is killed.
    nice: how much other processes go first, 0 to 19.
    """

    module: str
    deadline: float
    cpu: float
    memory: int
    answer: int
    nice: int = 0


class NotStartedError(Exception):
    """This system starts no process for a job now: it is short of processes or memory, or one broke before it began."""


@dataclass(frozen=True, slots=True)
class Answer:
    """status: the exit status; None where it was killed, or broke by itself. data: what it sent until then."""

    status: int | None
    data: bytes


class Sandbox:
    """Runs jobs. It reports once what the system does not confine them by."""

    def __init__(self) -> None:
        self._reported = False

    async def run(self, job: Job, *arguments: str, chunks: AsyncGenerator[bytes]) -> Answer:
        """The job's answer.

        Args:
            arguments: for the job; visible to other users of this machine.
            chunks: what is read; closed here.

        Raises:
            NotStartedError: there is no process for it.
            Exception: the first that ``chunks`` raised.
        """
        async with aclosing(chunks):
            try:
                process = await _start(job, arguments)
            except OSError as error:
                raise NotStartedError(str(error)) from error
            output = bytearray()
            try:
                async with asyncio.timeout(_START) as clock, asyncio.TaskGroup() as group:
                    if (missing := await _started(process)) is None:
                        raise NotStartedError(f"{job.module} broke before it began")
                    self._report(missing)
                    clock.reschedule(asyncio.get_running_loop().time() + job.deadline)
                    group.create_task(_feed(process, chunks))
                    group.create_task(_read_output(process, output, job.answer))
                    group.create_task(process.wait())
            except TimeoutError:
                logger.warning("%s took too long and was ended", job.module)
                return Answer(None, bytes(output))
            except ExceptionGroup as failed:  # the storage is away: one error, not a group of them
                raise failed.exceptions[0] from None
            finally:
                if process.returncode is None:
                    process.kill()
                with anyio.CancelScope(shield=True):
                    await process.wait()
        status = process.returncode
        return Answer(status if status is not None and status >= 0 else None, bytes(output))

    def _report(self, missing: list[str]) -> None:
        if missing and not self._reported:
            self._reported = True
            logger.warning("%s", sentence(missing))


async def missing_here(job: Job, *arguments: str) -> list[str] | None:
    """What this system does not confine a process by: words of ``confinement.py``. None: it did not start."""
    process = await _start(job, arguments)
    try:
        async with asyncio.timeout(_START):
            return await _started(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def sentence(missing: list[str]) -> str:
    """For the operator."""
    what = "; ".join(_WORDS[each] for each in missing if each in _WORDS)
    return f"Pages and files of others are parsed in processes that this system confines less than Linux can: {what}."


async def once(data: bytes) -> AsyncGenerator[bytes]:
    """Chunks of what is here already."""
    yield data


async def _start(job: Job, arguments: tuple[str, ...]) -> asyncio.subprocess.Process:
    package = str(Path(child.__file__).parents[2])
    order = {
        "path": [package, *(each for each in sys.path if each and each != package)],
        "module": job.module,
        "arguments": arguments,
        "bounds": asdict(Bounds(cpu=max(1, round(job.cpu)), memory=job.memory, nice=job.nice)),
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-B", child.__file__, json.dumps(order)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=None if sys.platform == "win32" else {},  # Windows starts nothing without its own
    )


async def _started(process: asyncio.subprocess.Process) -> list[str] | None:
    """Wait for it, or for its end; what is missing."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    return line[:_LONGEST_LINE].decode("ascii", "replace").split() if line else None


async def _feed(process: asyncio.subprocess.Process, chunks: AsyncIterator[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it has seen enough, or died
        async for chunk in chunks:
            process.stdin.write(chunk)
            await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _read_output(process: asyncio.subprocess.Process, output: bytearray, most: int) -> None:
    assert process.stdout is not None
    while chunk := await process.stdout.read(65536):
        output += chunk
        if len(output) > most:
            process.kill()
            return
