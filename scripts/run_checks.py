"""`make check`: style, types and layers of Python and TypeScript, and all widgets, side by side."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from scripts.side_by_side import Part, command, run_side_by_side

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
LOCK = "examples/professor_lock/"
#: The longest come first.
CHECKS: dict[str, tuple[str, ...]] = {
    "pyright": (sys.executable, "-m", "pyright"),
    "page": ("npm", "--prefix", "frontend", "run", "--silent", "check"),
    "imports": (str(PROGRAMS / "lint-imports"),),
    "widgets": (str(PROGRAMS / "chatkit-link"), "widgets", "check"),
    "widgets of Professor Lock": (
        str(PROGRAMS / "chatkit-link"), "widgets", "check", "--folder", f"{LOCK}widgets", "--agent", f"lock={LOCK}",
    ),
    "style": (sys.executable, "-m", "ruff", "check", "."),
    "format": (sys.executable, "-m", "ruff", "format", "--check", "."),
}  # fmt: skip


def check(words: tuple[str, ...]) -> Callable[[TextIO], int]:
    return lambda output: command(words, output, cwd=ROOT, PYRIGHT_PYTHON_IGNORE_WARNINGS="1")


def describe(status: int) -> str:
    return "failed" if status else "good"


def main() -> int:
    began = time.monotonic()
    parts = [Part(name, check(words)) for name, words in CHECKS.items()]
    failed = sum(status != 0 for status in run_side_by_side(parts, at_once=2, describe=describe))
    print("\n" + "\n".join(f"{part.name}: {part.seconds:.0f} s" for part in parts))
    print(f"{len(parts)} checks in {time.monotonic() - began:.0f} s, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
