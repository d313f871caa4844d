"""A server with a secret in its environment, that runs a job which a file has taken over. A program of its own: it may
run as another user. Prints what the job could do.
"""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from chatkit_link.sandbox.process import Job, Sandbox, missing_here, once
from chatkit_link.sandbox.system_calls import hide_memory


async def main(secret: Path) -> dict[str, Any]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    job = Job("tests.sandbox.hostile_job", deadline=20, cpu=10, memory=500_000_000, answer=10_000)
    arguments = (str(os.getpid()), str(secret), str(listener.getsockname()[1]))
    answer = await Sandbox().run(job, *arguments, chunks=once(b"page"))
    found = json.loads(answer.data or b"{}")
    return {**found, "user": os.getuid(), "missing": await missing_here(job, *arguments)}


if __name__ == "__main__":
    hide_memory()
    kept = Path(sys.argv[1])
    kept.write_text("secret")
    report = asyncio.run(main(kept))
    print(json.dumps({**report, "secret": kept.read_text()}))
