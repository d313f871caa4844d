"""How ``serve`` stops: what a load balancer and a person see of it, with real signals."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.test_reload import Output, ask, question
from tests.cli.test_server import Run, run
from tests.cli.test_workers import WITHIN, folder, until

assert run and folder  # fixtures
pytestmark = pytest.mark.slow("workers")
#: Longer than any test would wait for.
LONG = "600"


def in_background(address: str, text: str, output: Output) -> tuple[threading.Thread, list[str]]:
    """A question whose answer has begun, and what has come of it when the thread ends."""
    answered: list[str] = []
    asking = threading.Thread(target=lambda: answered.append(ask(address, text)))
    before = output.text.count("POST /chatkit")
    asking.start()
    output.wait("POST /chatkit", before + 1)
    return asking, answered


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_load_balancer_hears_of_a_stop_at_once_and_questions_are_answered_until_it_has_noticed(
    run: Run, folder: Path, workers: str
) -> None:
    process = run("serve", "--port", "0", "--workers", workers, CHATKIT_LINK_GRACE="8", CHATKIT_LINK_DRAIN=LONG)
    output = Output(process)
    output.wait("ready  ", 1)
    asking, answered = in_background(output.address, "slow", output)
    with httpx2.Client(base_url=output.address, timeout=WITHIN) as http:
        assert http.get("/ready").status_code == 200
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        until(lambda: http.get("/ready").status_code == 503, "503 at /ready")
        assert http.get("/ready").json()["detail"] == "The server is stopping."
        new = ask(output.address, "hello")
        assert "version 1" in new and '"type":"error"' not in new
        until(lambda: http.get("/health").headers.get("connection") == "close", "the end of kept connections")
        # Then it takes nothing new, and finishes what it has begun.
        until(lambda: "restarting" in ask(output.address, "hello"), "a refusal")
    assert time.monotonic() - began > 8
    (folder / "go").touch()
    asking.join(WITHIN)
    assert "version 1" in answered[0] and '"type":"error"' not in answered[0]
    assert process.wait(timeout=WITHIN) == 0
    assert "Traceback" not in output.text


@pytest.mark.parametrize(("first", "workers"), [(signal.SIGTERM, "1"), (signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_a_second_signal_ends_the_server_at_once_and_the_next_start_goes_on(
    run: Run, folder: Path, first: signal.Signals, workers: str
) -> None:
    process = run("serve", "--port", "0", "--workers", workers, CHATKIT_LINK_GRACE=LONG, CHATKIT_LINK_DRAIN=LONG)
    output = Output(process)
    output.wait("ready  ", 1)
    user = httpx2.Client(timeout=WITHIN)
    with user, user.stream("POST", f"{output.address}/chatkit", json=question("slow")) as answer:
        thread = thread_of(answer.iter_lines())
        process.send_signal(first)
        until(lambda: user.get(f"{output.address}/ready").status_code == 503, "503 at /ready")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN) == 0
        assert "is handed over" in output.text and "Traceback" not in output.text

        (folder / "go").touch()
        again = Output(run("serve", "--port", "0"))
        again.wait("ready  ", 1)
        until(lambda: "version 1" in stored(user, again.address, thread), "the answer")
        assert "was interrupted" not in again.text


def thread_of(lines: Iterator[str]) -> str:
    """The thread that a new answer is on."""
    for line in lines:
        if line.startswith("data: ") and (event := json.loads(line[6:]))["type"] == "thread.created":
            return str(event["thread"]["id"])
    raise AssertionError("the stream says of no thread")


def stored(user: httpx2.Client, address: str, thread: str) -> str:
    body = {"type": "threads.get_by_id", "params": {"thread_id": thread}}
    return user.post(f"{address}/chatkit", json=body).text


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_does_not_wait_where_nothing_runs(run: Run, folder: Path, workers: str) -> None:
    process = run("serve", "--port", "0", "--workers", workers, CHATKIT_LINK_GRACE=LONG, CHATKIT_LINK_DRAIN=LONG)
    output = Output(process)
    output.wait("ready  ", 1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=WITHIN) == 0
