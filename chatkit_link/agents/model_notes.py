"""Notes for a model that stand in a user's place: about files, quotes, tags, widgets, and what was displayed.

The input of models has no role of its own for them. The invariant: what stands in a user's place and is not the
user's words begins with ``NOTE``. So whatever reads such input and shows some of it, as the offline model does with
what it searches for, can leave the notes out.
"""

from typing import Any, cast

NOTE = "[Note for the assistant, not written by the user]"


def as_note(text: str) -> str:
    """The text, marked."""
    return text if text.startswith(NOTE) else f"{NOTE}\n{text}"


def notes_in(content: Any) -> str:
    """The notes of a user's item in a model's input (OpenAI Responses format), without their marks."""
    return "\n".join(text.removeprefix(NOTE).strip() for text in _texts(content) if text.startswith(NOTE))


def user_words(content: Any) -> str | None:
    """What the user wrote in such an item; None where there are only notes."""
    words = [text for text in _texts(content) if not text.startswith(NOTE)]
    return "".join(words) if words else None


def with_notes_marked(item: Any, *, words: bool = False) -> Any:
    """A user's item with its texts marked; an item of another role as it is.

    words: its first text is what the user wrote.
    """
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    if fields.get("role") != "user" or not isinstance(fields.get("content"), list):
        return cast("Any", item)
    parts = cast("list[dict[str, Any]]", fields["content"])
    return {
        **fields,
        "content": [
            {**part, "text": as_note(part["text"])} if "text" in part and (at or not words) else part
            for at, part in enumerate(parts)
        ],
    }


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = cast("list[dict[str, Any]]", content or [])
    return [str(part["text"]) for part in parts if part.get("text") is not None]
