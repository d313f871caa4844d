"""Which part of a file is asked for (RFC 9110 section 14)."""

import re

from chatkit_link.errors import RangeNotSatisfiable

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (excluded) of the asked part; None for all of it.

    A header that is not understood, or asks for several parts, is ignored, as the RFC allows.

    Raises:
        RangeNotSatisfiable: no byte of it is in the file.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        if not length:
            raise RangeNotSatisfiable(size)
        return size - length, size
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(size)
    return start, end
