"""Where a page ended, so that the next one begins exactly after it.

Pages are cut by position (keyset), never by time or offset: an item's position is its sequence number
in its thread, a thread's is (last activity, id). A cursor carries that position in itself, so it still
works after the row it was made from is deleted, and new rows in between move nothing.

The text is ``cur_`` and base64url JSON. It is not secret and not signed: it holds nothing but a
position, and the query it goes into is filtered by owner and thread as any other. The SDK and older
clients may also send a plain id as the cursor; the caller of ``decode`` looks that up within its own
thread and owner.
"""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from chatkit_link.errors import Unprocessable
from chatkit_link.wire.sanitize import clean_text

_PREFIX = "cur_"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LENGTH = 400


def bad_cursor() -> Unprocessable:
    return Unprocessable("The `after` cursor does not belong to this list: start again from the first page.")


def _encode(*parts: str | int) -> str:
    raw = json.dumps(parts, separators=(",", ":")).encode()
    return _PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(cursor: str, types: tuple[type, ...]) -> list[str | int] | None:
    """The parts, or None where the text is no cursor of ours (it may be an id)."""
    if not cursor.startswith(_PREFIX):
        if cursor != clean_text(cursor):  # nothing that could be an id
            raise bad_cursor()
        return None
    if len(cursor) > _MAX_LENGTH:
        raise bad_cursor()
    body = cursor.removeprefix(_PREFIX)
    try:
        parts = json.loads(base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if not isinstance(parts, list) or tuple(map(type, cast("list[Any]", parts))) != types:
        raise bad_cursor()
    return cast("list[str | int]", parts)


def item_cursor(thread_id: str, seq: int) -> str:
    return _encode(thread_id, seq)


def read_item_cursor(cursor: str, thread_id: str) -> int | None:
    """The sequence number, or None if the text is no cursor of ours.

    Raises:
        Unprocessable: a broken cursor, or one from another thread.
    """
    parts = _decode(cursor, (str, int))
    if parts is None:
        return None
    if parts[0] != thread_id or not 0 <= int(parts[1]) < 2**63:
        raise bad_cursor()
    return int(parts[1])


def thread_cursor(last_activity: datetime, thread_id: str) -> str:
    # Whole microseconds: a float would round two neighbours together.
    return _encode((last_activity - _EPOCH) // timedelta(microseconds=1), thread_id)


def read_thread_cursor(cursor: str) -> tuple[datetime, str] | None:
    """(last activity, thread id), or None if the text is no cursor of ours.

    Raises:
        Unprocessable: a broken cursor.
    """
    parts = _decode(cursor, (int, str))
    if parts is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(parts[0])), clean_text(str(parts[1]))
    except OverflowError:
        raise bad_cursor() from None
