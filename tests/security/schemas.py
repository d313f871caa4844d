"""JSON values by a JSON schema of pydantic's, and now and then by none: for hypothesis."""

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(max_size=30) | st.sampled_from(["", "\x00", "\ud83d", "../..", "1e999", "x" * 2000])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def values(schema: dict[str, Any], definitions: dict[str, Any] | None = None) -> st.SearchStrategy[Any]:
    """Values that fit the schema, mostly: one part in a dozen is anything at all, and optional parts are missing."""
    known = schema.get("$defs", {}) if definitions is None else definitions
    fitting = st.deferred(lambda: _fitting(schema, known))
    return st.integers(0, 11).flatmap(lambda number: ANYTHING if number == 0 else fitting)


def _fitting(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _fitting(known[schema["$ref"].rpartition("/")[2]], known)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if choices := schema.get("oneOf", schema.get("anyOf")):
        return st.one_of(*(_fitting(choice, known) for choice in choices))
    match schema.get("type"):
        case "object":
            properties = {name: values(part, known) for name, part in schema.get("properties", {}).items()}
            required = {name: part for name, part in properties.items() if _needed(name, schema)}
            optional = {name: part for name, part in properties.items() if not _needed(name, schema)}
            extra = schema.get("additionalProperties")
            if not properties and extra:
                return st.dictionaries(TEXT, values(extra, known) if isinstance(extra, dict) else ANYTHING, max_size=3)
            return st.fixed_dictionaries(required, optional=optional)
        case "array":
            return st.lists(values(schema.get("items", {}), known), max_size=4)
        case "string":
            return TEXT
        case "integer":
            return st.integers(-5, 200) | st.integers()
        case "number":
            return st.floats()
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return ANYTHING


def _needed(name: str, schema: dict[str, Any]) -> bool:
    """A tag such as ``type`` has a default, but nothing is understood without it."""
    return name in schema.get("required", []) or "const" in schema["properties"][name]
