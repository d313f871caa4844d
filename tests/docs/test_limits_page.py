"""The table of what is scarce, in docs/how-to/limits.md, has the bounds of the code, all of them."""

import importlib
import re
from pathlib import Path
from typing import Any

from chatkit_link.files import renditions, uploads
from chatkit_link.files.upload_limits import UploadLimits
from chatkit_link.limits import requests
from chatkit_link.limits.shares import Bounds
from chatkit_link.search import names, page_reader
from chatkit_link.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "chatkit_link"
PAGE = ROOT / "docs" / "how-to" / "limits.md"

#: Row -> the constants that it is about.
CONSTANTS = {
    "callers that are being identified": [(requests, "IDENTIFYING")],
    "callers that wait for that": [(requests, "IDENTIFYING_WAITING")],
    "requests that wait for one": [(requests, "QUERIES_WAITING")],
    "documents and histories that are worked through": [(requests, "RENDERING")],
    "documents and histories that wait for that": [(requests, "RENDERING_WAITING")],
    "uploads that wait for that": [(uploads, "WAITING")],
    "images that are decoded": [(renditions, "IMAGES_AT_ONCE")],
    "slow images that are decoded": [(renditions, "SLOW_IMAGES_AT_ONCE")],
    "PDFs that are read": [(renditions, "PDFS_AT_ONCE")],
    "slow PDFs that are read": [(renditions, "SLOW_PDFS_AT_ONCE")],
    "files that wait in each of these four lines": [(renditions, "WAITING")],
    "web pages that are loaded, or wait to be parsed": [(page_reader, "LOADING"), (page_reader, "WAITING")],
    "web pages that are parsed": [(page_reader, "PARSING")],
    "names of hosts that are looked up": [(names, "LOOKUPS")],
}
_ROW = re.compile(
    r"^\| (?P<what>[^|]+?) \| (?P<user>[\d,]*) ?\| (?P<address>[\d,]*|half) \| (?P<total>[\d,]+)", re.MULTILINE
)
_CONSTANT = re.compile(r"^(\w+)(?:: \w+)? = (?:Bounds\(|\w+$)", re.MULTILINE)


def rows() -> dict[str, tuple[int, int, int]]:
    text = PAGE.read_text(encoding="utf-8").partition("## What is scarce")[2].partition("\n## ")[0]
    found = {row["what"]: row for row in _ROW.finditer(text)}
    return {what: (_number(row["user"]), _number(row["address"]), _number(row["total"])) for what, row in found.items()}


def _number(text: str) -> int:
    return 0 if text in {"", "half"} else int(text.replace(",", ""))


def _of_settings() -> dict[str, tuple[int, int, int]]:
    given: dict[str, Any] = {"database_url": "postgresql://localhost/unused"}
    settings = Settings(**given)
    files = UploadLimits.of(settings)
    return {
        "answers, dictations and actions in progress": (
            settings.runs_at_once, settings.runs_at_once_address, settings.runs_at_once_total,
        ),
        "open event streams": (
            settings.streams_at_once, settings.streams_at_once_address, settings.streams_at_once_total,
        ),
        "connections": (0, settings.connections_address, settings.connections),
        "uploads that are received": _triple(files.at_once),
        "uploads that have begun without a byte": _triple(files.begun),
        "bytes of files": (files.user, files.address, files.tenant),
        "files": (files.user_files, 0, files.tenant_files),
    }  # fmt: skip


def _triple(bounds: Bounds) -> tuple[int, int, int]:
    return bounds.user, bounds.address, bounds.total


def test_the_table_has_the_bounds_of_the_code() -> None:
    of_code = {
        what: _triple(getattr(*constant)) for what, constants in CONSTANTS.items() for constant in constants
    } | _of_settings()
    assert rows() == of_code


def test_no_bound_of_the_code_is_missing_in_the_table() -> None:
    listed = {(module.__name__, name) for constants in CONSTANTS.values() for module, name in constants}
    found: set[tuple[str, str]] = set()
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "import" in text and "Bounds" in text and "limits.shares" in text:
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            module = importlib.import_module(name)
            found |= {(name, each) for each in _CONSTANT.findall(text) if isinstance(getattr(module, each), Bounds)}
    assert found == listed


def test_what_has_a_bound_by_user_has_one_by_address_and_in_all() -> None:
    assert all(total for _, _, total in rows().values())
    assert [what for what, (user, address, _) in rows().items() if user and not address] == ["files"]
