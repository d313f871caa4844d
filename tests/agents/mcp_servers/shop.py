"""An MCP server made with the official package, with the faults that real ones have.

``shop.py [--http PORT | --sse PORT] [--bearer TOKEN] [--pids FILE] [--tools FILE] [--at-start FAULT]``; over stdio
without a port.
"""

import argparse
import asyncio
import atexit
import base64
import os
import signal
import sys
import time
from pathlib import Path

import uvicorn
from mcp.server.mcpserver import Image, MCPServer
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def add(a: int, b: int) -> int:
    return a + b


def search(query: str) -> str:
    return f"The shop has no {query}."


def crash() -> str:
    os._exit(3)


async def hang() -> str:
    await asyncio.Event().wait()
    raise AssertionError


async def block() -> str:
    """Nothing else is answered meanwhile."""
    time.sleep(1000)  # noqa: ASYNC251  # on purpose
    raise AssertionError


async def slow(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "At last."


def fail() -> str:
    raise ValueError("There is no such order.")


def picture() -> Image:
    return Image(data=PIXEL, format="png")


def large() -> str:
    return "A long list. " * 10_000


def variable(name: str) -> str:
    return os.environ.get(name, "unset")


TOOLS = [add, search, crash, hang, block, slow, fail, picture, large, variable]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", type=int)
    parser.add_argument("--sse", type=int)
    parser.add_argument("--pids", type=Path)
    parser.add_argument("--bearer")
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--at-start", choices=["hang", "exit", "junk", "stay"])
    given = parser.parse_args()
    if given.pids:
        with given.pids.open("a") as file:
            file.write(f"{os.getpid()}\n")
    if given.at_start == "hang":
        time.sleep(1000)
    if given.at_start == "exit":
        sys.exit(1)
    if given.at_start == "junk":
        print("Welcome to the shop!\n{not json}\n", flush=True)
    if given.at_start == "stay":  # after the end of its input, and when it is asked to end
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        atexit.register(time.sleep, 1000)
    server = MCPServer("Shop", log_level="CRITICAL")
    names = given.tools.read_text().split() if given.tools else [tool.__name__ for tool in TOOLS]
    for tool in TOOLS:
        if tool.__name__ in names:
            server.add_tool(tool)
    if "odd" in names:
        server.add_tool(large, name="lists.all/large")
        pick = server._tool_manager.add_tool(search, name="pick")
        pick.parameters = {**pick.parameters, "anyOf": [{"required": ["query"]}]}
    if given.tools:
        follow(server, given.tools)
    if given.http or given.sse:
        app = server.streamable_http_app() if given.http else server.sse_app()
        guarded = bearer(app, given.bearer) if given.bearer else app
        uvicorn.run(guarded, host="127.0.0.1", port=given.http or given.sse, log_level="critical")
    else:
        server.run()


def bearer(app: ASGIApp, token: str) -> ASGIApp:
    """Refuse requests without the token, as servers behind a gateway do."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and dict(scope["headers"]).get(b"authorization") != f"Bearer {token}".encode():
            await PlainTextResponse("Who are you?", 401)(scope, receive, send)
            return
        await app(scope, receive, send)

    return guarded


def follow(server: MCPServer, file: Path) -> None:
    """List the contents of ``file`` at the time of the request, not of the start."""
    plain = server.list_tools

    async def list_tools(*args: object, **given: object) -> object:
        names = file.read_text().split()  # noqa: ASYNC240  # a line
        for tool in TOOLS:
            known = {each.name for each in await plain()}
            if tool.__name__ in names and tool.__name__ not in known:
                server.add_tool(tool)
            elif tool.__name__ not in names and tool.__name__ in known:
                server.remove_tool(tool.__name__)
        return await plain()

    server.list_tools = list_tools  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
