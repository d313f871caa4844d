"""A server that runs a job without end. A program of its own; prints the process id of the job's."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

from chatkit_link.sandbox.process import Job, Sandbox
from tests.sandbox import jobs


async def chunks() -> AsyncGenerator[bytes]:
    print(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0], flush=True)  # noqa: ASYNC240 - of memory
    yield b"data"


if __name__ == "__main__":
    job = Job(jobs.__name__, deadline=300, cpu=300, memory=500_000_000, answer=1_000_000)
    asyncio.run(Sandbox().run(job, "loop", chunks=chunks()))
