"""What runs side by side prints one after the other, and nothing that failed is lost."""

import subprocess
import sys
from pathlib import Path

from tests.suite.postgres import ROOT

PARTS = """
import sys
import threading
from pathlib import Path
from side_by_side import Part, command, run_side_by_side

met = threading.Barrier(2)

def part(words, status):
    def run(output):
        met.wait(60)  # both run at the same time
        for word in words:
            print(word, file=output)
            ended = command([sys.executable, "-c", f"print('{word} of a program'); raise SystemExit({status})"],
                            output, cwd=Path.cwd())
        return ended
    return run

parts = [Part("one", part("ab", 0)), Part("two", part("cd", 3))]
print(sorted(run_side_by_side(parts, at_once=2, describe=lambda status: f"ended with {status}")))
"""


def test_each_part_is_printed_whole_under_its_heading(tmp_path: Path) -> None:
    program = tmp_path / "parts.py"
    program.write_text(PARTS)
    done = subprocess.run(
        [sys.executable, str(program)], env={"PYTHONPATH": str(ROOT / "scripts")}, capture_output=True, text=True,
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    for name, words, status in (("one", "ab", 0), ("two", "cd", 3)):
        [at] = [number for number, line in enumerate(lines) if line.startswith(f"=== {name}: ended with {status}, ")]
        printed = [line for word in words for line in (word, f"{word} of a program")]
        assert lines[at + 1 : at + 5] == printed
    assert lines[-1] == "[0, 3]"


def test_a_long_run_names_what_is_still_running(tmp_path: Path) -> None:
    program = tmp_path / "parts.py"
    program.write_text("""
import threading
import side_by_side
from side_by_side import Part, run_side_by_side

side_by_side._REMINDER = 0.01
reminded = threading.Event()
printed = print

def seen(*words, **given):
    printed(*words, **given)
    if "still running" in words[0]:
        reminded.set()

side_by_side.print = seen
list(run_side_by_side([Part("slow", lambda output: reminded.wait(60))], at_once=1, describe=str))
""")
    done = subprocess.run(
        [sys.executable, str(program)], env={"PYTHONPATH": str(ROOT / "scripts")}, capture_output=True, text=True,
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "0 s: slow still running ..." in done.stdout.splitlines()
    assert "=== slow: True, 0 s ===" in done.stdout
