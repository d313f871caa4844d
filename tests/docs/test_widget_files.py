"""Every `.widget` file of the documents passes the check as it is written there, and is drawn and built."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatkit_link.cli.program import cli
from chatkit_link.resources import resource

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [*sorted(resource("docs").rglob("*.md")), ROOT / "README.md", *sorted((ROOT / "examples").rglob("*.md"))]


def widget_files() -> dict[str, str]:
    """Name of the file -> the text in the documents."""
    found: dict[str, str] = {}
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            try:
                read = json.loads(block)
            except ValueError:
                continue
            if isinstance(read, dict) and {"template", "jsonSchema"} <= read.keys():
                found[str(read["name"]).lower()] = block
    return found


FILES = widget_files()


def test_the_documents_have_the_files_that_they_speak_of() -> None:
    assert {"greeting", "note", "guest"} <= FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_documents_passes_the_check_and_renders(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.widget").write_text(FILES[name], encoding="utf-8")
    actions = [f"--action={kind}" for kind in re.findall(r'\\"type\\":\\"([a-z_]+\.[a-z_]+)\\"', FILES[name])]

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["widgets", *arguments, "--folder", str(tmp_path)])
        assert result.exit_code == 0, result.output
        return result.output

    assert run("check", *actions) == "1 widget checked, 0 problems.\n"
    tree = json.loads(run("render", name))
    assert tree["type"] == "Card"
    assert tree["children"]
    assert name in run("list")
