"""Run a command and show in one line that it moves: `with_progress.py LABEL [--count PATTERN TOTAL] -- COMMAND ...`.

In a terminal the line has a spinner, the seconds, and how many lines of the output match the pattern. Elsewhere the
label is printed once. What the command prints is shown only if it fails. Needs nothing but Python: it runs before
anything is installed.
"""

import re
import subprocess
import sys
import threading
import time

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PLAIN = "|/-\\"


class Command:
    """A command that runs. matched: lines of its output with the pattern."""

    def __init__(self, command: list[str], pattern: str | None) -> None:
        self.matched = 0
        self.output: list[str] = []
        self._pattern = re.compile(pattern) if pattern else None
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # it was asked for
        for line in self._process.stdout:
            self.output.append(line)
            self.matched += bool(self._pattern and self._pattern.search(line))

    def wait(self, seconds: float) -> int | None:
        """The exit status; None while it runs."""
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self._reader.join()
        return status


def main() -> int:
    options, command = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    label, pattern, total = options[0], None, 0
    if "--count" in options:
        pattern, total = options[options.index("--count") + 1], int(options[options.index("--count") + 2])
    moves = sys.stdout.isatty()
    if not moves:
        print(f"{label} ...", flush=True)
    began, turn = time.monotonic(), 0
    running = Command(command, pattern)
    while (status := running.wait(0.1)) is None:
        if moves:
            turn += 1
            show(label, running.matched, total, time.monotonic() - began, turn)
    if moves:
        print("\r\033[K", end="")
        print(f"{mark(status)} {label}  {time.monotonic() - began:.0f} s", flush=True)
    if status:
        sys.stderr.write("".join(running.output))
    return status


def show(label: str, matched: int, total: int, seconds: float, turn: int) -> None:
    signs = SPINNER if can_print(SPINNER) else PLAIN
    count = f"  {min(matched, total)} of {total}" if total else ""
    print(f"\r\033[K{signs[turn % len(signs)]} {label}{count}  {seconds:.0f} s", end="", flush=True)


def mark(status: int) -> str:
    good, bad = ("✓", "✗") if can_print("✓✗") else ("+", "!")
    return bad if status else good


def can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
