"""Real MCP servers in processes of their own, and agents that use them."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chatkit.types import NoticeEvent

from chatkit_link.settings import Settings
from tests import model_server
from tests.finished_stream import FinishedStream
from tests.model_server import ModelServer

#: A model that the scripted model server knows.
MODEL: str = getattr(model_server, "MODEL", "scripted")
SHOP = Path(__file__).parent / "shop.py"
MakeSettings = Callable[..., Settings]

#: The notice of an answer without the tools of the server "shop".
GONE = "The tools of shop are not available now, so the assistant answers without them."


def stdio(folder: Path, *options: str, name: str = "shop", **keys: Any) -> str:
    """The table of a server that the application starts."""
    args = [str(SHOP), "--pids", str(folder / "pids"), *options]
    return table(name, command=sys.executable, args=args, **keys)


def table(name: str, **keys: Any) -> str:
    # JSON's strings, numbers, booleans and lists of them are TOML's, too.
    lines = [f"{key} = {value if key in TABLES else json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f"[mcp.{name}]", *lines, ""])


#: Keys whose value may be an inline table, given as TOML.
TABLES = {"headers", "approval"}


def catalog(
    make: MakeSettings, folder: Path, model: ModelServer, *tables: str, agent: str = "", **given: Any
) -> Settings:
    """Settings of a server whose only agent besides the bundled one is ``mine``."""
    (folder / "mine.py").write_text(agent or 'from agents import Agent\nagent = Agent(name="Clerk")\n')
    names = [text.split("]", 1)[0].removeprefix("[mcp.") for text in tables]
    mine = f'default = "mine"\n[agents.mine]\ntarget = "mine.py"\nmcp = {json.dumps(names)}\n'
    (folder / "chatkit-link.toml").write_text("\n".join([mine, *tables]))
    return make(
        config=folder / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL,
        **given,
    )  # fmt: skip


def notices(stream: FinishedStream) -> list[str]:
    return [event.message for event in stream.events if isinstance(event, NoticeEvent)]


def tools_of(request: dict[str, Any]) -> list[str]:
    """Names of the tools that the model was offered."""
    return [tool["name"] for tool in request.get("tools") or []]


def started(folder: Path) -> list[int]:
    """Ids of the processes that were started, in their order."""
    file = folder / "pids"
    return [int(line) for line in file.read_text().split()] if file.is_file() else []


def alive(folder: Path) -> list[int]:
    return [pid for pid in started(folder) if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.is_file() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@asynccontextmanager
async def http(port: int, *options: str, over: str = "http") -> AsyncGenerator[str]:
    """The shop over streamable HTTP in a process of its own, or over SSE; gives the address."""
    process = await asyncio.create_subprocess_exec(sys.executable, str(SHOP), f"--{over}", str(port), *options)
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)  # until it listens
                else:
                    writer.close()
                    break
        yield f"http://127.0.0.1:{port}/{'mcp' if over == 'http' else 'sse'}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
