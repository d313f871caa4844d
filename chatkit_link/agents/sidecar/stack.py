"""The stack of an error in Node, which names the file's own lines."""

import re
from pathlib import Path
from urllib.parse import unquote

_FRAME = re.compile(r"(?:file://)?(/[^\n():]+|[A-Za-z]:[^\n():]+):(\d+):\d+")


def line_in(path: Path, stack: str) -> int | None:
    """The innermost line of this file in a stack."""
    for place, line in _FRAME.findall(stack):
        if Path(unquote(place)).name == path.name:
            return int(line)
    return None
