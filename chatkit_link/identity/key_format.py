"""The text of a server key: ``cklk_``, an id, the secret and a checksum.

    cklk_K3mT9xQa_<43 characters of secret><6 of checksum>

The prefix and the checksum are for secret scanners, which find a leaked key by them and are never wrong, and for this
server, which refuses a mistyped key without looking it up. The id is no secret: lists and the audit log name it.
There is no sign in it at which a double click stops.
"""

import hashlib
import re
import secrets
import string
import zlib
from typing import Final

from chatkit_link.settings.formats.keys import STORED_KEY_PREFIX

PREFIX: Final = STORED_KEY_PREFIX
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID: Final = 8
#: 62 ** 43 is more than 2 ** 256.
_SECRET: Final = 43
_CHECKSUM: Final = 6
_KEY = re.compile(rf"{PREFIX}(?P<id>[0-9A-Za-z]{{{_ID}}})_[0-9A-Za-z]{{{_SECRET}}}(?P<sum>[0-9A-Za-z]{{{_CHECKSUM}}})")


def new_key() -> tuple[str, str]:
    """The id and the text of a new key."""
    key_id = _random(_ID)
    text = f"{PREFIX}{key_id}_{_random(_SECRET)}"
    return key_id, text + _checksum(text)


def key_id(text: str) -> str | None:
    """The id in a key; ``None`` for a text that is none, or one with a mistake in it."""
    match = _KEY.fullmatch(text)
    if match is None or match["sum"] != _checksum(text[:-_CHECKSUM]):
        return None
    return match["id"]


def key_hash(text: str) -> bytes:
    """What is stored of a key."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    """CRC-32 in base 62."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
