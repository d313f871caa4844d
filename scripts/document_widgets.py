"""Writes docs/reference/widget-nodes.md: every node of a widget with a picture, a sample and all of its props.

The workshop has the same in ``frontend/src/workshop/vocabulary.json``, which is written here, too: its palette lists
the nodes, and its editor completes nodes, props and values and explains them.

Nodes, props and values are those of the installed SDK and, for what only the browser knows, of ``@openai/chatkit``
(``contract/browser.json``, which a test of the page writes). Words and samples are in ``scripts/widget_nodes/``. Run it
when one of them changes: ``.venv/bin/python scripts/document_widgets.py``, which also draws the pictures whose sample
is another one now. They carry the digest of their sample, so that a test can tell without a browser.
"""

import hashlib
import io
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chatkit.widgets import StrictWidgetComponent, StrictWidgetRoot, WidgetComponentBase
from PIL import Image
from pydantic import TypeAdapter

from chatkit_link.widgets.icon_names import ICONS
from chatkit_link.workshop.screenshot import draw

ROOT: Final = Path(__file__).parent.parent
WORDS: Final = Path(__file__).parent / "widget_nodes"
BROWSER: Final = ROOT / "frontend" / "src" / "widgets" / "contract" / "browser.json"
PAGE: Final = ROOT / "docs" / "reference" / "widget-nodes.md"
VOCABULARY: Final = ROOT / "frontend" / "src" / "workshop" / "vocabulary.json"
PICTURES: Final = ROOT / "docs" / "reference" / "pictures"
#: What values.md says of every node.
COMMON: Final = frozenset(WidgetComponentBase.model_fields)

# What values.md explains, by the SDK's name; what stands beside it in a union is part of it.
_EXPLAINED: Final = {"ThemeColor": "colour", "ActionConfig": "action", "Spacing": "space, space by side"}
_EDGES: Final = {"Border", "Borders"}
_SPACES: Final = {"gap", "spacing", "padding", "margin"}
_PLAIN_NUMBERS: Final = {"flex", "aspectRatio", "limit"}
_KINDS: Final = {"boolean": "true, false", "integer": "whole number", "number": "number", "object": "object"}


@dataclass(frozen=True, slots=True)
class Prop:
    """path: with the object around it, as ``status.icon``. values: what it takes, in words."""

    path: str
    values: str
    needed: bool = False


def nodes() -> dict[str, list[Prop]]:
    """The props of each node but the common ones: the SDK's, then what only the browser has."""
    found = {name: list(_props(schema, definitions)) for name, schema, definitions in _sdk()}
    alike = {prop.path: prop.values for name in ("Card", "Box") for prop in found[name]}
    for name, shapes in json.loads(BROWSER.read_text(encoding="utf-8"))["nodes"].items():
        props = found.setdefault(name, [])
        known = {prop.path for prop in props} | COMMON
        for path, shape in shapes.items():
            if path not in known:
                props.append(Prop(path, _words(shape.get("values", [])) or alike.get(path, "true, false")))
    return found


def _sdk() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for union in (StrictWidgetComponent, StrictWidgetRoot):
        schema = TypeAdapter[Any](union).json_schema()
        definitions: dict[str, Any] = schema["$defs"]
        for name, ref in schema["discriminator"]["mapping"].items():
            yield name, definitions[_name(ref)], definitions


def _props(schema: dict[str, Any], definitions: dict[str, Any], within: str = "") -> Iterator[Prop]:
    for name, about in schema["properties"].items():
        if not within and name in COMMON:
            continue
        path = f"{within}{name}"
        members = list(_members(about))
        yield Prop(path, _values(name, members), name in schema.get("required", []))
        inner: dict[str, Prop] = {}
        for member in members:
            target = definitions.get(_name(member.get("$ref", "")), {})
            if name != "children" and "properties" in target and not _explained(member):
                for prop in _props(target, definitions, f"{path}."):
                    before = inner.get(prop.path)
                    words = prop.values if before is None else _words_of_both(before.values, prop.values)
                    inner[prop.path] = Prop(prop.path, words, prop.needed)
        yield from inner.values()


