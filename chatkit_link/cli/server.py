"""Running the application in this process: a uvicorn that starts and stops in the right order.

uvicorn alone would wait for open streams while the answers behind them go on; it ends the process where
a port is taken; and it raises a signal again when it is done with it, which would end the process
before the database is closed. So the socket is bound and the signals are handled here, and connections are bounded
(``net/http_protocol.py``).
"""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.loops.auto import auto_loop_factory

from chatkit_link.errors import ConfigurationError
from chatkit_link.net.connections import ConnectionBounds
from chatkit_link.net.http_protocol import bounded
from chatkit_link.sandbox.system_calls import hide_memory
from chatkit_link.settings import Settings

#: Builds the application for settings that name the port it is really served on.
Make = Callable[[Settings], FastAPI]
#: Puts another application around it, before it starts.
Around = Callable[[FastAPI, Settings], ASGIApp]


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """``asyncio.run``, on the fastest event loop that is installed here.

    From here on the process is a server: others of its user, such as one that a file has taken over, cannot read its
    memory and its environment.
    """
    hide_memory()
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(main)


def spare_the_collector() -> None:
    """For a process that does nothing but serve, once everything is loaded.

    Python's garbage collector would look again and again at what a start leaves in memory, and after every 700
    new objects, of which one answer makes thousands: together a tenth to a fifth of a request's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


#: Open files beside connections: the database's, those of uploads and downloads, pipes to decoders.
_OTHER_FILES = 256
#: Open files that are asked for, at most; where connections have no bound, there are no more of them either.
_MOST_FILES = 65_536
#: Milliseconds in which a peer must have acknowledged what it was sent; a stream's heartbeats are sent to it.
_UNACKNOWLEDGED = 60_000


class Handover(Protocol):
    """How a process takes the place of another on one socket (``cli/reload.py``)."""

    @property
    def listener(self) -> socket.socket: ...

    def taken(self, leave: Callable[[float], None]) -> None:
        """This process serves now; ``leave`` is called in its event loop, with seconds, when its time is over."""
        ...


class _Server(uvicorn.Server):
    """Drains running answers while uvicorn waits for the connections that carry them."""

    def __init__(self, app: FastAPI, served: ASGIApp, settings: Settings, *, access_log: bool) -> None:
        """served: what takes the requests, ``app`` or something around it."""
        config = uvicorn.Config(
            served,
            http=bounded(connection_bounds(settings)),
            ws="none" if served is app else "auto",  # only an application of somebody else's may have WebSockets
            lifespan="off",  # entered by the functions below, so that what goes wrong in it is an exception
            log_config=None,
            access_log=access_log,
            server_header=False,
            proxy_headers=False,  # the application does it (net/client_ip.py): uvicorn would lose who the peer is
            timeout_graceful_shutdown=3,  # after the drain, for what a reader has not taken yet
        )
        super().__init__(config)
        self._app = app
        self._successor_has: float | None = None
        self._hurry: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def leave(self, drain: float) -> None:
        """Stop, because another process listens on the same socket; running answers get ``drain`` seconds from now."""
        if self._successor_has is not None:  # it is waiting for them already
            self._hurry = asyncio.create_task(self._app.state.services.coordinator.close(drain=drain))
        self._successor_has = drain
        self.should_exit = True
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):  # at once, or when its answer is over
            connection.shutdown()

    def stop(self, drain: float) -> None:
        """Stop; running answers get ``drain`` seconds from now, also where they had more."""
        if self._successor_has is None:
            self.handle_exit(signal.SIGINT, None)
        else:
            self.leave(drain)

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # First, while connections are still accepted: a new request is asked to come back, and not just refused.
        await self._app.state.services.coordinator.close(drain=self._successor_has)
        if self._hurry is not None:
            await self._hurry
        await super().shutdown(sockets)


async def serve(
    make: Make,
    settings: Settings,
    *,
    ready: Callable[[str], None],
    around: Around | None = None,
    handover: Handover | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until ``handover`` says that another process does.

    Args:
        around: gives what takes the requests; the application itself, if None.
        ready: called with the server's address once it takes requests.
        handover: gives the socket; it is bound here if None.

    Raises:
        ConfigurationError: the host or the port cannot be used, or the application cannot start.
    """
    starting = asyncio.current_task()
    assert starting is not None  # this is a coroutine
    with handover.listener if handover else bind(settings.host, settings.port) as listener:
        bound = settings.model_copy(update={"port": listener.getsockname()[1]})
        with _hearing(starting.cancel) as hear:
            try:
                app = make(bound)
                served = around(app, bound) if around else app
                async with app.router.lifespan_context(app):
                    server = _Server(app, served, bound, access_log=True)
                    hear(lambda: server.stop(bound.drain))
                    running = asyncio.create_task(server.serve(sockets=[listener]))
                    await _until_ready(server, running)
                    spare_the_collector()
                    if handover is not None:
                        handover.taken(server.leave)
                    ready(bound.address)
                    await running
            except asyncio.CancelledError:
                return  # stopped while it was starting; what was opened is closed again


