"""Sample data for a widget that came without any, made of its ``jsonSchema``.

What the schema names itself counts first: ``examples``, ``default``, ``const`` and ``enum``. All else is the plainest
value that it allows: a text is the name of its property, a list has two entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

#: Deeper than any widget's data, and more of it; a schema may refer to itself.
_DEEPEST: Final = 8
_MOST: Final = 1000
_ENTRIES: Final = 2
_FORMATS: Final = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}
#: Ends of the names of properties that hold addresses.
_ADDRESSES: Final = ("url", "src", "href", "link", "image", "avatar", "logo", "favicon")


def sample_of(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Data that a schema seems to allow; None where it describes no object. It is for the caller to validate it."""
    made = _value(schema, _Root(schema), "", 0)
    return cast("dict[str, Any]", made) if isinstance(made, dict) else None


@dataclass(slots=True)
class _Root:
    """The whole schema, and how many values may still be made of it."""

    schema: Mapping[str, Any]
    left: int = _MOST


def _value(given: Any, root: _Root, name: str, depth: int) -> Any:
    root.left -= 1
    if depth > _DEEPEST or root.left < 0:
        return None
    part = _resolved(given, root)
    for key in ("examples", "enum"):
        if isinstance(named := part.get(key), list) and named:
            return cast("list[Any]", named)[0]
    for key in ("default", "const", "example"):
        if key in part:
            return part[key]
    for key in ("oneOf", "anyOf"):
        if isinstance(branches := part.get(key), list) and branches:
            listed = cast("list[Any]", branches)
            chosen = next((one for one in listed if not _is_null(one)), listed[0])
            others = {name: value for name, value in part.items() if name != key}
            return _value({**others, **_resolved(chosen, root)}, root, name, depth + 1)
    match _type(part):
        case "object":
            return _object(part, root, depth)
        case "array":
            return _array(part, root, name, depth)
        case "string":
            return _text(part, name)
        case "integer" | "number" as kind:
            return _number(part, whole=kind == "integer")
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(part, name)


def _resolved(given: Any, root: _Root, depth: int = 0) -> dict[str, Any]:
    """The part itself, with what it refers to in this file and with all parts of ``allOf``, which count as values."""
    part = dict(cast("Mapping[str, Any]", given)) if isinstance(given, Mapping) else {}
    for _ in range(_DEEPEST):
        if not isinstance(reference := part.pop("$ref", None), str):
            break
        found: Any = root.schema
        for step in filter(None, reference.removeprefix("#").split("/")):
            found = cast("Mapping[str, Any]", found).get(step) if isinstance(found, Mapping) else None
        referred: dict[str, Any] = dict(cast("Mapping[str, Any]", found)) if isinstance(found, Mapping) else {}
        part = {**referred, **part}
    for each in cast("list[Any]", part.pop("allOf", None) or []):
        root.left -= 1
        if depth >= _DEEPEST or root.left < 0:
            break
        more = _resolved(each, root, depth + 1)
        first, second = (cast("dict[str, Any]", one.get("properties") or {}) for one in (part, more))
        required: list[Any] = [*(part.get("required") or []), *(more.get("required") or [])]
        part = more | part
        if first or second:
            part |= {"properties": first | second, "required": required}
    return part


def _object(part: dict[str, Any], root: _Root, depth: int) -> dict[str, Any]:
    properties = cast("dict[str, Any]", part.get("properties") or {})
    required = [str(name) for name in cast("list[Any]", part.get("required") or [])]
    names = [*properties, *(name for name in required if name not in properties)]
    made = {name: _value(properties.get(name, {}), root, name, depth + 1) for name in names}
    return {name: value for name, value in made.items() if value is not None or name in required}


def _array(part: dict[str, Any], root: _Root, name: str, depth: int) -> list[Any]:
    prefix = cast("list[Any]", part.get("prefixItems") or [])
    first = [_value(one, root, name, depth + 1) for one in prefix]
    number = max(int(part.get("minItems", 0)), min(_ENTRIES, int(part.get("maxItems", _ENTRIES))))
    one = part.get("items")
    if one is False or (one is None and first):
        return first
    more = [_value(one, root, name, depth + 1) for _ in range(min(number, 100) - len(first))]
    return [*first, *(value for value in more if value is not None)]


def _text(part: dict[str, Any], name: str) -> str:
    if (known := _FORMATS.get(str(part.get("format")))) is not None:
        return known
    plain = name.lower()
    if plain.endswith(_ADDRESSES):
        return f"https://example.com/{plain}.png" if plain.endswith(("src", "image", "avatar")) else _FORMATS["uri"]
    text = name.replace("_", " ").replace("-", " ").strip().capitalize() or "Text"
    text = text.ljust(min(int(part.get("minLength", 0)), 1000), ".")
    return text[: int(part["maxLength"])] if "maxLength" in part else text


def _number(part: dict[str, Any], *, whole: bool) -> float:
    """1, or the number next to it that is allowed; 1, too, where that is beyond all numbers."""
    try:
        return _near_one(part, whole=whole)
    except (OverflowError, ValueError):  # the parser takes 1e400 and NaN
        return 1


def _near_one(part: dict[str, Any], *, whole: bool) -> float:
    step = float(part.get("multipleOf") or 1)
    above, below = part.get("exclusiveMinimum"), part.get("exclusiveMaximum")
    least = part.get("minimum", None if above is None else above + step)
    most = part.get("maximum", None if below is None else below - step)
    value = 1.0 if least is None else max(1.0, float(least))
    if most is not None:
        value = min(value, float(most))
    value = round(value / step) * step
    return int(value) if whole or value == int(value) else value


def _type(part: dict[str, Any]) -> str:
    kind: Any = part.get("type")
    if isinstance(kind, list):
        kind = next((one for one in cast("list[Any]", kind) if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in part or "required" in part else "array" if "items" in part else ""


def _is_null(part: Any) -> bool:
    return isinstance(part, Mapping) and cast("Mapping[str, Any]", part).get("type") == "null"