def _members(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The alternatives of a union, and the items of a list as if they were one."""
    unions = [schema[key] for key in ("anyOf", "oneOf") if key in schema]
    for member in [member for union in unions for member in union] or [schema]:
        if member is not schema:
            yield from _members(member)
        elif "items" in member:
            yield {"type": "array"}
            yield from _members(member["items"])
        else:
            yield member


def _values(name: str, members: list[dict[str, Any]]) -> str:
    targets = {_name(member.get("$ref", "")) for member in members} - {""}
    types = {str(member.get("type")) for member in members}
    if name == "children":
        return "nodes" if "array" in types else "node"
    if targets & _EDGES:
        return "edge, edge by side"
    if explained := next((_EXPLAINED[target] for target in targets if target in _EXPLAINED), None):
        return explained
    if any("bolt" in member.get("enum", []) for member in members):
        return "icon"
    words = [str(word) for member in members for word in member.get("enum", [member.get("const")])]
    lengthy = types >= {"string"} and types & {"number", "integer"} and name not in _PLAIN_NUMBERS and not targets
    if lengthy and "array" not in types and "object" not in types:
        return "space" if name in _SPACES else "length"
    kinds = [_kind(member) for member in members if member.get("const") is None and "enum" not in member]
    if targets:
        kinds.append("object")
    if "array" in types:
        return "list of objects"
    return ", ".join(dict.fromkeys([*filter(None, [_words(words)]), *filter(None, kinds)]))


def _kind(member: dict[str, Any]) -> str:
    if member.get("format") == "date-time":
        return "date"
    return "text" if member.get("type") == "string" else _KINDS.get(str(member.get("type")), "")


def _explained(member: dict[str, Any]) -> bool:
    return _name(member.get("$ref", "")) in {*_EXPLAINED, *_EDGES}


def _words(values: list[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values if value not in (None, "None", "False"))


def _words_of_both(one: str, other: str) -> str:
    return ", ".join(dict.fromkeys([*one.split(", "), *other.split(", ")]))


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def described() -> dict[str, dict[str, Any]]:
    """What nodes.toml says of each node."""
    return tomllib.loads((WORDS / "nodes.toml").read_text(encoding="utf-8"))


def meaning(node: dict[str, Any], prop: Prop) -> dict[str, str] | None:
    """default, means, and sometimes values: what this node says of a prop, or else what holds for all."""
    shared = tomllib.loads((WORDS / "props.toml").read_text(encoding="utf-8"))
    said = node.get("props", {}).get(prop.path, shared.get(prop.path))
    return {"means": said} if isinstance(said, str) else said


def sample(node: dict[str, Any]) -> dict[str, Any]:
    """The widget of the node's picture."""
    return json.loads(node["example"])


def digest(node: dict[str, Any]) -> str:
    """Of the sample: what its picture was drawn from."""
    return hashlib.sha256(json.dumps(sample(node), sort_keys=True).encode()).hexdigest()[:16]


def picture(name: str) -> Path:
    return PICTURES / f"{name.lower().replace('.', '-')}.webp"


def drawn_from(file: Path) -> str | None:
    """The digest that a picture carries; None for none."""
    if not file.is_file():
        return None
    with Image.open(file) as image:
        return bytes(image.info.get("xmp", b"")).decode()


def text() -> str:
    """The page."""
    types, parts, group = nodes(), [(WORDS / "values.md").read_text(encoding="utf-8").rstrip()], ""
    for name, node in described().items():
        if node["group"] != group:
            group = node["group"]
            parts.append(f"## {group}")
        parts += [f"### {name}", node["about"], f"![{node['alt']}](pictures/{picture(name).name})"]
        parts.append(f"```json\n{node['example'].strip()}\n```")
        parts.append(
            "\n".join(["| Prop | Values | Default | Meaning |", "| --- | --- | --- | --- |", *_rows(node, types[name])])
        )
    return "\n\n".join(parts) + "\n"


def _rows(node: dict[str, Any], props: list[Prop]) -> Iterator[str]:
    for prop in props:
        said = meaning(node, prop)
        if said is None:
            raise SystemExit(f"scripts/widget_nodes says nothing of {prop.path} in: {node['about']}")
        default = said.get("default", "")
        default = default if default in {"", "true", "false", "required"} or default[0].isdigit() else f"`{default}`"
        default = "required" if prop.needed else default
        cells = [f"`{prop.path}`", said.get("values", prop.values), default, said["means"]]
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |")


def vocabulary() -> str:
    """What the page says, as JSON: nodes in their order, what each prop takes and means, and which words it can be."""
    roots = set(TypeAdapter[Any](StrictWidgetRoot).json_schema()["discriminator"]["mapping"])
    types = nodes()
    found = {
        name: {
            "group": node["group"],
            "about": node["about"],
            "example": sample(node),
            **({"root": True} if name in roots else {}),
            "props": {prop.path: _entry(node, prop) for prop in types[name]},
        }
        for name, node in described().items()
    }
    page = {"icons": ICONS, "common": _table("Prop"), "action": _table("Field"), "nodes": found}
    return json.dumps(page, ensure_ascii=False, separators=(",", ":")) + "\n"


def _entry(node: dict[str, Any], prop: Prop) -> dict[str, Any]:
    said = meaning(node, prop) or {}
    entry: dict[str, Any] = {"values": said.get("values", prop.values), "means": said.get("means", "")}
    if prop.needed:
        entry["required"] = True
    elif default := said.get("default"):
        entry["default"] = default
    return entry | _choices(prop.path, prop.values)


def _choices(path: str, values: str) -> dict[str, Any]:
    """choices: words that it takes. open: whether it takes others, too."""
    if values in ("icon", "action", "nodes", "node"):
        return {"is": values}
    words = re.findall(r"`([^`]+)`", values)
    if "colour" in values and not words:
        part = path.rpartition(".")[2]
        kind = "a background" if part == "background" else "a series" if "series" in path else "a text or icon"
        words = _colours("an edge" if path.startswith(("border", "divider")) else kind)
    if "true, false" in values:
        words += ["true", "false"]
    is_open = any(kind in values for kind in ("text", "number", "colour", "space", "length", "object"))
    return {"choices": words, **({"open": True} if is_open else {})} if words else {}


def _colours(of: str) -> list[str]:
    row = next(
        line for line in (WORDS / "values.md").read_text(encoding="utf-8").split("\n") if line.startswith(f"| {of}")
    )
    return re.findall(r"`([^`]+)`", row)


def _table(heading: str) -> dict[str, dict[str, Any]]:
    """The table of values.md whose first column has that heading."""
    text = (WORDS / "values.md").read_text(encoding="utf-8")
    rows = text.partition(f"| {heading} | Values |")[2].partition("\n\n")[0].split("\n")[2:]
    found: dict[str, dict[str, Any]] = {}
    for row in filter(None, rows):
        name, values, default, means = (cell.strip() for cell in row.strip("| ").replace("| |", "|  |").split("|"))
        entry: dict[str, Any] = {"values": values, "means": means}
        if default == "required":
            entry["required"] = True
        elif default:
            entry["default"] = default.strip("`")
        found[name.strip("`")] = entry | _choices(name.strip("`"), values)
    return found


def draw_picture(name: str, node: dict[str, Any]) -> None:
    PICTURES.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(draw(sample(node)))) as image:
        image.save(picture(name), "WEBP", lossless=True, method=6, xmp=digest(node).encode())


def main() -> None:
    PAGE.write_text(text(), encoding="utf-8")
    VOCABULARY.write_text(vocabulary(), encoding="utf-8")
    for name, node in described().items():
        if drawn_from(picture(name)) != digest(node):
            print(picture(name).relative_to(ROOT))
            draw_picture(name, node)


if __name__ == "__main__":
    main()
