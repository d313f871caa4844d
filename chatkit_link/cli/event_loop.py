"""What a command does asynchronously, on an event loop that Ctrl-C ends without a word."""

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T], *, ends_with_terminate: bool = False) -> T:
    """As ``asyncio.run``, but what libraries leave behind after Ctrl-C is not logged.

    asyncpg, for one, leaves a failed future that nobody awaits where a connection is broken off while it is made.
    ends_with_terminate: SIGTERM is as Ctrl-C, so that the work can tidy up what it has begun.
    """

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None

        def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if not (task.cancelling() or task.cancelled()):
                loop.default_exception_handler(context)

        asyncio.get_running_loop().set_exception_handler(report)
        if ends_with_terminate and os.name != "nt" and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os.kill, os.getpid(), signal.SIGINT)
        return await work

    return asyncio.run(main())
