"""Widgets as text for a terminal: one small function per family of nodes, each from the node as JSON.

Everything displayed comes from a server and, through it, from models and web pages. So no string reaches
the terminal as markup or with control characters in it: an escape sequence in a search result must
not move the cursor, rename the window or hide text.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chatkit_link.cli.terminal_markdown import TerminalMarkdown

Node = Mapping[str, Any]

# C0 and C1 controls but for tab and line feed, and the marks that reorder text (Unicode TR 9).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TONES: Final = {"success": "green", "warning": "yellow", "danger": "red", "info": "cyan", "discovery": "magenta"}


def clean(value: object) -> str:
    """``value`` as text that cannot steer a terminal."""
    return _UNSAFE.sub("", str(value))


def draw_markdown(source: object, *, styled: bool) -> RenderableType:
    """Rendered if ``styled``, else the source as it is."""
    return TerminalMarkdown(clean(source)) if styled else Text(clean(source))


def draw_widget(root: Node, *, styled: bool = True) -> RenderableType:
    """A widget's tree. A node of a type not known here shows its own text and its children."""
    match root.get("type"):
        case "Card" | "ListView":
            return _frame(root, styled)
        case "Row" | "Box" | "ListViewItem" | "Form" if _runs_across(root):
            return _across(root, styled)
        case "Title" | "Text" | "Caption" | "Label" | "Badge" | "Icon" | "Markdown":
            return _text(root, styled)
        case "Button" | "Checkbox" | "Input" | "Textarea" | "Select" | "DatePicker" | "RadioGroup":
            return Text(_control(root))
        case "Image" | "Chart" | "Divider" | "Spacer":
            return _media(root)
        case _:
            own = [_text(root, styled)] if isinstance(root.get("value") or root.get("label"), str) else []
            return Group(*own, *_below(root, styled))


def _nodes(node: Node) -> list[Node]:
    children: object = node.get("children")
    found = cast("list[object]", children) if isinstance(children, list) else [children]
    return [cast("Node", child) for child in found if isinstance(child, dict)]


def _below(node: Node, styled: bool) -> list[RenderableType]:
    return [draw_widget(child, styled=styled) for child in _nodes(node)]


def _frame(node: Node, styled: bool) -> RenderableType:
    status: Any = node.get("status")
    actions = [_button(action["label"]) for name in ("confirm", "cancel") if (action := node.get(name))]
    parts = _below(node, styled)
    if status:
        # Inside and not as the frame's title, which would be cut off where this wraps.
        parts.insert(0, Text(clean(status["text"]), "dim"))
    if actions:
        parts.append(Text("  ".join(actions)))
    return Panel(Group(*parts), box=box.ROUNDED, border_style="dim")


def _runs_across(node: Node) -> bool:
    direction = node.get("direction", "col" if node["type"] in ("Box", "Form") else "row")
    return direction == "row"


def _across(node: Node, styled: bool) -> RenderableType:
    cells = [draw_widget(child, styled=styled) for child in _nodes(node) if child.get("type") != "Spacer"]
    grid = Table.grid(padding=(0, 1))
    grid.add_row(*cells)
    return grid


def _text(node: Node, styled: bool) -> RenderableType:
    value = clean(node.get("value") or node.get("label") or "")
    color: Any = node.get("color")
    tone = _TONES.get(color, "") if isinstance(color, str) else ""
    match node.get("type"):
        case "Markdown":
            return draw_markdown(value, styled=styled)
        case "Title" | "Label":
            return Text(value, style=f"bold {tone}")
        case "Caption":
            return Text(value, style=f"dim {tone}")
        case "Badge":
            return Text(f"({value})", style=tone)
        case "Icon":
            return Text("•", style=f"dim {tone}")
        case _:
            weight = "bold" if node.get("weight") in ("semibold", "bold") else ""
            short = styled and (node.get("truncate") or node.get("maxLines") == 1)
            style = f"{weight} {tone}".strip()
            return Text(value, style, no_wrap=True, overflow="ellipsis") if short else Text(value, style)


def _button(label: object) -> str:
    return f"[ {clean(label)} ]"


def _control(node: Node) -> str:
    options = cast("list[Node]", node.get("options") or [])
    name = node.get("label") or node.get("name") or ""
    match node["type"]:
        case "Button":
            return _button(node.get("label") or node.get("iconStart") or "…")
        case "Checkbox":
            return clean(f"[{'x' if node.get('defaultChecked') else ' '}] {name}")
        case "Select" | "RadioGroup":
            default = node.get("defaultValue")
            labels = [f"({o['label']})" if o["value"] == default else str(o["label"]) for o in options]
            return clean(f"{name}: {' | '.join(labels)}")
        case _:
            return clean(f"{name}: {node.get('defaultValue') or node.get('placeholder') or ''}")


def _media(node: Node) -> RenderableType:
    match node["type"]:
        case "Image":
            return Text(f"[image: {clean(node['alt'])}]", style="dim") if node.get("alt") else Group()
        case "Divider":
            return Rule(style="dim")
        case "Chart":
            return _chart(node)
        case _:
            return Group()


def _chart(node: Node) -> RenderableType:
    """The numbers behind a chart, one column per series."""
    axis: Any = node["xAxis"]
    keys: list[tuple[str, str]] = [(axis if isinstance(axis, str) else axis["dataKey"], "")]
    keys += [(series["dataKey"], series.get("label") or series["dataKey"]) for series in node["series"]]
    table = Table(*(clean(label) for _, label in keys), box=box.SIMPLE_HEAD)
    for row in node["data"]:
        table.add_row(*(clean(row.get(key, "")) for key, _ in keys))
    return table
