"""The connection to one MCP server, which a task of its own opens, maintains and closes.

How it flows: ``_run`` connects and waits until the connection is lost or the application stops, closes it in
the same task, and starts again: at once after a loss, after a growing pause when the server did not come up,
and whenever an answer needs it (``ready``). ``reason`` states why it is down, and is None exactly while it is up.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from agents.exceptions import UserError
from agents.mcp import MCPServer, MCPServerManager
from mcp import MCPError
from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

logger = logging.getLogger(__name__)

#: Seconds between two attempts: at first, and at most.
_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
#: Seconds that a server gets to end by itself.
_CLOSE = 10.0
#: Seconds after which the task that closes it is left alone.
_ABANDON = 3.0
STARTING = "it is still starting"


class ServerConnection:
    """server: not connected yet. name: what the log calls it. timeout: seconds that an attempt to connect may take."""

    def __init__(self, server: MCPServer, name: str, *, timeout: float) -> None:
        self.server = server
        self.name = name
        self.reason: str | None = STARTING
        #: Counts the connections there were, so that a late failure of an old one does not end a new one.
        self.number = 0
        self.timeout = timeout
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()  # the newest attempt has come to an end, either way
        self._end = asyncio.Event()  # the open connection is to be closed
        self._wake = asyncio.Event()  # the next attempt is wanted now
        self._closing = False

    @property
    def is_up(self) -> bool:
        return self.reason is None

    def open(self) -> None:
        """Start to connect."""
        self._task = asyncio.create_task(self._run(), name=f"MCP server {self.name}")

    async def ready(self, patience: float) -> bool:
        """Whether it is up, perhaps after another attempt, which is awaited for ``patience`` seconds at most."""
        if self.is_up or self._closing:
            return self.is_up
        if self._settled.is_set():
            self._settled.clear()
            self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._settled.wait()
        return self.is_up

    def lost(self, number: int, reason: str) -> None:
        """Close connection ``number``, if it is still the open one, and connect again."""
        if self.is_up and number == self.number:
            logger.warning("MCP server %s is lost: %s", self.name, reason)
            self.reason = reason
            self._settled.clear()
            self._end.set()

    def forget_tools(self) -> None:
        """Have a server that caches the list of its tools request it again."""
        forget: Callable[[], None] | None = getattr(self.server, "invalidate_tools_cache", None)
        if forget is not None:
            forget()

    async def close(self) -> None:
        """Close it for good, within seconds whatever the server does."""
        self._closing = True
        if self._task is None:
            return
        connecting = not self._settled.is_set()
        self._end.set()
        self._wake.set()
        self._settled.set()
        if connecting:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=_CLOSE)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_ABANDON)
        self.reason = "it was closed"

    async def _run(self) -> None:
        pause = _PAUSE
        while not self._closing:
            self._end.clear()
            self._wake.clear()
            self._settled.clear()
            if await self._attempt():
                pause = _PAUSE
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _attempt(self) -> bool:
        """Connect, and stay until the end of the connection. Whether there was one."""
        manager = MCPServerManager(
            [self.server],
            connect_timeout_seconds=self.timeout,
            cleanup_timeout_seconds=_CLOSE,
            suppress_cancelled_error=False,
        )
        came_up = False
        try:
            async with manager:
                error = manager.errors.get(self.server)
                self._settle(error)
                if came_up := error is None:
                    await self._end.wait()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if self._closing or (task is not None and task.cancelling()):
                raise
            self._settle(error)  # a server that cancels by itself
        except (Exception, BaseExceptionGroup) as error:  # whatever a server does when it is closed
            logger.exception("MCP server %s cannot be closed", self.name)
            self._settle(error)
        return came_up

    def _settle(self, error: BaseException | None) -> None:
        if error is None:
            self.forget_tools()  # another process may have other ones
            self.number += 1
            logger.info("MCP server %s is connected", self.name)
        self.reason = None if error is None else reason_of(error, self.timeout)
        self._settled.set()


def reason_of(error: BaseException, timeout: float | None = None) -> str:
    """Why a server cannot be used. Of unknown errors only the type, because their texts may hold secrets."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    match error:
        case TimeoutError():
            return "it did not answer in time" if timeout is None else f"it did not answer within {timeout:g} seconds"
        case FileNotFoundError():
            return "its command or its folder is not there"
        case PermissionError():
            return "its command may not be started"
        case MCPError() if error.code == CONNECTION_CLOSED:
            return "it ended or closed the connection"
        case MCPError() if error.code == REQUEST_TIMEOUT:
            return "it did not answer in time"
        case UserError():  # the Agents SDK's own message: "Failed to ... server 'x': HTTP error 401 (Unauthorized)"
            return str(error).partition("': ")[2].rstrip(".") or "it cannot be used as it is set up"
        case _:
            return f"it failed ({type(error).__name__})"
