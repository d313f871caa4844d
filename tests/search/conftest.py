"""What the search tests need: an empty document index, a client, and a real server that plays a search service."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database

Handler = Callable[[Request], Awaitable[Response]]


@pytest.fixture
async def documents(database: Database) -> Documents:
    """An index without documents."""
    async with database.system() as connection:
        await connection.execute(text("TRUNCATE documents CASCADE"))
    return Documents(database)


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as client:
        yield client


@asynccontextmanager
async def serving(handler: Handler, *, certificate: Path | None = None) -> AsyncGenerator[str]:
    """A real server on a free port of this machine, over TLS with a certificate; yields its address."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", ssl_certfile=certificate)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # ``serve`` and ``shutdown`` wait in steps of a tenth of a second; a hundred tests need not.
    await server.startup(sockets=[listener])
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for connection in list(server.server_state.connections):
            connection.shutdown()
        for asyncio_server in server.servers:
            asyncio_server.close()
            await asyncio_server.wait_closed()
        await asyncio.gather(*server.server_state.tasks)
