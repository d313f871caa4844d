"""A tool's output as a model may receive it: bounded, and without what a database or JSON refuses.

A tool may return megabytes, which each later request would carry, or half a surrogate pair, with which no request can
be written at all. How it flows: ``BoundedInput`` passes each request of a run before it is sent, also what old turns
left in the database; ``bounded_record`` passes what a turn stores. Every cut is marked where it is made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from agents import RunConfig, TResponseInputItem
from agents.run_config import CallModelData, ModelInputData

from chatkit_link.wire.sanitize import clean_value

#: Characters of one output, where no setting says otherwise: about 25,000 tokens, of which a usual context holds a few.
OUTPUT_LIMIT: Final = 100_000
#: All outputs that a turn's record stores, in limits of one.
_RECORDED: Final = 4
#: Characters of an image or a file within an output (base64: about 15 MB). Servers take 20 MB and more.
_INLINE: Final = 20_000_000
_LEFT_OUT: Final = re.compile(r"\[(An image|A file) of [\d,]+ characters was here and is left out\.\]")
_DATA_URL: Final = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,")
_NOTE: Final = re.compile(r"\n\[cut: [\d,]+ of ([\d,]+) characters\]\Z")
#: Items of the Responses API that hold an output, beside those whose type ends with ``_output``.
_HOSTED: Final[Mapping[str, tuple[str, ...]]] = {
    "mcp_call": ("output", "error"),
    "code_interpreter_call": ("outputs",),
    "file_search_call": ("results",),
}
_DATA: Final[Mapping[str, tuple[str, str]]] = {
    "input_image": ("image_url", "An image"),
    "input_file": ("file_data", "A file"),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """kept, total: characters of an output."""

    kept: int
    total: int


@dataclass(slots=True)
class _Room:
    """Characters that are left, of texts and of images and files."""

    text: int
    inline: int

    def take(self, text: str) -> str:
        if _LEFT_OUT.fullmatch(text):
            return text
        body, total = _body(text)
        kept = body[: self.text]
        self.text -= len(kept)
        return text if len(kept) == len(body) else f"{kept}\n[cut: {len(kept):,} of {total:,} characters]"


@dataclass(frozen=True, slots=True)
class BoundedInput:
    """A ``call_model_input_filter`` of the Agents SDK. An item that is right as it is stays the same object.

    limit: characters of one tool's output.
    """

    limit: int

    def __call__(self, data: CallModelData[Any]) -> ModelInputData:
        given = data.model_data
        items = [
            cast("TResponseInputItem", _clean(bounded_item(cast("Any", item), self.limit))) for item in given.input
        ]
        return ModelInputData(input=items, instructions=clean_value(given.instructions))


def output_limit(config: RunConfig) -> int:
    """The limit with which a run was configured."""
    bound = config.call_model_input_filter
    return bound.limit if isinstance(bound, BoundedInput) else OUTPUT_LIMIT


def bounded(output: Any, limit: int, inline: int = _INLINE) -> Any:
    """An output as an input item has it (a text, or a list of texts, images and files), cut to ``limit`` characters.

    inline: characters of images and files in it that are kept; each beyond them is replaced by a line about it.
    """
    return _bounded(output, _Room(limit, inline))


def bounded_item(item: dict[str, Any], limit: int, inline: int = _INLINE) -> dict[str, Any]:
    """An input item with its output bounded; one without is the same object."""
    room = _Room(limit, inline)
    changed = {name: _bounded(item[name], room) for name in _fields(item) if item.get(name)}
    return item | changed if any(item[name] != value for name, value in changed.items()) else item


def bounded_record(items: Sequence[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The items of a turn, for the database. The newest outputs have the first right to the room of all of them."""
    left, kept = _RECORDED * limit, list[dict[str, Any]]()
    for item in reversed(items):
        room = min(limit, left)
        bound = _clean(bounded_item(item, room, inline=room))
        left -= min(room, sum(_length(bound[name]) for name in _fields(bound) if bound.get(name)))
        kept.append(bound)
    return kept[::-1]


def outputs_of(item: Mapping[str, Any]) -> list[Any]:
    """What a tool returned, where the input item holds that."""
    return [item[name] for name in _fields(item) if item.get(name)]


def cut_of(result: Any, limit: int) -> Cut | None:
    """How a tool's result is cut, as the tool returned it; None where the model gets all of it."""
    total = _length(result)
    return Cut(limit, total) if total > limit else None


def _fields(item: Mapping[str, Any]) -> tuple[str, ...]:
    kind = str(item.get("type", ""))
    return ("output",) if kind.endswith("_output") else _HOSTED.get(kind, ())


def _bounded(value: Any, room: _Room) -> Any:
    if isinstance(value, str):
        return value if _DATA_URL.match(value) and len(value) <= room.inline else room.take(value)
    if isinstance(value, list):
        return [_bounded(part, room) for part in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    part = cast("dict[str, Any]", value)
    field, noun = _DATA.get(str(part.get("type")), ("", ""))
    data = part.get(field)
    if not isinstance(data, str):
        return {name: each if name == "type" else _bounded(each, room) for name, each in part.items()}
    if field == "image_url" and not data.startswith("data:"):
        return part
    if len(data) <= room.inline:
        room.inline -= len(data)
        return part
    return {"type": "input_text", "text": f"[{noun} of {len(data):,} characters was here and is left out.]"}


def _body(text: str) -> tuple[str, int]:
    """A text without the line about its cut, and its length before."""
    note = _NOTE.search(text[-80:])
    return (text, len(text)) if note is None else (text[: -len(note[0])], int(note[1].replace(",", "")))


def _length(value: Any) -> int:
    """Characters of the text in an output."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple):
        return sum(_length(part) for part in cast("list[Any]", value))
    if isinstance(value, dict):
        part = cast("dict[str, Any]", value)
        if part.get("type") in ("image", "file", "input_image", "input_file"):
            return 0
        return sum(_length(each) for name, each in part.items() if name != "type")
    text = getattr(value, "text", None)
    return len(text) if isinstance(text, str) else len(str(value))


def _clean(item: dict[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = clean_value(item)
    return item if cleaned == item else cleaned
