"""The conversation of an exported workflow: its code knows one message only, its agents get the thread.

Where the file writes the user's message into a list of its own, the thread's earlier turns are put before it there and
then, so that what the file does to that list is done to all of it. Whatever still reaches an agent without them gets
them there. A file that keeps the earlier turns itself has them already.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

from chatkit_link.agents.history import History


class Conversation:
    """Of one answer. text: the user's message as the file gets it."""

    def __init__(self, history: History, text: str) -> None:
        self._text = text.strip()
        self._earlier: list[Any] = list(history.earlier)
        self._message: list[Any] = history.input[len(history.earlier) :]
        self._ours = {id(item) for item in (*self._earlier, *self._message)}
        self._earlier_texts = {text for item in self._earlier if (text := _user_text(item))}
        self._contains = re.compile(rf"(?<!\w){re.escape(self._text)}(?!\w)") if self._text else None
        self._is_kept_by_file = False

    def remember_kept(self, kept: Any) -> None:
        """Look whether what the file has kept since the earlier turns, its state, has their messages in it."""
        texts = {_user_text(each) for each in _dicts(kept)}
        self._is_kept_by_file = bool(texts & self._earlier_texts)

    def join(self, value: list[Any]) -> list[Any]:
        """A list in which the file has written a user's message, with the earlier turns before it."""
        if self._is_kept_by_file:
            return value
        return self._joined(value, self._place(value, exact=False))

    def given(self, value: Any, *, alone: bool, keeps: bool) -> Any:
        """The input of an agent.

        Args:
            alone: it is written out in place.
            keeps: the file gives a list that it keeps to some agent, so that an input alone is so on purpose.
        """
        if isinstance(value, str):
            return self._given_text(value, keeps=keeps)
        items = cast("list[Any]", value)
        if not isinstance(value, list) or (alone and keeps):
            return items
        return items if self._is_kept_by_file else self._joined(items, self._place(items, exact=keeps))

    def _given_text(self, value: str, *, keeps: bool) -> Any:
        if value.strip() == self._text:
            return [*self._earlier, *(self._message or [{"role": "user", "content": value}])]
        if not keeps and self._earlier and self._contains is not None and self._contains.search(value):
            return [*self._earlier, {"role": "user", "content": value}]
        return value

    def _joined(self, items: list[Any], place: int | None) -> list[Any]:
        if place is None or id(items[place]) in self._ours or self._has_earlier(items[:place]):
            return items
        is_message = _user_text(items[place]) == self._text and bool(self._message)
        return [*items[:place], *self._earlier, *(self._message if is_message else [items[place]]), *items[place + 1 :]]

    def _place(self, items: list[Any], *, exact: bool) -> int | None:
        """Where the user's message is, or else one that contains it."""
        texts = [_user_text(item) for item in items]
        if self._text in texts and self._text:
            return texts.index(self._text)
        if exact or self._contains is None:
            return None
        return next((at for at, text in enumerate(texts) if self._contains.search(text)), None)

    def _has_earlier(self, items: list[Any]) -> bool:
        return any(id(item) in self._ours or _user_text(item) in self._earlier_texts for item in items)


def _user_text(item: Any) -> str:
    """What the user wrote in a model's input item; empty where it is another's."""
    if not isinstance(item, dict):
        return ""
    fields = cast("dict[str, Any]", item)
    content = fields.get("content")
    if isinstance(content, list):
        parts = cast("list[Any]", content)
        content = "".join(str(part.get("text") or "") for part in parts if hasattr(part, "get"))
    return content.strip() if fields.get("role") == "user" and isinstance(content, str) else ""


def _dicts(value: Any) -> Iterable[dict[str, Any]]:
    """All dictionaries inside of JSON."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        yield fields
        value = list(fields.values())
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _dicts(each)
