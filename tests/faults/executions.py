"""What the tools of the fault tests have truly done, whatever their servers remember of it.

Each execution is a line in a file when it begins and another when it ends; a process that is killed loses neither.
"""

import json
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@asynccontextmanager
async def execution(tool: str, order: str, key: str | None) -> AsyncGenerator[None]:
    """Around what a tool does. order: names the work; whoever does it a second time does it for the same order."""
    _write({"tool": tool, "order": order, "key": key, "end": False})
    yield
    _write({"tool": tool, "order": order, "key": key, "end": True})


def _write(line: dict[str, Any]) -> None:
    """Appending one line is atomic, also among processes."""
    file = os.open(os.environ["FAULTS_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, json.dumps({**line, "pid": os.getpid(), "at": time.time()}).encode() + b"\n")
    finally:
        os.close(file)


@dataclass(frozen=True, slots=True)
class Executions:
    """All of them so far, in order."""

    lines: list[dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> "Executions":
        file = folder / "executions"
        return cls([json.loads(line) for line in file.read_text().splitlines()] if file.exists() else [])

    def begun(self, tool: str) -> Counter[str]:
        """How often a tool has begun, by order."""
        return Counter(line["order"] for line in self.lines if line["tool"] == tool and not line["end"])

    def ended(self, tool: str) -> Counter[str]:
        """How often it came to its end."""
        return Counter(line["order"] for line in self.lines if line["tool"] == tool and line["end"])

    def keys(self, tool: str, order: str) -> set[str | None]:
        """The idempotency keys with which it was done."""
        return {line["key"] for line in self.lines if (line["tool"], line["order"]) == (tool, order)}
