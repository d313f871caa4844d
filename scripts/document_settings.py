"""Writes docs/reference/settings.md from the settings themselves: each with its variables, values, default and meaning.

Run it when a setting changes: ``.venv/bin/python scripts/document_settings.py``. ``scripts/reference/settings.md`` has
the words around the tables, and where each setting stands: a line ``{settings: host, port}`` becomes their table.
"""

import re
import sys
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pydantic import AliasChoices, SecretStr  # noqa: E402 - behind the path
from pydantic.fields import FieldInfo  # noqa: E402

from scripts.markdown import table  # noqa: E402

PAGE: Final = ROOT / "docs" / "reference" / "settings.md"
WORDS: Final = ROOT / "scripts" / "reference" / "settings.md"
_GROUP: Final = re.compile(r"^\{settings: (.+)\}$", re.MULTILINE)
_TYPES: Final[dict[object, str]] = {
    bool: "`true`, `false`", int: "whole number", float: "number", Decimal: "number", str: "text", Path: "path",
    SecretStr: "text", dict: "JSON",
}  # fmt: skip


def fields() -> dict[str, FieldInfo]:
    """Every setting."""
    from chatkit_link.settings import Settings  # noqa: PLC0415 - imported late, wherever its parts stand

    return dict(Settings.model_fields)


def placed() -> list[str]:
    """The settings that the page has a place for."""
    words = WORDS.read_text(encoding="utf-8")
    return [name.strip() for names in _GROUP.findall(words) for name in names.split(",")]


def text() -> str:
    """The page."""
    known = fields()

    def rows(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[1].split(",")]
        return table(
            ["Setting", "Variable", "Values", "Default", "Meaning"], [_row(name, known[name]) for name in names]
        )

    return _GROUP.sub(rows, WORDS.read_text(encoding="utf-8"))


def variables(name: str, field: FieldInfo) -> list[str]:
    """The environment variables that a setting is read from, the first one first."""
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [f"CHATKIT_LINK_{name.upper()}"]


def _row(name: str, field: FieldInfo) -> list[str]:
    names = ", ".join(f"`{variable}`" for variable in variables(name, field))
    return [
        f"`{name}`",
        names,
        _values(field),
        _shown(field.get_default(call_default_factory=True)),
        field.description or "",
    ]


def _shown(default: object) -> str:
    if default is None:
        return "none"
    return "empty" if default == "" else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _values(field: FieldInfo) -> str:
    kind: Any = field.annotation
    if get_origin(kind) is UnionType or type(None) in get_args(kind):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    low, high = _bound(field, "ge"), _bound(field, "le")
    above = _bound(field, "gt")
    least = f"{low:,}" if low is not None else f"more than {above:,}" if above is not None else ""
    if least and high is not None:
        return f"{least} to {high:,}" if low is not None else f"{least}, at most {high:,}"
    if least:
        return least if low is None else f"{least} or more"
    return _TYPES[get_origin(kind) or kind]


def _bound(field: FieldInfo, name: str) -> Any:
    return next((getattr(one, name) for one in field.metadata if hasattr(one, name)), None)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
