"""docs/reference/cli.md is written from the commands, each of which says what it and its options do."""

from typing import Any

import pytest

from scripts.document_cli import PAGE, commands, text

COMMANDS: dict[str, Any] = dict(commands())


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_cli.py`."


def test_the_walk_finds_commands_and_those_inside_a_group() -> None:
    assert {"chatkit-link serve", "chatkit-link widgets check", "chatkit-link agents"} <= set(COMMANDS)
    assert "chatkit-link widgets" not in COMMANDS  # a group that does nothing by itself


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_each_of_its_options_have_words(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert [parameter.name for parameter in command.params if not parameter.help] == []
