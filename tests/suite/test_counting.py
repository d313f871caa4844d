"""The count of a run with workers is that of its tests."""

import json
import subprocess
import sys
from pathlib import Path

from tests.suite.postgres import ROOT

TESTS = """
import socket
import pytest

@pytest.fixture
def postgres_url():
    return ""

@pytest.fixture
def breaks_after():
    yield
    raise ZeroDivisionError

def test_plain(): pass
def test_database(postgres_url): pass
def test_skipped(postgres_url): pytest.skip("for a reason")
@pytest.mark.browser
def test_browser(postgres_url): assert False
def test_breaks_after(breaks_after): pass
def test_http():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
"""
RUN = """
import dataclasses, json, sys
import pytest
from tests.suite.counting import Counting

counting = Counting()
status = pytest.main(["-n", "2", "-p", "tests.suite.needs", "-p", "no:cacheprovider", "."], plugins=[counting])
print(json.dumps([int(status), dataclasses.asdict(counting.tally)]))
"""


def test_workers_report_what_their_tests_needed(tmp_path: Path) -> None:
    options = "asyncio_default_fixture_loop_scope = session\nfilterwarnings = error\nmarkers = browser: Chromium"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{options}\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    status, tally = json.loads(done.stdout.splitlines()[-1])
    assert status == 1, done.stdout + done.stderr
    # A test that passes and breaks down afterwards is both, as pytest counts it.
    assert (tally["passed"], tally["failed"], tally["skipped"]) == (4, 2, 1), done.stdout
    assert tally["needs"] == {"with PostgreSQL": 2, "over HTTP": 1, "in Chromium": 1}


def test_the_script_of_all_tests_can_start_pytest(tmp_path: Path):
    """What it imports itself must not be what pytest has yet to rewrite, such as tests/conftest.py and its plugins."""
    script = [sys.executable, "scripts/run_tests.py", "--pytest", str(tmp_path / "tally.json")]
    started = subprocess.run(
        [*script, "--collect-only", "-q", "-n0", "tests/suite/test_slow.py"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert started.returncode == 0, started.stderr
