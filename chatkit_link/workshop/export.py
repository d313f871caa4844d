"""A widget as the Python that shows it."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

_WIDTH = 100


def python_call(name: str, title: str, data: dict[str, Any]) -> str:
    """A tool of an Agents SDK agent that shows ``{name}.widget`` with this data."""
    function = "show_" + (re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_") or "widget")
    return f"""from agents import RunContextWrapper, function_tool
from chatkit_link import LinkContext, widgets


@function_tool
async def {function}(ctx: RunContextWrapper[LinkContext]) -> str:
    \"\"\"Shows the widget {" ".join(_literal(title, 0)[1:-1].split())}.\"\"\"
    data = {_literal(data, 1)}
    await ctx.context.stream_widget(widgets.load({_literal(name, 0)}).build(data))
    return "The widget is shown."
"""


def _literal(value: Any, depth: int) -> str:
    """JSON as a Python literal, on one line where it fits. depth: of the indentation around it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else json.dumps(value)
    if not value or not isinstance(value, dict | list):
        return repr(value)
    if isinstance(value, dict):
        pairs = cast("Mapping[str, Any]", value).items()
        parts, (left, right) = [f"{_literal(key, 0)}: {_literal(part, depth + 1)}" for key, part in pairs], "{}"
    else:
        parts, (left, right) = [_literal(part, depth + 1) for part in cast("list[Any]", value)], "[]"
    line = f"{left}{', '.join(parts)}{right}"
    if "\n" not in line and len(line) + 4 * depth < _WIDTH:
        return line
    indent = "    " * (depth + 1)
    lines = [left, *(f"{indent}{part}," for part in parts), f"{'    ' * depth}{right}"]
    return "\n".join(lines)
