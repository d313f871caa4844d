"""What an agent or a workflow returns, as text for the user."""

import json
from typing import Any, cast

#: Keys under which an exported workflow returns text that is meant to be read, in this order.
_TEXT_KEYS = ("output_text", "safe_text", "message", "text", "answer", "response")

#: Characters of a list that stays in one line, and of a value that a table takes.
_ONE_LINE = 200
_CELL = 120


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
        items = cast("list[Any]", value)
        texts = ["\n".join(_lines(str(number), each, "")) for number, each in enumerate(items, 1)]
        return _table(items) or "\n".join(texts if any(map(_has_block, items)) else (f"- {_inline(e)}" for e in items))
    return "" if value is None else str(value)


def readable_text(value: Any) -> str:
    """The text that a value is, or has under a key that says so; empty where it has fields only."""
    fields = value.model_dump() if hasattr(value, "model_dump") else value
    if isinstance(fields, str):
        return fields
    if not isinstance(fields, dict):
        return ""
    texts = [cast("dict[str, Any]", fields).get(key) for key in _TEXT_KEYS]
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


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
    """Fields as a list; what is Markdown of several lines itself stays whole."""
    blocks: list[str] = []
    lines: list[str] = []
    for key, value in fields.items():
        if value in (None, "", [], {}):
            continue
        block = _block(_name(key), value) if not indent else ""
        if block:
            blocks += [*_joined_lines(lines), block]
            lines = []
        else:
            lines += _lines(_name(key), value, indent)
    return "\n\n".join([*blocks, *_joined_lines(lines)])


def _joined_lines(lines: list[str]) -> list[str]:
    return ["\n".join(line for line in lines if line)] if lines else []


def _block(name: str, value: Any) -> str:
    """A field that is no line of a list: a text of several lines, or rows of a table."""
    if isinstance(value, str) and "\n" in value.strip():
        return f"**{name}**\n\n{value.strip()}"
    table = _table(value)
    return f"**{name}**\n\n{table}" if table else ""


def _lines(name: str, value: Any, indent: str) -> list[str]:
    inner = indent + "  "
    if isinstance(value, dict):
        return [f"{indent}- **{name}**", _fields(cast("dict[str, Any]", value), inner)]
    if isinstance(value, str) and "\n" in value.strip():
        text = "\n".join(f"{inner}{line}".rstrip() for line in value.strip().splitlines())
        return [f"{indent}- **{name}**:\n\n{text}\n"]
    if not isinstance(value, list):
        return [f"{indent}- **{name}**: {_inline(value)}"]
    items = cast("list[Any]", value)
    if any(_has_block(each) for each in items):
        return [line for number, each in enumerate(items, 1) for line in _lines(f"{name} {number}", each, indent)]
    text = "; ".join(_inline(each) for each in items)
    if len(text) <= _ONE_LINE:
        return [f"{indent}- **{name}**: {text}"]
    return [f"{indent}- **{name}**:", *(f"{inner}- {_inline(each)}" for each in items)]


def _has_block(value: Any) -> bool:
    if isinstance(value, dict):
        return any(isinstance(each, dict) or _has_block(each) for each in cast("dict[str, Any]", value).values())
    return isinstance(value, list) or (isinstance(value, str) and "\n" in value.strip())


def _table(value: Any) -> str:
    """Rows with the same fields, each of which is short enough for a cell; empty for anything else."""
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    rows = [cast("dict[str, Any]", row) for row in listed if isinstance(row, dict) and not _has_block(row)]
    if not rows or len(rows) < len(listed):
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(names) < 2 or any(len(str(each)) > _CELL for row in rows for each in row.values()):
        return ""
    cells = [[_name(name) for name in names], ["---"] * len(names)]
    cells += [[_inline(row.get(name, "")).replace("|", "\\|") for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _inline(value: Any) -> str:
    if value is None:
        return ""
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
