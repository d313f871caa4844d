"""What a person at the page sees when the replica that answers them freezes."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.processes import LoadBalancer, Server, free_port, haproxy, running
from tests.suite.browser_server import FRONTEND, chromium

PLAYWRIGHT = FRONTEND / "node_modules" / ".bin" / "playwright"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(haproxy() is None, reason="HAProxy is not installed (Debian: apt install haproxy)"),
    pytest.mark.skipif(
        chromium() is None or shutil.which("node") is None or not PLAYWRIGHT.exists(),
        reason="There is no browser, or Playwright is not installed",
    ),
]


async def test_a_page_leaves_a_frozen_replica_within_seconds(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    servers = [make_server(allow_anonymous=True) for _ in range(2)]
    async with running(*servers):
        balancer = LoadBalancer(tmp_path, free_port(), *servers)
        try:
            await balancer.knows(*servers)
            replicas = " ".join(f"{server.port}:{server.process.pid}" for server in servers)
            page = await asyncio.create_subprocess_exec(
                PLAYWRIGHT, "test", "--project=faults", "--retries=0", "e2e/frozen-replica.spec.ts",
                cwd=FRONTEND,
                env=os.environ
                | {
                    "CHATKIT_LINK_URL": f"{balancer.url}/",
                    "CHATKIT_LINK_E2E_REPLICAS": replicas,
                    "CHATKIT_LINK_E2E_STATE": f"{balancer.state}/;csv",
                },
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            printed, _ = await page.communicate()
        finally:
            balancer.stop()
    print(printed.decode())
    assert page.returncode == 0, printed.decode()
