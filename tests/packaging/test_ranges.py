"""The package can be installed beside a project with pins of its own, and works with what such a project gets."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import OpenAIChatCompletionsModel, OpenAIResponsesModel
from agents.mcp import MCPServerStdio
from openai import AsyncOpenAI

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-guardrails.lock", "requirements-dbos.lock")
#: Names of the SDK that are not its public ones -> the files of ours that use them.
PRIVATE = {
    "_client": "agents/models/chat.py",
    "_strict_feature_validation": "agents/models/chat.py",
    "_buffer_streamed_tool_calls": "agents/models/chat.py",
    "_cleanup_on_run_end": "agents/models/adapter.py",
    "_error_name": "agents/mcp/servers.py",
    "_get_needs_approval_for_tool": "agents/mcp/resilient_server.py",
    "_get_failure_error_function": "agents/mcp/resilient_server.py",
}
#: The rooms that use them; those of `ChatKitServer` have a test of their own.
ROOMS = ("agents/models", "agents/mcp")


def requirements() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[\[<>=!~]", line, maxsplit=1)[0]: line for line in project["dependencies"]}


@pytest.mark.parametrize("line", requirements().values())
def test_a_dependency_is_a_range_and_no_exact_version(line: str) -> None:
    assert ">=" in line
    assert "==" not in line.partition(";")[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_fits_the_ranges_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    locked = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", text, re.MULTILINE))
    for name, line in requirements().items():
        lowest = re.search(r">=([\d.]+)", line)
        below = re.search(r"<([\d.]+)", line)
        assert lowest and below, line
        assert version(lowest[1]) <= version(locked[name.lower()]) < version(below[1]), (line, locked[name.lower()])


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def uses() -> Iterator[tuple[str, str]]:
    """(file, name) of each private name of somebody else that our code reads; ruff finds them (SLF001)."""
    package = ROOT / "chatkit_link"
    for file in sorted(file for room in ROOMS for file in (package / room).rglob("*.py")):
        for line in file.read_text().splitlines():
            if "SLF001" in line:
                yield file.relative_to(package).as_posix(), re.findall(r"\.(_[a-z]\w*)", line.partition("#")[0])[-1]


def test_every_private_name_of_the_sdk_that_is_used_is_listed() -> None:
    assert set(uses()) == {(file, name) for name, file in PRIVATE.items()}


async def test_the_private_names_are_there_in_this_version() -> None:
    async with AsyncOpenAI(api_key="none") as client:
        chat = OpenAIChatCompletionsModel("m", client)
        server = MCPServerStdio({"command": "none"})
        for name in PRIVATE:
            assert any(hasattr(one, name) for one in (chat, OpenAIResponsesModel("m", client), server)), name
