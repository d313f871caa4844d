"""The limit on loading is put away whole, however late the alarm comes, and in whichever thread."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SLOW_MACHINE = """
import signal, sys
from pathlib import Path
from chatkit_link.agents import load_time
from chatkit_link.agents.catalog import load_target
from chatkit_link.errors import ConfigurationError

load_time._AGAIN = 0.0002  # as if all that follows the first alarm took a thousand times as long
folder, late = Path(sys.argv[1]), 0
mine = lambda *_: None
signal.signal(signal.SIGALRM, mine)
signal.setitimer(signal.ITIMER_REAL, 1000)
for number in range(400):
    span = 0.0005 + number % 50 * 0.00001
    (folder / f"m{number}.py").write_text(
        f"import time\\nend = time.perf_counter() + {span}\\nwhile time.perf_counter() < end:\\n    pass\\n"
        "async def respond(ctx):\\n    yield 1\\n"
    )
    try:
        load_target(f"m{number}.py", beside=folder, seconds=0.001 + number % 30 * 0.00005)
    except ConfigurationError:
        late += 1
    assert signal.getsignal(signal.SIGALRM) is mine
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 900
    assert sys.gettrace() is None
print("late" if late else "never late")
"""

IN_THREADS = """
import sys, threading
from pathlib import Path
from chatkit_link.agents.catalog import load_target
from chatkit_link.errors import ConfigurationError

folder, late = Path(sys.argv[1]), []

def load(name, seconds):
    try:
        load_target(name, beside=folder, seconds=seconds)
    except ConfigurationError:
        late.append(name)

(folder / "quick.py").write_text("async def respond(ctx):\\n    yield 1\\n")
(folder / "endless.py").write_text("while True:\\n    pass\\n")
for number in range(100):
    (folder / f"m{number}.py").write_text(
        f"import time\\nend = time.perf_counter() + {0.001 + number % 20 * 0.00005}\\n"
        "while time.perf_counter() < end:\\n    pass\\nasync def respond(ctx):\\n    yield 1\\n"
    )
loads = [("endless.py", 0.05), *((f"m{number}.py", 0.001) for number in range(100)), ("quick.py", 10)]
for name, seconds in loads:
    thread = threading.Thread(target=load, args=(name, seconds))
    thread.start()
    thread.join()
    assert "quick.py" not in late

def traced():
    return "traced"

sys.settrace(lambda *_: None)
result = traced()  # for ever, where an error is still to be raised somewhere
sys.settrace(None)
print(result, "late" if {"endless.py"} < set(late) else "never late")
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")
def test_an_alarm_that_comes_while_the_limit_is_put_away_changes_nothing(tmp_path: Path) -> None:
    assert _printed(SLOW_MACHINE, tmp_path) == "late\n"


def test_a_limit_in_another_thread_leaves_a_process_that_can_be_traced(tmp_path: Path) -> None:
    assert _printed(IN_THREADS, tmp_path) == "traced late\n"


def _printed(script: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