@asynccontextmanager
async def serving(make: Make, settings: Settings, *, around: Around | None = None) -> AsyncGenerator[str]:
    """Serve inside the block, on a free port of 127.0.0.1, without listening for signals; gives the address."""
    with bind("127.0.0.1", 0) as listener:
        bound = settings.model_copy(update={"host": "127.0.0.1", "port": listener.getsockname()[1]})
        app = make(bound)
        served = around(app, bound) if around else app
        async with app.router.lifespan_context(app):
            server = _Server(app, served, bound, access_log=False)
            running = asyncio.create_task(server.serve(sockets=[listener]))
            await _until_ready(server, running)
            try:
                yield f"http://127.0.0.1:{bound.port}"
            finally:
                server.should_exit = True
                await running


def connection_bounds(settings: Settings) -> ConnectionBounds:
    """Of the settings, within the files that the system lets this process open."""
    free = _open_files() - _OTHER_FILES
    total = min(settings.connections or free, free)
    return ConnectionBounds(
        total=total,
        address=min(settings.connections_address, total // 2),
        header_timeout=settings.header_timeout,
        stall_timeout=settings.stall_timeout,
        trusted=settings.trusted_networks,
    )


def _open_files() -> int:
    """How many this process may have open, after its own limit was raised to what the system allows, as Go does."""
    if sys.platform == "win32":
        return _MOST_FILES
    import resource  # not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_FILES if soft == resource.RLIM_INFINITY else soft


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ConfigurationError where the host or the port cannot be used."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # asyncio turns Nagle's algorithm off only where the socket says it is TCP; with it, each small write to a
        # kept-alive connection may wait 40 ms for the reader's acknowledgement.
        bound = socket.socket(listener.family, listener.type, socket.IPPROTO_TCP, fileno=listener.detach())
        if (
            sys.platform == "linux"
        ):  # else a phone that changed its network holds its old stream for a quarter of an hour
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED)
        return bound
    except (OSError, OverflowError) as error:
        raise ConfigurationError(_why_not_bound(error, host, port)) from error


def _why_not_bound(error: OSError | OverflowError, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
        return f"The address {host} is not one of this machine's. Choose another with --host."
    if isinstance(error.__context__, socket.gaierror):  # create_server raises a plain OSError in its place
        return f"The host {host} cannot be resolved. Choose another with --host."
    return f"Port {port} of {host} cannot be used; another program may have it. Choose another with --port."


async def _until_ready(server: _Server, running: "asyncio.Task[None]") -> None:
    waiting = asyncio.create_task(server.ready.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


@contextmanager
def _hearing(first: Callable[[], object]) -> Generator[Callable[[Callable[[], object]], None]]:
    """Call ``first`` at SIGINT and SIGTERM inside the block; what it gives changes whom to call."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def hear(call: Callable[[], object]) -> None:
        for number in numbers:
            loop.add_signal_handler(number, call)

    if sys.platform == "win32":  # where event loops receive no signals; Ctrl-C is a KeyboardInterrupt there
        yield lambda _: None
        return
    hear(first)
    try:
        yield hear
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
