"""A person's own ``main.py``, served by the uvicorn of the command line."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.suite.postgres import SHARED_SECRET

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 90


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the user PostgreSQL runs as may enter, too."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-own-", ignore_cleanup_errors=True) as name:
        yield Path(name)
        stop_database(Path(name))


def stop_database(folder: Path) -> None:
    """Stop an embedded PostgreSQL that a server without a lifespan has left behind."""
    file = folder / ".chatkit-link" / "postgres" / "postmaster.pid"
    if file.is_file():
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(int(file.read_text().splitlines()[0]))
            postmaster.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            postmaster.wait(30)


@contextmanager
def uvicorn(folder: Path, *arguments: str, **environment: str) -> Generator[tuple[str, Path]]:
    """``uvicorn main:app`` in the folder until the block ends; gives its address and the file of its output."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    private = ("CHATKIT_LINK_", "OPENAI_", "DATABASE_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    known = {"PYTHONPATH": str(ROOT), "CHATKIT_LINK_SECRET": SHARED_SECRET}
    output = folder / "uvicorn.log"
    command = [sys.executable, "-m", "uvicorn", "main:app", "--host", "127.0.0.1", "--port", port, *arguments]
    with output.open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=kept | known | environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        until_it_answers(address, process, output)
        yield address, output
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_it_answers(address: str, process: "subprocess.Popen[bytes]", output: Path) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            httpx2.get(address, timeout=30)
        except httpx2.TransportError:
            assert process.poll() is None and time.monotonic() < ends, output.read_text()
            time.sleep(0.05)  # between two attempts to connect
        else:
            return


def ask(http: httpx2.Client, text: str, thread: str | None = None) -> str:
    """Asks, and gives the id of the thread."""
    message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
    params = {"input": message} if thread is None else {"input": message, "thread_id": thread}
    kind = "threads.create" if thread is None else "threads.add_user_message"
    answer = http.post("/chatkit", json={"type": kind, "params": params})
    assert answer.status_code == 200, answer.text
    assert '"thread.item.done"' in answer.text and '"type":"error"' not in answer.text, answer.text
    return thread or str(answer.text).partition('"thread":{"id":"')[2].partition('"')[0]


def threads(http: httpx2.Client) -> list[str]:
    listed = http.post("/chatkit", json={"type": "threads.list", "params": {"limit": 20, "order": "desc"}})
    assert listed.status_code == 200, listed.text
    return [thread["id"] for thread in listed.json()["data"]]


def texts(http: httpx2.Client, thread: str) -> list[str]:
    """What a reload of the page reads of a thread."""
    loaded = http.post("/chatkit", json={"type": "threads.get_by_id", "params": {"thread_id": thread}})
    assert loaded.status_code == 200, loaded.text
    return [part["text"] for item in loaded.json()["items"]["data"] for part in item["content"]]
