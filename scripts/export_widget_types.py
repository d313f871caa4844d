"""Writes what the installed ChatKit SDK knows of widgets, for the test that holds our renderers against it.

A shape is ``{"values": [...]}`` for a prop that takes one of these words, ``{"fields": {...}}`` for one that takes
an object, and ``{}`` for everything else. Lists are the shape of their items; a union is all of its members at once.
Run it when the SDK is raised: ``.venv/bin/python scripts/export_widget_types.py``.
"""

import json
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from chatkit.icons import IconName
from chatkit.widgets import StrictWidgetComponent, StrictWidgetRoot
from pydantic import TypeAdapter

Shape = dict[str, Any]
FIXTURE: Final = Path(__file__).parent.parent / "frontend" / "src" / "widgets" / "contract" / "sdk.json"


def widget_types() -> Shape:
    """``nodes``: for each type of node its props and their shapes; ``icons``: the names that need no prefix."""
    nodes: Shape = {}
    for union in (StrictWidgetComponent, StrictWidgetRoot):
        schema = TypeAdapter[Any](union).json_schema()
        definitions: dict[str, Any] = schema["$defs"]
        for name in schema["discriminator"]["mapping"]:
            properties = definitions[_definition_of(schema, name)]["properties"]
            nodes[name] = {
                prop: {} if prop in {"children", "type"} else _shape(of, definitions) for prop, of in properties.items()
            }
    return {"nodes": dict(sorted(nodes.items())), "icons": _icons()}


def _icons() -> list[str]:
    # The other members are patterns for prefixed names.
    return [icon for member in get_args(IconName) if get_origin(member) is Literal for icon in get_args(member)]


def _definition_of(schema: Shape, name: str) -> str:
    return str(schema["discriminator"]["mapping"][name]).removeprefix("#/$defs/")


def _shape(schema: Shape, definitions: dict[str, Any]) -> Shape:
    if "$ref" in schema:
        return _shape(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "items" in schema:
        return _shape(schema["items"], definitions)
    members = [_shape(member, definitions) for key in ("anyOf", "oneOf") for member in schema.get(key, [])]
    if schema.get("enum") == _icons():
        return {}
    values = [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]
    fields = {name: _shape(of, definitions) for name, of in schema.get("properties", {}).items()}
    return _union([{"values": values, "fields": fields}, *members])


def _union(shapes: list[Shape]) -> Shape:
    values: list[Any] = []
    fields: Shape = {}
    for shape in shapes:
        values += [value for value in shape.get("values", []) if isinstance(value, str) and value not in values]
        for name, field in shape.get("fields", {}).items():
            fields[name] = _union([fields[name], field]) if name in fields else field
    return {key: found for key, found in (("values", values), ("fields", fields)) if found}


def write() -> None:
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_text(text(), encoding="utf-8")


def text() -> str:
    return json.dumps(widget_types(), indent=2) + "\n"


if __name__ == "__main__":
    write()
