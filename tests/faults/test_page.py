"""What a person at the page sees when the server that answers them freezes, is killed or is stopped."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.processes import HERE, LoadBalancer, Server, free_port, haproxy, running
from tests.suite.browser_server import FRONTEND, ROOT, chromium

PLAYWRIGHT = FRONTEND / "node_modules" / ".bin" / "playwright"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        chromium() is None or shutil.which("node") is None or not PLAYWRIGHT.exists(),
        reason="There is no browser, or Playwright is not installed",
    ),
]
behind_haproxy = pytest.mark.skipif(haproxy() is None, reason="HAProxy is not installed (Debian: apt install haproxy)")


@behind_haproxy
async def test_a_page_leaves_a_frozen_replica_within_seconds(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    servers = [make_server(allow_anonymous=True) for _ in range(2)]
    async with running(*servers), balanced(tmp_path, *servers) as balancer, breakable(*servers) as control:
        await in_the_browser("frozen-replica", balancer.url, control, state=f"{balancer.state}/;csv")


@pytest.mark.timeout(600)  # a handful of restarts, beside whatever else the machine does
async def test_a_page_sees_an_answer_go_on_over_a_restart_of_its_server(
    make_server: Callable[..., Server],
) -> None:
    server = make_server(**PAGE)
    async with running(server), breakable(server) as control:
        await in_the_browser("restarted-server", server.url, control)


@behind_haproxy
async def test_a_page_sees_an_answer_go_on_when_its_replica_is_killed(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    servers = [make_server(**PAGE) for _ in range(2)]
    async with running(*servers), balanced(tmp_path, *servers) as balancer, breakable(*servers) as control:
        await in_the_browser("killed-replica", balancer.url, control, state=f"{balancer.state}/;csv")


#: Of the servers whose answers go on: slow enough to be killed in the middle, and with something to search.
PAGE = {
    "allow_anonymous": True,
    "config": HERE / "page_agents.toml",
    "docs": ROOT / "docs",
    "search": "local",
    "offline_pace": 0.08,
}


@asynccontextmanager
async def balanced(folder: Path, *servers: Server) -> AsyncGenerator[LoadBalancer]:
    """A load balancer that knows these servers."""
    balancer = LoadBalancer(folder, free_port(), *servers)
    try:
        await balancer.knows(*servers)
        yield balancer
    finally:
        balancer.stop()


@asynccontextmanager
async def breakable(*servers: Server) -> AsyncGenerator[str]:
    """An address at which the browser's tests break these servers: ``POST /kill/PORT``, for instance."""
    by_port = {str(server.port): server for server in servers}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        _, what, port = request.split()[1].split("/")
        server = by_port[port or str(servers[0].port)]
        match what:
            case "kill":
                server.kill()
            case "terminate":
                server.terminate()
                await server.exited(within=30)
            case "start" if server.process.poll() is not None:
                await server.start()
            case "start":
                pass  # a test has failed before it broke it
            case "freeze":
                server.freeze()
            case "thaw":
                server.thaw()
            case _:
                raise ValueError(what)
        writer.write(b"HTTP/1.1 204 Done\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


async def in_the_browser(spec: str, url: str, control: str, *, state: str = "") -> None:
    """Run a file of frontend/e2e against that address."""
    page = await asyncio.create_subprocess_exec(
        PLAYWRIGHT, "test", "--project=faults", "--retries=0", "--workers=1", f"e2e/{spec}.spec.ts",
        cwd=FRONTEND,
        env=os.environ
        | {"CHATKIT_LINK_URL": f"{url}/", "CHATKIT_LINK_E2E_CONTROL": control, "CHATKIT_LINK_E2E_STATE": state},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await page.communicate()
    print(printed.decode())
    assert page.returncode == 0, printed.decode()
