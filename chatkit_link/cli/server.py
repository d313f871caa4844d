"""Running the application in this process: a uvicorn that starts and stops in the right order.

uvicorn alone would wait for open streams while the answers behind them go on; it ends the process where
a port is taken; and it raises a signal again when it is done with it, which would end the process
before the database is closed. So the socket is bound and the signals are handled here, and connections are bounded
(``net/http_protocol.py``).

A stop has three parts. For ``settings.grace`` seconds the server says at ``/ready`` that it leaves, and takes requests
as before: a load balancer hears of it only with its next probes, and sends new questions until then. Then it refuses
what is new, and hands running answers over; those that cannot go on elsewhere get ``settings.drain`` seconds. Last,
what is still running is ended and stored. Who reads an answer that goes on elsewhere is sent there, or reads on here
as long as there is time.
SIGINT is a person's, who has no load balancer: it begins with the second part. A second signal begins the last one.
"""

import asyncio
import errno
import gc
import math
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.loops.auto import auto_loop_factory

from chatkit_link.errors import ConfigurationError
from chatkit_link.http.streams import Streams
from chatkit_link.net.connections import ConnectionBounds
from chatkit_link.net.http_protocol import bounded
from chatkit_link.runs.coordinator import Coordinator
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


#: Seconds after the drain for what a reader has not taken yet.
_TAKING = 3
#: Open files beside connections: the database's, those of uploads and downloads, pipes to decoders.
_OTHER_FILES = 256
#: Open files that are asked for, at most; where connections have no bound, there are no more of them either.
_MOST_FILES = 65_536
#: Milliseconds in which a peer must have acknowledged what it was sent; a stream's heartbeats are sent to it.
_UNACKNOWLEDGED = 60_000


class Serving(Protocol):
    """A server that takes requests, for whoever decides when it ends. Each is called in its event loop."""

    def leave(self, drain: float | None) -> None:
        """Stop, because another process listens on the same socket.

        drain: seconds that running answers get from now; what the settings say if None.
        """
        ...

    def stop(self, *, grace: bool) -> None:
        """Stop; with ``grace``, requests are taken as before for a while. No effect where it stops already."""
        ...

    def end(self) -> None:
        """Stop now; running answers are interrupted."""
        ...


class Handover(Protocol):
    """How a process is one of several on one socket (``cli/worker.py``)."""

    @property
    def listener(self) -> socket.socket: ...

    def taken(self, server: Serving, access: str) -> None:
        """This process serves now. access: who can get in."""
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
            timeout_graceful_shutdown=_TAKING,
        )
        super().__init__(config)
        self._coordinator: Coordinator = app.state.services.coordinator  # also for a signal after the lifespan
        self._streams: Streams = app.state.services.streams
        self._settings = settings
        self._drain = settings.drain
        self._grace: asyncio.TimerHandle | None = None
        self._hurries: list[asyncio.Task[None]] = []
        self.ready = asyncio.Event()

    def leave(self, drain: float | None) -> None:
        """See ``Serving``."""
        drain = self._settings.drain if drain is None else drain
        if self.should_exit:
            self._hasten(drain)
        self._drain = drain
        self._exit()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):  # at once, or when its answer is over
            connection.shutdown()

    def hear(self, number: int) -> None:
        """What a signal means; the second one, that there is no time."""
        if self.should_exit or self._grace is not None:
            self.end()
        else:
            self.stop(grace=number == signal.SIGTERM)

    def stop(self, *, grace: bool) -> None:
        """See ``Serving``."""
        if self.should_exit:
            if self._drain > self._settings.drain:  # a successor serves: they had more
                self._hasten(self._settings.drain)
            return
        if self._grace is not None:
            return
        self._coordinator.announce_stop()
        if not grace or not self._settings.grace:
            self._exit()
            return
        # A proxy that keeps connections open would have to learn by a reset one that this server is gone.
        closing = [(b"connection", b"close")]
        self.config.encoded_headers += closing
        self.server_state.default_headers = self.server_state.default_headers + closing
        self._grace = asyncio.get_running_loop().call_later(self._settings.grace, self._exit)

    def end(self) -> None:
        """See ``Serving``."""
        self._hasten(0)
        self._exit()
        self.force_exit = True

    def _hasten(self, drain: float) -> None:
        """Give running answers no more than these seconds from now."""
        self._drain = drain
        self._hurries.append(asyncio.create_task(self._close()))

    async def _close(self) -> None:
        # With more time than the settings give, a successor serves: there is no reason to cut answers for it.
        finish = self._drain > self._settings.drain
        await self._coordinator.close(drain=self._drain, finish=finish)

    def _exit(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
        self.should_exit = True

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
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + min(self._drain, self._settings.drain)
        await self._close()
        await asyncio.gather(*self._hurries)
        self._streams.end_resuming(self._coordinator.handed_over)
        # A reader who cannot come back has the drain's time for an answer that goes on elsewhere.
        self.config.timeout_graceful_shutdown = _TAKING + max(0, math.ceil(ends_at - loop.time()))
        taking = loop.call_later(_TAKING, self._streams.end_resuming)
        await super().shutdown(sockets)
        taking.cancel()


async def serve(
    make: Make,
    settings: Settings,
    *,
    ready: Callable[[str], None],
    around: Around | None = None,
    handover: Handover | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until ``handover`` ends it; SIGINT is then for the process that started it.

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
        numbers = (signal.SIGTERM,) if handover else (signal.SIGINT, signal.SIGTERM)
        with _hearing(lambda _: starting.cancel(), numbers) as hear:
            try:
                app = make(bound)
                served = around(app, bound) if around else app
                async with app.router.lifespan_context(app):
                    server = _Server(app, served, bound, access_log=True)
                    hear(server.hear if handover is None else lambda _: server.stop(grace=True))
                    running = asyncio.create_task(server.serve(sockets=[listener]))
                    await _until_ready(server, running)
                    spare_the_collector()
                    if handover is not None:
                        handover.taken(server, app.state.services.admission.text)
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
def _hearing(
    first: Callable[[int], object], numbers: Sequence[int]
) -> Generator[Callable[[Callable[[int], object]], None]]:
    """Call ``first`` at these signals inside the block; what it gives changes whom to call."""
    loop = asyncio.get_running_loop()

    def hear(call: Callable[[int], object]) -> None:
        for number in numbers:
            loop.add_signal_handler(number, call, number)

    if sys.platform == "win32":  # where event loops receive no signals; Ctrl-C is a KeyboardInterrupt there
        yield lambda _: None
        return
    hear(first)
    try:
        yield hear
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
