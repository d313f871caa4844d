"""What a command does asynchronously, on an event loop that Ctrl-C ends without a word."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``, but what libraries leave behind after Ctrl-C is not logged.

    asyncpg, for one, leaves a failed future that nobody awaits where a connection is broken off while it is made.
    """

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None

        def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if not (task.cancelling() or task.cancelled()):
                loop.default_exception_handler(context)

        asyncio.get_running_loop().set_exception_handler(report)
        return await work

    return asyncio.run(main())
