"""50 MB pass through a real process, and it stays as small as it was."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from chatkit_link.settings import Settings
from tests.faults.processes import free_port
from tests.suite.postgres import SHARED_SECRET

SIZE = 50_000_000
#: Bytes that the process may grow by: chunks, buffers and what an allocator keeps; far from the file's size.
ROOM = 30_000_000


@pytest.fixture
def process(
    tmp_path: Path, postgres_url: str, own_storage: None, make_settings: Callable[..., Settings]
) -> Iterator[tuple[psutil.Process, str]]:
    port = free_port()
    (catalog := tmp_path / "empty.toml").touch()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CHATKIT_LINK_", "OPENAI_"))},
        "CHATKIT_LINK_DATA": str(tmp_path / "data"),
        "CHATKIT_LINK_CONFIG": str(catalog),
        "CHATKIT_LINK_DOCS": str(make_settings().docs),
        "DATABASE_URL": postgres_url,
        "CHATKIT_LINK_SECRET": SHARED_SECRET,
        "CHATKIT_LINK_PORT": str(port),
        "CHATKIT_LINK_GRACE": "0",
    }
    command = [sys.executable, "-c", "from chatkit_link.cli import main; main()", "serve"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx2.get(f"{address}/health")
                break
            except httpx2.TransportError:
                assert server.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield psutil.Process(server.pid), address
    finally:
        server.terminate()
        server.wait(20)


async def large() -> AsyncIterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    for _ in range(SIZE // 100_000):
        yield b"0123456789" * 10_000
    yield b"\r\n--x--\r\n"


@pytest.mark.slow("memory")
async def test_an_upload_and_a_download_take_no_memory_of_their_size(process: tuple[psutil.Process, str]) -> None:
    server, address = process
    async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
        warm = await http.post("/files", files={"file": ("a.txt", b"x" * 1_000_000, "text/plain")})
        assert warm.status_code == 200, warm.text
        before = peak = server.memory_info().rss

        async def watched() -> AsyncIterator[bytes]:
            nonlocal peak
            async for chunk in large():
                peak = max(peak, server.memory_info().rss)
                yield chunk

        taken = await http.post(
            "/files", content=watched(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert taken.status_code == 200, taken.text
        link = (await http.get(f"/files/{taken.json()['id']}/link")).json()["url"]
        read = 0
        async with http.stream("GET", link) as response:
            async for chunk in response.aiter_bytes():
                read += len(chunk)
                peak = max(peak, server.memory_info().rss)
    print(f"\n50 MB in and out: {before / 1e6:.0f} MB before, {peak / 1e6:.0f} MB at most")
    assert read == SIZE
    assert peak - before < ROOM
