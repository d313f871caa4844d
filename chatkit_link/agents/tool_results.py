"""What a tool has returned as JSON, and back: for a model, and for a run that a tool ends.

What JSON has a form for stays as it is; objects of pydantic and data classes keep their class by its name, where it
can be found again, and are their text otherwise, which is what a model gets of them.
"""

import dataclasses
import json
import sys
from typing import Any, Final, cast

from pydantic import BaseModel, TypeAdapter

from chatkit_link.agents.tool_failures import ToolFailure

#: Characters of one result. A model gets less than that of a text; this is for images and files.
LARGEST: Final = 4_000_000
TOO_LARGE: Final = {"$failure": "This call was carried out, but its output was too large to be kept. It is not known."}


def to_json(result: Any) -> Any:
    encoded = _encode(result)
    return encoded if len(json.dumps(encoded)) <= LARGEST else TOO_LARGE


def from_json(stored: Any) -> Any:
    if isinstance(stored, list):
        return [from_json(each) for each in cast("list[Any]", stored)]
    if not isinstance(stored, dict):
        return stored
    fields = cast("dict[str, Any]", stored)
    if "$failure" in fields:
        return ToolFailure(fields["$failure"])
    if "$class" in fields:
        return _object(fields)
    return {name: from_json(each) for name, each in fields.get("$dict", fields).items()}


def _encode(value: Any) -> Any:
    match value:
        case ToolFailure():
            return {"$failure": str(value)}
        case None | bool() | int() | float() | str() if type(value) in (type(None), bool, int, float, str):
            return value
        case list():
            return [_encode(each) for each in cast("list[Any]", value)]
        case dict():
            fields = cast("dict[Any, Any]", value)
            if not all(type(name) is str for name in fields):
                return str(fields)
            encoded = {name: _encode(each) for name, each in fields.items()}
            return {"$dict": encoded} if any(name.startswith("$") for name in encoded) else encoded
        case BaseModel():
            return _named(value, value.model_dump(mode="json"))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _named(value, TypeAdapter(type(value)).dump_python(value, mode="json"))
        case _:
            return str(value)


def _named(value: object, fields: Any) -> dict[str, Any]:
    kind = type(value)
    return {"$class": f"{kind.__module__}:{kind.__qualname__}", "fields": fields, "text": str(value)}


def _object(stored: dict[str, Any]) -> Any:
    module, _, path = str(stored["$class"]).partition(":")
    kind: Any = sys.modules.get(module)
    for name in path.split("."):
        kind = getattr(kind, name, None)
    try:
        return TypeAdapter(kind).validate_python(stored["fields"]) if isinstance(kind, type) else stored["text"]
    except ValueError:
        return stored["text"]
