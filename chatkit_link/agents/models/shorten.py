"""A conversation that is too long for its model, made shorter from its beginning."""

from collections.abc import Mapping
from typing import Any, cast

from agents import TResponseInputItem

#: Characters of one text that remain when a single turn does not fit.
_LEAST = 2000
#: What an image counts; servers count it by its pixels, not by its base64.
_IMAGE = 4000
_CUT = "\n[... cut: the text is too long for this model ...]\n"


def size_of(items: list[TResponseInputItem]) -> int:
    """Characters of text in it, roughly."""
    return sum(_size(item) for item in items)


def _size(value: Any) -> int:
    if isinstance(value, str):
        return _IMAGE if value.startswith("data:") else len(value)
    if isinstance(value, Mapping):
        return sum(_size(part) for part in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list):
        return sum(_size(part) for part in cast("list[Any]", value))
    return 0


def shorten(items: list[TResponseInputItem]) -> list[TResponseInputItem] | None:
    """About half of the conversation: its newer turns, or the newest turn with its longest output halved.

    None when nothing is left that could go. What the user wrote last is never cut.
    """
    starts = [at for at, item in enumerate(items) if cast("Mapping[str, Any]", item).get("role") == "user"]
    if len(starts) > 1:
        half = size_of(items) // 2
        return next((items[at:] for at in starts[1:] if size_of(items[at:]) <= half), items[starts[-1] :])
    return _halve_longest_output(items)


def _halve_longest_output(items: list[TResponseInputItem]) -> list[TResponseInputItem] | None:
    outputs = [(at, _output(item)) for at, item in enumerate(items)]
    place, longest = max(outputs, key=lambda found: len(found[1]), default=(0, ""))
    if len(longest) <= _LEAST:
        return None
    part = len(longest) // 4
    changed = {**cast("dict[str, Any]", items[place]), "output": longest[:part] + _CUT + longest[-part:]}
    return [*items[:place], cast(TResponseInputItem, changed), *items[place + 1 :]]


def _output(item: TResponseInputItem) -> str:
    """The text of a tool's output, also where it is in a list of parts."""
    output = cast("Mapping[str, Any]", item).get("output")
    if isinstance(output, list):
        parts = cast("list[Mapping[str, Any]]", output)
        return "\n".join(str(part.get("text") or "") for part in parts)
    return output if isinstance(output, str) else ""
