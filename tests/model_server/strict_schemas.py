"""JSON schemas that are to be followed exactly.

https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
Bodies: https://github.com/xemantic/xemantic-ai-tool-schema/issues/37 (closed objects),
https://github.com/lastmile-ai/openai-agents-mcp/issues/2 (inner ones), https://github.com/kevinwatt/mysql-mcp/issues/5
(required).
"""

from typing import Any

from tests.model_server.failures import invalid

_UNSUPPORTED = ("allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "patternProperties")


def check_strict(schema: Any, name: str, param: str, code: str) -> None:
    """Every object closed, every property required; the root an object."""

    def wrong(context: tuple[str, ...], reason: str) -> Exception:
        shown = "(" + ", ".join(f"'{each}'" for each in context) + ("," if len(context) == 1 else "") + ")"
        return invalid(f"Invalid schema for {name}: In context={shown}, {reason}", param, code)

    def walk(node: Any, context: tuple[str, ...]) -> None:
        if not isinstance(node, dict):
            return
        for keyword in _UNSUPPORTED:
            if keyword in node:
                raise wrong(context, f"'{keyword}' is not permitted.")
        if node.get("type") == "object" or "properties" in node:
            if node.get("additionalProperties") is not False:
                raise wrong(context, "'additionalProperties' is required to be supplied and to be false.")
            for each in node.get("properties", {}):
                if each not in node.get("required", []):
                    raise wrong(
                        context,
                        "'required' is required to be supplied and to be an array including every key in properties. "
                        f"Missing '{each}'.",
                    )
        for group in ("properties", "$defs", "definitions"):
            for key, inner in (node.get(group) or {}).items():
                walk(inner, (*context, group, key))
        walk(node.get("items"), (*context, "items"))
        for index, inner in enumerate(node.get("anyOf") or []):
            walk(inner, (*context, "anyOf", str(index)))

    if not isinstance(schema, dict) or schema.get("type") != "object":
        kind = schema.get("type") if isinstance(schema, dict) else None
        raise invalid(
            f"Invalid schema for {name}: schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'.",
            param, code,
        )  # fmt: skip
    walk(schema, ())
