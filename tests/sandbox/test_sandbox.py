"""What a process that a page or a file has taken over can do: nothing, and not for long."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatkit_link.sandbox.confinement import CALLS
from chatkit_link.sandbox.process import Answer, Job, NotStartedError, Sandbox, missing_here, once, sentence
from tests.sandbox import jobs

ROOT = Path(__file__).parents[2]
JOB = Job(jobs.__name__, deadline=20, cpu=20, memory=500_000_000, answer=1_000_000)
#: A user id that owns nothing.
USER = 54321

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux filters system calls")


async def victim(*command: str, folder: Path) -> dict[str, Any]:
    """The report of ``victim.py``."""
    process = await asyncio.create_subprocess_exec(
        *command,
        *(sys.executable, str(ROOT / "tests/sandbox/victim.py"), str(folder / "secret")),
        env={"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "sk-canary", "PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return json.loads(output)


def assert_held(report: dict[str, Any]) -> None:
    assert report["worked"] == []
    assert report["tried"] > 20
    assert report["read"] == 4
    assert report["secret"] == "secret"
    assert report["missing"] == []


@linux
async def test_a_parser_that_a_file_has_taken_over_gets_at_nothing(tmp_path: Path) -> None:
    assert_held(await victim(folder=tmp_path))


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; otherwise the test above is this one")
async def test_nor_does_one_of_a_server_that_is_not_root() -> None:
    if shutil.which("setpriv") is None or shutil.which("unshare") is None:
        pytest.skip("setpriv and unshare come with util-linux")
    home = Path(sys.base_prefix)
    with tempfile.TemporaryDirectory() as name:  # pytest's own are root's alone
        folder, python = Path(name) / "folder", Path(name) / "python"
        for each in (folder, python):
            each.mkdir()
        os.chown(folder, USER, USER)
        os.chmod(name, 0o755)  # noqa: PTH101 - of a folder in memory
        # The interpreter may lie in a folder of root's: in a mount namespace of its own that one can be entered.
        open_up = (
            f"mount --bind {home} {python} && mount -t tmpfs -o mode=755 none /root && mkdir -p {home} "
            f"&& mount --bind {python} {home} && "
            if home.is_relative_to("/root")
            else ""
        )
        drop = f'exec setpriv --reuid {USER} --regid {USER} --clear-groups "$@"'
        report = await victim("unshare", "-m", "sh", "-c", f"{open_up}{drop}", "sh", folder=folder)
    assert report["user"] == USER
    assert_held(report)


async def run(what: str, *, job: Job = JOB, data: bytes = b"data") -> Answer:
    return await Sandbox().run(job, what, chunks=once(data))


async def test_a_job_answers_with_what_it_made_of_the_bytes() -> None:
    assert await run("echo", data=b"x" * 900_000) == Answer(0, b"x" * 900_000)
    assert (await run("status")).status == 7
    assert (await run("raise")).status == 1


@pytest.mark.parametrize(
    ("what", "bounds"),
    [("loop", {"cpu": 1}), ("loop", {"deadline": 0.5}), ("memory", {}), ("deep", {}), ("flood", {})],
)
async def test_a_job_that_takes_too_much_is_ended(what: str, bounds: dict[str, float]) -> None:
    if what == "memory" and sys.platform != "linux":
        pytest.skip("only Linux bounds the memory of a process")
    answer = await run(what, job=replace(JOB, **bounds))
    assert answer.status != 0
    assert len(answer.data) < JOB.answer + 200_000


async def test_a_job_ends_when_nobody_waits_for_it_any_more() -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        begun.set()
        yield b"a"
        await asyncio.Event().wait()

    before = children()
    waiting = asyncio.create_task(Sandbox().run(JOB, "echo", chunks=endless()))
    async with asyncio.timeout(30):
        await begun.wait()
    assert children() != before
    waiting.cancel()
    await asyncio.wait([waiting])
    assert children() == before


@linux
async def test_a_job_ends_with_its_server_also_when_that_is_killed() -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sandbox.waiting"),
        env={"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert server.stdout is not None
    async with asyncio.timeout(60):
        job = os.pidfd_open(int(await server.stdout.readline()))
    server.kill()
    await server.wait()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(job, ended.set)
    try:
        async with asyncio.timeout(30):
            await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(job)
        os.close(job)


def children() -> set[int]:
    file = Path(f"/proc/self/task/{os.getpid()}/children")
    if not file.exists():
        pytest.skip("this system does not list the children of a process")
    return {int(child) for child in file.read_text().split()}


async def test_the_first_error_of_what_is_read_is_raised() -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield b"a"
        raise OSError("the storage is away")

    with pytest.raises(OSError, match="away"):
        await Sandbox().run(JOB, "echo", chunks=broken())


async def test_a_job_that_cannot_begin_is_an_error_of_its_own() -> None:
    with pytest.raises(NotStartedError):
        await Sandbox().run(replace(JOB, module="tests.sandbox.no_such_job"), chunks=once(b"data"))


def test_what_is_missing_is_named_in_a_sentence() -> None:
    assert "seccomp" in sentence([CALLS])


@linux
async def test_nothing_is_missing_on_this_linux() -> None:
    assert await missing_here(JOB, "echo") == []
