"""File names that are safe to show, to store and to send (RFC 6266, RFC 8187)."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

LONGEST = 200
#: Characters that turn the direction of text: "exe.gnp" would read as "png.exe" (UAX #9).
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: RFC 8187 section 3.2.1, attr-char, beyond letters and digits.
_ATTRIBUTE = "!#$&+-.^_`|~"
_QUOTABLE = re.compile(r"[^A-Za-z0-9 !#$&'()+,.;=@^_`{}~\[\]-]")


def clean_name(name: str) -> str:
    """The last part of a path, without control characters and without what turns the direction of text."""
    name = unicodedata.normalize("NFC", _TURNING.sub("", name).encode("utf-8", "replace").decode())
    name = PurePosixPath(name.replace("\\", "/")).name
    name = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in name).split()).strip(". ")
    if len(name) > LONGEST:
        path = PurePosixPath(name)
        ending = path.suffix[:20]
        name = path.stem[: LONGEST - len(ending)] + ending
    return name or "file"


def content_disposition(name: str, *, inline: bool) -> str:
    """``Content-Disposition`` for a name in any script: in full for those who know RFC 8187, in ASCII for others."""
    disposition = "inline" if inline else "attachment"
    ascii_name = _QUOTABLE.sub("_", name)
    return f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE)}"
