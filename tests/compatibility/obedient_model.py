"""A strict model server whose model does what the user writes: ``call TOOL {"json": "arguments"}`` calls the tool.

Everything else is answered in words, and a request for structured output with the smallest value that fits its
schema. So a harness can drive somebody's agent, whose tools it meets for the first time in the requests themselves.
"""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from typing_extensions import override

from tests.model_server import PROFILES, Call, ModelServer, Say, Step, Structured
from tests.sdk_server import serve

ANSWER = "That is a good question, and this is the answer."
_CALL = re.compile(r"\bcall (\w[\w.-]*) (?=\{)")


@dataclass
class ObedientModel(ModelServer):
    """A model server without a script. ``tools`` has the parameters of every function that was offered, by name."""

    @property
    def tools(self) -> dict[str, dict[str, Any]]:
        return {name: schema for body in self.requests for name, schema in _functions(body).items()}

    @override
    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        functions = _functions(body)
        text, answered = _last_user_text(body)
        asked = _CALL.search(text)
        if asked and asked[1] in functions and not answered:
            arguments, _ = json.JSONDecoder().raw_decode(text[asked.end() :])
            return Call(asked[1], arguments)
        if (schema := _output_schema(body)) is not None:
            return Structured(smallest(schema))
        return Say(ANSWER)


@asynccontextmanager
async def obedient_model(profile: str = "openai") -> AsyncGenerator[ObedientModel]:
    """The server inside the block. What it refused is in ``refused``: here a refusal is the caller's to judge."""
    model = ObedientModel([], profile=PROFILES[profile], expect_refusals=True)
    async with serve(model.app()) as address:
        model.address = f"{address}/v1"
        yield model


def smallest(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """A value that fits the JSON schema; what is optional is left out."""
    root = root or schema
    if "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return smallest(found, root)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return smallest(schema[choice][0], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    match kind:
        case "object":
            properties = cast("dict[str, dict[str, Any]]", schema.get("properties", {}))
            required = schema.get("required", list(properties))
            return {name: smallest(properties[name], root) for name in required if name in properties}
        case "array":
            return [smallest(schema["items"], root)] if schema.get("items") else []
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "2026-12-24" if "date" in schema.get("format", "") else "Paris"


def _functions(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name -> parameters, in either of the two APIs."""
    tools = [tool.get("function", tool) for tool in body.get("tools") or [] if tool.get("type") == "function"]
    return {tool["name"]: tool.get("parameters") or {} for tool in tools}


def _last_user_text(body: dict[str, Any]) -> tuple[str, bool]:
    """What the user wrote last, and whether a tool has answered since."""
    given = body.get("input", body.get("messages", ""))
    if isinstance(given, str):
        return given, False
    answered = False
    for item in reversed(cast("list[dict[str, Any]]", given)):
        if item.get("type") == "function_call_output" or item.get("role") == "tool":
            answered = True
        if item.get("role") == "user" and (text := _text(item.get("content"))):
            return text, answered
    return "", answered


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or "" for part in content or [])


def _output_schema(body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = (body.get("text") or {}).get("format") or body.get("response_format") or {}
    if wanted.get("type") != "json_schema":
        return None
    return wanted.get("schema") or wanted["json_schema"]["schema"]
