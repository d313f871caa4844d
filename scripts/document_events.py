"""Writes docs/reference/events.md from the installed ChatKit SDK: every event of a stream, update, item and task.

Types and fields are the SDK's; words are in ``scripts/reference/events.toml``. Run it when the SDK is raised or a
word changes: ``.venv/bin/python scripts/document_events.py``.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chatkit.types import Task, ThreadItem, ThreadItemUpdate, ThreadStreamEvent  # noqa: E402 - behind the path
from pydantic import BaseModel  # noqa: E402

from scripts.markdown import table  # noqa: E402

PAGE: Final = ROOT / "docs" / "reference" / "events.md"
WORDS: Final = ROOT / "scripts" / "reference" / "events.toml"
UNIONS: Final[dict[str, Any]] = {
    "events": ThreadStreamEvent,
    "updates": ThreadItemUpdate,
    "items": ThreadItem,
    "tasks": Task,
}
#: What every item has, and the page says once.
COMMON: Final = frozenset({"type", "id", "thread_id", "created_at"})


def types(kind: str) -> dict[str, type[BaseModel]]:
    """The value of ``type`` -> the model, of everything in one of the unions."""
    return {str(get_args(model.model_fields["type"].annotation)[0]): model for model in _members(UNIONS[kind])}


def _members(union: Any) -> Iterator[type[BaseModel]]:
    for member in get_args(union):
        if isinstance(member, type) and issubclass(member, BaseModel):
            yield member
        else:
            yield from _members(member)


def words() -> dict[str, dict[str, str]]:
    """Of each union: the value of ``type`` -> what it means. ``text``: the page with a place for each table."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def text() -> str:
    """The page."""
    said = words()
    page = said["page"]["text"].lstrip()
    for kind in UNIONS:
        rows = ([f"`{name}`", _fields(kind, model), said[kind][name]] for name, model in types(kind).items())
        page = page.replace(f"{{{kind}}}", table(["Type", "Fields", "Meaning"], rows))
    return page


def _fields(kind: str, model: type[BaseModel]) -> str:
    hidden = COMMON if kind == "items" else {"type"}
    return ", ".join(f"`{name}`" for name in model.model_fields if name not in hidden)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
