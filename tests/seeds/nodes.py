"""The nodes of "ChatKit widgets" as the reference prints them, and an example of each value that it documents."""

import re
from collections.abc import Iterator
from typing import Any

from tests.seeds.printed import printed

Node = dict[str, Any]
ROOTS = ("Card", "ListView")
_ACTION = {"type": "example", "payload": {"id": 123}}
_SCHEMES = {"dark": "#ffffff", "light": "#101010"}
_STYLES = ("solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset")
_SIDES = ("top", "right", "bottom", "left", "x", "y")
_EDITABLE = {
    "name": "title", "autoComplete": "off", "autoFocus": False, "autoSelect": True, "allowAutofillExtensions": False,
    "required": True, "placeholder": "A title", "pattern": ".+",
}  # fmt: skip
#: What a text is about, where any other would not do.
_TEXTS = {
    "src": "https://example.com/a.png", "iconStart": "search", "iconEnd": "write", "color": "#336699",
    "background": "surface-secondary", "flex": "1 1 auto", "aspectRatio": "16/9", "defaultValue": "a",
}  # fmt: skip
_SPACES = frozenset({"gap", "padding", "margin", "spacing"})
_LENGTHS = frozenset(
    {"width", "height", "size"} | {f"{bound}{what}" for bound in ("min", "max") for what in ("Width", "Height", "Size")}
)
#: By the words of the reference behind "list", "dict" or a model.
_OBJECTS: tuple[tuple[str, list[Any]], ...] = (
    ("list[WidgetNode]", [[{"type": "Text", "value": "Inside"}]]),
    ("list[ListViewItem]", [[{"type": "ListViewItem", "children": [{"type": "Text", "value": "Inside"}]}]]),
    ("list[dict[str, str]]", [[{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]]),
    ("WidgetNode | None", [{"type": "Text", "value": "Inside"}]),
    ("{ label: str, action: ActionConfig }", [{"label": "Confirm", "action": _ACTION}]),
    ("ActionConfig", [_ACTION]),
    ("favicon", [{"text": "Searching", "favicon": "https://example.com/icon.png"}]),
    ("icon?: str", [{"text": "Found", "icon": "check-circle"}]),
    ("when dict", [_EDITABLE]),
    ("single border", [
        *({"size": 2, "color": color, "style": style} for style in _STYLES for color in ("#336699", _SCHEMES)),
        dict.fromkeys(_SIDES, 1), {side: {"size": 2, "style": "dashed"} for side in _SIDES},
    ]),
    ("(keys: top", [dict.fromkeys(_SIDES, 2), dict.fromkeys(_SIDES, "1rem")]),
    ("{ dark: str, light: str }", [_SCHEMES]),
    ("datetime", ["2026-12-24T00:00:00Z"]),
)  # fmt: skip


def documented() -> dict[str, dict[str, str]]:
    """Of each node: the name of a prop -> its type, in the words of the reference."""
    found: dict[str, dict[str, str]] = {}
    node = ""
    for line in printed("nodes.txt").splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            node = heading[1]
            found.setdefault(node, {})
        elif line:
            prop, _, kind = line.partition(": ")
            found[node][prop] = kind
    return found


def values(node: str, prop: str, kind: str) -> list[Any]:
    """An example of each alternative of a type, and every word of it."""
    found: list[Any] = re.findall(r'"([^"]+)"', kind.partition(" (")[0])
    for words, examples in _OBJECTS:
        if words in kind and not (words == "ActionConfig" and "{ label" in kind):
            found += examples
    plain = re.sub(r"\{.*?\}|\(.*\)|\w+\[.*\]", "", kind)
    if re.search(r"\bbool\b", plain):
        found += [True, False]
    if re.search(r"\bint\b", plain):
        found.append(2)
    if re.search(r"\bfloat\b", plain):
        found += [2, 1.5]
    if re.search(r"\bstr\b", plain):
        found.append(_text(node, prop))
    return [*found, None] if "None" in plain else found


def _text(node: str, prop: str) -> str:
    if node == "Icon" and prop == "name":
        return "search"
    if prop in _SPACES:
        return "1rem"
    return "50%" if prop in _LENGTHS else _TEXTS.get(prop, "Words")


def whole(node: str, **props: Any) -> Node:
    """A widget with this node in it, which has what it cannot be without."""
    needed = {prop: values(node, prop, kind)[0] for prop, kind in documented()[node].items() if "None" not in kind}
    # A node with a word for its size in the reference has that by default.
    made = {"type": node} | {prop: value for prop, value in needed.items() if prop != "size"} | props
    if node in ROOTS:
        return made
    if node == "ListViewItem":
        return {"type": "ListView", "children": [made]}
    return {"type": "Card", "children": [made]}


def cases() -> Iterator[tuple[str, str, Any]]:
    """(node, prop, value) of everything that the reference documents."""
    for node, props in documented().items():
        for prop, kind in props.items():
            for value in values(node, prop, kind):
                yield node, prop, value


def with_every_prop(node: str) -> Node:
    """With the last documented example of each prop that is not None, and without two props that exclude each other."""
    props = documented()[node]
    chosen = {
        prop: next(v for v in reversed(values(node, prop, kind)) if v is not None) for prop, kind in props.items()
    }
    return whole(node, **{prop: value for prop, value in chosen.items() if prop != "collapsed"})
