"""Running the application in this process: a uvicorn that stops in the right order.

uvicorn alone would wait for open streams while the answers behind them go on; and it raises the
signal again when it is done, which would end the process before the database is closed.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings


class _Server(uvicorn.Server):
    """Drains running answers while uvicorn waits for the connections that carry them."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None and not self.should_exit:
            self._ready()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining = asyncio.create_task(self._app.state.services.coordinator.close())
        await super().shutdown(sockets)
        await draining


def _server(app: FastAPI, settings: Settings, *, access_log: bool, ready: Callable[[], None] | None = None) -> _Server:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="off",  # entered below, so that what goes wrong in it is an exception and not a log line
        log_config=None,
        access_log=access_log,
        server_header=False,
        proxy_headers=True,
        timeout_graceful_shutdown=int(settings.drain) + 2,
    )
    return _Server(config, app, ready)


async def serve(app: FastAPI, settings: Settings, *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. ``ready`` is called once requests are taken.

    Raises:
        ConfigurationError: the application cannot start.
    """
    async with app.router.lifespan_context(app):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ignore)  # what uvicorn falls back to when it raises the signal again
        server = _server(app, settings, access_log=True, ready=ready)
        await server.serve()
        if not server.started:
            raise ConfigurationError(
                f"Port {settings.port} of {settings.host} cannot be used; another program may have it. "
                "Choose another with --port."
            )


def _ignore(number: int, frame: FrameType | None) -> None:
    """The signal has been heard already."""


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncGenerator[str]:
    """Serve inside the block, on a free port of 127.0.0.1; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with app.router.lifespan_context(app):
            ready = asyncio.Event()
            server = _server(app, settings, access_log=False, ready=ready.set)
            running = asyncio.create_task(server.serve(sockets=[listener]))
            waiting = asyncio.create_task(ready.wait())
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                await running
