"""How large the parts of a request may be.

The body's own size is limited while it is read (``http/chatkit.py``). Its depth is looked at here before
it is parsed, because a parser's work and stack grow with it; the rest after it is parsed and before
anything is done with it. What an operator may set is in the settings; the others are generous constants.
"""

import re
from array import array
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from chatkit.types import UserMessageInput, UserMessageTagContent
from pydantic_core import to_json

from chatkit_link.errors import BadRequest, TooLarge, Unprocessable
from chatkit_link.translations import Localized

#: Arrays and objects inside each other.
MAX_DEPTH = 64
#: Characters of an id, of the name of an action, of a media type.
MAX_ID = 256
#: Characters of a page's cursor, which may hold more than an id.
MAX_CURSOR = 1024
#: Bytes, as JSON, of the data of one tag, and of a request's own metadata.
MAX_TAG_DATA = 16_384
MAX_METADATA = 16_384
#: Parts of one message's content, files of one message, answers to one question.
MAX_PARTS = 100
MAX_FILES = 50
MAX_ANSWERS = 100

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
#: What opens is one level more, what closes is one less (as signed bytes), and nothing else counts.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check_depth(body: bytes) -> None:
    """Raises BadRequest for JSON that is nested too deeply, without parsing it, in time linear to its length."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    steps = array("b", _STRINGS.sub(b"", body).translate(_STEPS, _NO_BRACKETS))
    if max(accumulate(steps), default=0) > MAX_DEPTH:
        raise BadRequest(f"The JSON is nested more than {MAX_DEPTH} levels deep.")


def check_ids(params: Mapping[str, Any]) -> None:
    """Raises Unprocessable for an id that is longer than any id is. params: a request's fields by name."""
    for name, value in params.items():
        if isinstance(value, str) and name.endswith("_id") and len(value) > MAX_ID:
            raise Unprocessable(f"`{name}` is too long: at most {MAX_ID} characters.")
        if isinstance(value, str) and name == "after" and len(value) > MAX_CURSOR:
            raise Unprocessable(f"`after` is too long: at most {MAX_CURSOR:,} characters.")


def check_id(text: str | None, what: str) -> None:
    """Raises Unprocessable. what: the name of the field."""
    if text is not None and len(text) > MAX_ID:
        raise Unprocessable(f"{what} is too long: at most {MAX_ID} characters.")


def check_json(value: Any, most: int, what: str) -> None:
    """Raises TooLarge for a value that has more bytes than this as JSON."""
    if len(to_json(value)) > most:
        raise TooLarge(f"{what} is too large: at most {most:,} bytes of JSON fit.")


def check_parts(message: UserMessageInput) -> None:
    """The number and the sizes of what a message is made of, but for its text."""
    if len(message.content) > MAX_PARTS:
        raise TooLarge(f"The message has {len(message.content):,} parts; at most {MAX_PARTS} fit.")
    if len(message.attachments) > MAX_FILES:
        raise TooLarge(Localized("message_too_many_files", most=MAX_FILES))
    for part in message.content:
        if isinstance(part, UserMessageTagContent):
            check_id(part.id, "A tag's `id`")
            check_id(part.group, "A tag's `group`")
            check_json(part.data, MAX_TAG_DATA, "The data of a tag")
    for attachment_id in message.attachments:
        check_id(attachment_id, "An attachment's id")
    options = message.inference_options
    check_id(options.model, "The name of the model")
    check_id(options.tool_choice.id if options.tool_choice else None, "The id of the tool")
