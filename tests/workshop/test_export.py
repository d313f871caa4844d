"""What the workshop exports: the Python is run as it is pasted, and shows the widget."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from agents.tool_context import ToolContext

from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.drafts import Workshop
from chatkit_link.workshop.export import python_call
from chatkit_link.workshop.gallery import FOLDER, starters


async def _shown_by(code: str) -> Any:
    """What the one tool in the code streams."""
    scope: dict[str, Any] = {}
    exec(compile(code, "pasted.py", "exec"), scope)
    tool = next(value for name, value in scope.items() if name.startswith("show_"))
    shown: list[Any] = []

    async def stream_widget(widget: Any) -> None:
        shown.append(widget)

    context = ToolContext(
        SimpleNamespace(stream_widget=stream_widget), tool_name=tool.name, tool_call_id="call_1", tool_arguments="{}"
    )
    assert await tool.on_invoke_tool(context, "{}") == "The widget is shown."
    return shown[0].model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.name)
async def test_the_python_of_a_draft_shows_it(starter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = Workshop(tmp_path / "widgets", known=None)
    export = workshop.export(starter.name, starter.draft, None)
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / f"{starter.name}.widget").write_text(export.file, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    built = WidgetLibrary(FOLDER).load(starter.name).build(json.loads(starter.draft.data))
    assert await _shown_by(export.python) == built.model_dump(mode="json", exclude_none=True)
    assert json.loads(export.tree) == starter.tree
    assert max(map(len, export.python.splitlines())) <= 120


def test_any_data_is_a_literal_of_python() -> None:
    data = {
        "none": None, "yes": True, "float": 1.5, "empty": [], "quote": 'say "hi"\n\u2028\\', "word": "Zürich 日本",
        "deep": [{"a": [1, 2, {"b": ["x" * 40, "y" * 40]}]}],
    }  # fmt: skip
    code = python_call("9 odd names.v2", 'A """title"""\nof two lines \\', data)
    scope: dict[str, Any] = {}
    exec(compile(code, "pasted.py", "exec"), scope)
    assert "show_9_odd_names_v2" in scope
    literal = code.split("    data = ")[1].split("\n    await")[0]
    assert eval(literal) == data
