"""``serve --workers``: several real processes on one port, ended in every way that processes end."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.cli.test_reload import Output, ask
from tests.cli.test_server import Run, databases, run

assert run  # a fixture
pytestmark = pytest.mark.slow("workers")
AGENT = """
import asyncio
import os
from datetime import datetime
from pathlib import Path

from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent

VERSION = 1


async def respond(ctx):
    while "slow" in ctx.text and not Path("go").exists():
        await asyncio.sleep(0.05)
    text = f"version {VERSION} of {os.getpid()}"
    yield ThreadItemDoneEvent(
        item=AssistantMessageItem(
            id=ctx.new_id("message"),
            thread_id=ctx.thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=text)],
        )
    )
"""
CATALOG = """
default = "shop"

[agents.shop]
target = "agent.py"
"""
WITHIN = 90.0


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chatkit-link-workers-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        (path / "agent.py").write_text(AGENT)
        (path / "chatkit-link.toml").write_text(CATALOG)
        yield path


def workers(process: "subprocess.Popen[str]") -> set[int]:
    """The processes that serve, by their id."""
    found: set[int] = set()
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):  # also a zombie
            if "spawn_main" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < ends, f"not in time: {what}"
        time.sleep(0.05)


def pid_of(answer: str) -> int:
    found = re.search(r"version \d of (\d+)", answer)
    assert found is not None, answer
    return int(found[1])


def stop(process: "subprocess.Popen[str]", output: Output, number: int = signal.SIGTERM) -> None:
    process.send_signal(number)
    assert process.wait(timeout=WITHIN) == 0, output.text
    assert "Traceback" not in output.text


def test_workers_share_a_port_and_one_that_is_killed_is_replaced_while_the_others_go_on_for_it(
    run: Run, folder: Path
) -> None:
    process = run("serve", "--workers", "3", "--port", "0")
    output = Output(process)
    output.wait("ready  ", 1)
    first = workers(process)
    assert len(first) == 3
    assert pid_of(ask(output.address, "hello")) in first
    assert len(databases(folder)) > 0

    answered: list[str] = []
    asking = [
        threading.Thread(target=lambda: answered.append(_events(output.address, "slow"))) for _ in range(12)
    ]  # some on each of the workers, whichever those are
    for each in asking:
        each.start()
    output.wait("POST /chatkit", 13)
    for pid in first - {min(first)}:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(workers(process) - first) == 2, "two others in the place of those that were killed")
    (folder / "go").touch()
    for each in asking:
        each.join(WITHIN)
    assert output.text.count("another one takes its place") == 2 and "SIGKILL" in output.text
    # Those of the worker that lived are whole. With the others, those that live go on.
    with httpx2.Client(base_url=output.address, timeout=WITHIN) as http:
        until(lambda: http.get("/ready").status_code == 200, "a server that is ready")
    output.wait("goes on here", sum("version 1" not in each for each in answered))
    until(lambda: pid_of(ask(output.address, "hello")) not in first, "an answer of a new worker")

    assert output.text.count("ready  ") == 1 and output.text.count("access  ") == 1
    assert len(set(re.findall(r"\[worker (\d)\]", output.text))) == 3
    stop(process, output)
    assert output.text.count("Stopped.") == 1
    assert databases(folder) == []


def _events(address: str, text: str) -> str:
    """As ``ask``, also where the server breaks off."""
    try:
        return ask(address, text)
    except httpx2.HTTPError as error:
        return str(error)


def test_a_hangup_replaces_all_workers_without_cutting_an_answer_or_refusing_a_question(run: Run, folder: Path) -> None:
    process = run("serve", "--port", "0", CHATKIT_LINK_WORKERS="2")
    output = Output(process)
    output.wait("ready  ", 1)
    first = workers(process)
    slow: list[str] = []
    asking = threading.Thread(target=lambda: slow.append(ask(output.address, "slow")))
    asking.start()
    output.wait("POST /chatkit", 1)
    (folder / "agent.py").write_text(AGENT.replace("VERSION = 1", "VERSION = 2"))
    process.send_signal(signal.SIGHUP)
    answers: list[str] = []

    def is_replaced() -> bool:
        answers.append(ask(output.address, "hello"))
        return len(workers(process) - first) == 2 and len(workers(process) & first) == 1

    until(is_replaced, "two new workers, and an old one that still answers")
    assert all('"type":"error"' not in answer for answer in answers)
    until(lambda: "version 2" in ask(output.address, "hello"), "the new version")
    assert asking.is_alive()
    (folder / "go").touch()
    asking.join(WITHIN)
    assert "version 1" in slow[0] and '"type":"error"' not in slow[0]
    until(lambda: not workers(process) & first, "the end of the old workers")
    stop(process, output, signal.SIGINT)


def test_ctrl_c_in_a_terminal_stops_all_once_and_lets_answers_finish(run: Run, folder: Path) -> None:
    process = run("serve", "--workers", "2", "--port", "0", start_new_session=True)
    output = Output(process)
    output.wait("ready  ", 1)
    slow: list[str] = []
    asking = threading.Thread(target=lambda: slow.append(ask(output.address, "slow")))
    asking.start()
    output.wait("POST /chatkit", 1)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to every process in it
    until(lambda: _refused(output.address), "a server that takes nothing new")
    (folder / "go").touch()
    asking.join(WITHIN)
    assert "version 1" in slow[0] and '"type":"error"' not in slow[0]
    assert process.wait(timeout=WITHIN) == 0
    assert "Traceback" not in output.text and output.text.count("Stopped.") == 1
    assert databases(folder) == []


def _refused(address: str) -> bool:
    try:
        return "restarting" in ask(address, "hello")
    except httpx2.HTTPError:
        return True


def test_a_worker_that_cannot_start_any_more_ends_the_server_with_its_reason(run: Run, folder: Path) -> None:
    process = run("serve", "--workers", "2", "--port", "0")
    output = Output(process)
    output.wait("ready  ", 1)
    (folder / "chatkit-link.toml").write_text("default = 7")
    os.kill(max(workers(process)), signal.SIGKILL)
    assert process.wait(timeout=WITHIN) == 2
    assert "did not start (exit status 2), 3 times in a row" in output.text
    assert "chatkit-link.toml" in output.text
    assert databases(folder) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"CHATKIT_LINK_CONFIG": "broken.toml"}, "broken.toml"),
        ({"CHATKIT_LINK_DATABASE_POOL": "100"}, "too many for the embedded PostgreSQL"),
    ],
)
def test_what_cannot_work_is_said_once(run: Run, folder: Path, given: dict[str, str], words: str) -> None:
    (folder / "broken.toml").write_text("default = 7")
    process = run("serve", "--workers", "4", "--port", "0", **given)
    out, _ = process.communicate(timeout=WITHIN)
    assert process.returncode == 2
    assert out.count("chatkit-link:") == 1 and words in out and "Traceback" not in out
    assert databases(folder) == []


def test_a_port_in_use_is_a_sentence_before_anything_starts(run: Run, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run("serve", "--workers", "2", "--port", str(taken.getsockname()[1]))
        out, _ = process.communicate(timeout=WITHIN)
    assert process.returncode == 2 and "another program may have it" in out
    assert not (folder / ".chatkit-link" / "postgres").exists()


@pytest.mark.parametrize("moment", ["starting", "ready"])
def test_workers_end_with_the_process_that_started_them_and_free_the_port(run: Run, folder: Path, moment: str) -> None:
    process = run("serve", "--workers", "2", "--port", "0")
    output = Output(process)
    output.wait(moment, 1)
    until(lambda: len(workers(process)) > 0, "a worker")
    left = [psutil.Process(pid) for pid in workers(process)]
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(left, timeout=WITHIN)
    assert not alive
    until(lambda: databases(folder) == [], "the end of the database")


def test_a_sigterm_while_the_workers_start_ends_all_of_them(run: Run, folder: Path) -> None:
    process = run("serve", "--workers", "2", "--port", "0")
    output = Output(process)
    output.wait("starting", 1)
    until(lambda: len(workers(process)) > 0, "a worker")
    stop(process, output)
    assert "ready  " not in output.text
    assert databases(folder) == []
