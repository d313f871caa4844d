"""One server under test, in a process of its own: ``python -m bench.serve bare|runner|sdk|ours [database folder]``.

Prints its port in a line on standard output, and stops when standard input ends.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bench import bare, runner, sdk
from bench.probes import cpu, end, lag
from chatkit_link.app import create_app
from chatkit_link.cli.server import run_loop, serving, spare_the_collector
from chatkit_link.settings import Settings, read_settings


@asynccontextmanager
async def _serving(app: Any) -> AsyncGenerator[int]:
    """As ``uvicorn.run`` would, with the options of ``chatkit_link.cli.server``."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


def _ours(settings: Settings) -> FastAPI:
    app = create_app(settings, agents_given={"plain": "bench.ours:plain", "agents": "bench.ours:agent"})
    _add_probes(app)
    return app


def _add_probes(app: Any) -> None:
    for path, probe in (("/cpu", cpu), ("/lag", lag), ("/end", end)):
        app.add_route(path, probe)
        # Before the routes that are there.
        app.router.routes.insert(0, app.router.routes.pop())


async def main(kind: str, *given: str) -> None:
    if kind == "ours":
        url, folder = given
        empty = Path(folder) / "chatkit-link.toml"
        empty.touch()
        settings = read_settings(
            database_url=url,
            data=Path(folder),
            config=empty,
            openai_api_key=None,
            openai_base_url=None,
            rate_messages=0,  # one address asks as fast as it can
            rate_messages_address=0,
            runs_at_once=0,
            runs_at_once_address=0,
            runs_at_once_total=0,
            streams_at_once=0,
            streams_at_once_address=0,
            streams_at_once_total=0,
        )
        async with serving(_ours, settings) as address:
            spare_the_collector()  # as ``chatkit-link serve`` does
            await _until_told(int(address.rpartition(":")[2]))
        return
    made: dict[str, Callable[[], Any]] = {
        "bare": bare.create_app,
        "runner": lambda: bare.create_app(runner.frames_by_the_model),
        "sdk": sdk.create_app,
    }
    app = made[kind]()
    _add_probes(app)
    async with _serving(app) as port:
        await _until_told(port)


async def _until_told(port: int) -> None:
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the SDK leaves tasks behind when a client leaves
    run_loop(main(*sys.argv[1:]))
