"""What an agent or a workflow returns, as text for the user."""

import json
from typing import Any, cast

#: Keys under which an exported workflow returns text that is meant to be read, in this order.
_TEXT_KEYS = ("output_text", "safe_text", "message", "text", "answer", "response")


class Refusal(dict[str, Any]):
    """The result of the exporter's ``build_guardrail_fail_output``, which is not meant for users."""


def as_markdown(value: Any) -> str:
    """Markdown; empty where there is no text."""
    if isinstance(value, Refusal):
        return _refusal(value)
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        fields = dict(cast("dict[str, Any]", value))
        fields.pop("input_as_text", None)  # what the user wrote: the workflow returns what it was given
        for key in _TEXT_KEYS:
            if isinstance(found := fields.get(key), str) and found.strip():
                return _text(found)
        return _fields(fields, "")
    if isinstance(value, list):
        return "\n".join(f"- {_inline(each)}" for each in cast("list[Any]", value))
    return "" if value is None else str(value)


def brief(value: Any, limit: int = 300) -> str:
    """A step's result as one line or a few; cut where it is long."""
    text = as_markdown(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(text: str) -> str:
    """Text as it is; a structured output that was turned into text is formatted by its fields."""
    if text.lstrip()[:1] == "{":
        try:
            return as_markdown(json.loads(text))
        except ValueError:
            return text
    return text


def _fields(fields: dict[str, Any], indent: str) -> str:
    lines: list[str] = []
    for key, value in fields.items():
        if value in (None, "", [], {}):
            continue
        name = _name(key)
        if isinstance(value, dict):
            lines += [f"{indent}- **{name}**", _fields(cast("dict[str, Any]", value), indent + "  ")]
        elif isinstance(value, list):
            text = "; ".join(_inline(each) for each in cast("list[Any]", value))
            lines.append(f"{indent}- **{name}**: {text}")
        else:
            lines.append(f"{indent}- **{name}**: {_inline(value)}")
    return "\n".join(line for line in lines if line)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return ", ".join(f"{_name(key)}: {_inline(each)}" for key, each in fields.items())
    return str(value)


def _name(key: str) -> str:
    spaced = key.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def _refusal(results: Refusal) -> str:
    failed = [
        _name(key).lower()
        for key, result in results.items()
        if isinstance(result, dict) and cast("dict[str, Any]", result).get("failed")
    ]
    # Older exports have a list in place of that.
    listed: list[dict[str, Any]] = results.get("failures") or []
    failed += [str(each.get("guardrail_name")).lower() for each in listed]
    why = f" ({', '.join(failed)})" if failed else ""
    return f"I cannot help with that message: it was stopped by this assistant's guardrails{why}."
