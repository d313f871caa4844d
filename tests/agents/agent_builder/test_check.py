"""``chatkit-link agents check`` and ``add``: the report that is printed before anything is run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatkit_link.agents.catalog import load_target, read_catalog
from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError
from tests.agents.agent_builder.flawed import GUARDED, file
from tests.agents.agent_builder.workflows import APPROVAL, ONE_AGENT, ROUTES

HOSTED = """
from agents import FileSearchTool, HostedMCPTool

files = FileSearchTool(vector_store_ids=["vs_1"])
mcp = HostedMCPTool(tool_config={"type": "mcp", "server_label": "x", "require_approval": "always"})
helper = Agent(name="Helper", instructions="Help.", tools=[files, mcp])
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ONE_AGENT,
            [
                "repaired workflow.py:5: integer is taken as int",
                "decide   workflow.py:5: the tool look_up is empty",
                "key      workflow.py:8: an agent wants the model gpt-4.1",
                "shopkeeper is run, streamed",
            ],
        ),
        (
            ROUTES,
            [
                "classify is run, displayed as a step: its output is structured",
                "draft is run, displayed as a step: another",
                "polish is run, streamed",
            ],
        ),
        (APPROVAL, ["works    workflow.py:4: approval_request asks the user in the chat"]),
        (
            ONE_AGENT.replace("  pass", "  return 'The order is worth 30 euros.'"),
            ["decide   workflow.py:5: the tool look_up gives the same answer always"],
        ),
        (GUARDED, ["package  workflow.py:6: guardrails need the package openai-guardrails"]),
        (
            file(HOSTED),
            [
                "key      workflow.py:6: file search is done by OpenAI",
                "works    workflow.py:7: calls of the MCP server are to be approved",
            ],
        ),
    ],
)
def test_a_file_is_explained_line_by_line_and_not_run(tmp_path: Path, text: str, expected: list[str]) -> None:
    trap = tmp_path / "ran"
    (tmp_path / "workflow.py").write_text(f"{text}\nopen({str(trap)!r}, 'w')\n")
    result = CliRunner().invoke(cli, ["agents", "check", str(tmp_path / "workflow.py")])
    assert result.exit_code == 0
    for line in expected:
        assert line in result.output
    assert not trap.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import nowhere_at_all\n", "is not installed"),
        ("def f(:\n", "workflow.py:1: this is not Python"),
        ("x = 1\n", "no export"),
    ],
)
def test_what_cannot_load_is_an_error_of_the_command(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "workflow.py").write_text(text)
    result = CliRunner().invoke(cli, ["agents", "check", str(tmp_path / "workflow.py")])
    assert (result.exit_code, expected in result.output) == (1, True)


def test_an_added_workflow_is_in_the_catalog_and_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text('default = "research"')
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "My Workflow.py").write_text(ROUTES)
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(catalog))
    command = ["agents", "add", str(tmp_path / "flows" / "My Workflow.py")]

    assert CliRunner().invoke(cli, command, catch_exceptions=False).exit_code == 0
    entry = read_catalog(catalog, {}).agents["my-workflow"]
    assert entry.target == "flows/My Workflow.py"
    load_target(entry.target, beside=tmp_path)
    assert isinstance(CliRunner().invoke(cli, command).exception, ConfigurationError)
