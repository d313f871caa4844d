"""Secrets and keys, and the headers that carry them."""

import re

from chatkit_link.settings.formats.text import FULL_WIDTH, Format, RefusedValue, cut, has_control, read_line

#: How server keys of the database begin (``identity/key_format.py``).
STORED_KEY_PREFIX = "cklk_"
_BEARER = re.compile(r"(?:authorization\s*:\s*)?bearer(?:\s+|$)", re.IGNORECASE)
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_ASCII_WORDS = re.compile(r"[\x20-\x7e]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
# Characters of a secret that signs: HS256 asks for as many bytes as its hash has (RFC 7518, section 3.2).
_SHORTEST = 32


def _secret(text: str, name: str) -> str:
    return _long(read_line(text, name), name)


def _header_key(text: str, name: str) -> str:
    return _key(text, name, _VISIBLE_ASCII)


def _own_key(text: str, name: str) -> str:
    return _long(_key(text, name, _ASCII_WORDS), name)


def _long(text: str, name: str) -> str:
    if len(text) < _SHORTEST:
        raise RefusedValue(f"{name} is too short: use at least {_SHORTEST} random characters.")
    return text


def _key(text: str, name: str, allowed: re.Pattern[str]) -> str:
    key = cut(_BEARER.sub("", text.translate(FULL_WIDTH), count=1))
    if allowed.fullmatch(key):
        return key
    if not key:
        flaw = "nothing is left of it without the word Bearer and quotes"
    elif has_control(key):
        flaw = "it has a line break or another control character inside"
    elif key.isascii():
        flaw = "it has white space inside"
    else:
        flaw = "it has characters that are not ASCII, which no HTTP header carries"
    raise RefusedValue(f"{name} cannot be a key: {flaw}. Copy the key again, alone and whole.")


def _header_name(text: str, name: str) -> str:
    header = cut(text.translate(FULL_WIDTH).rstrip(": "))
    if not _TOKEN.fullmatch(header):
        raise RefusedValue(
            f"{name} cannot be the name of a header: use letters, digits and hyphens, as in X-Forwarded-User."
        )
    return header


#: A secret that never leaves this process; it may be a passphrase, and quotes are part of it.
SECRET = Format(_secret, quotes=False)
#: A key that travels in an HTTP header: one word of visible ASCII.
HEADER_KEY = Format(_header_key)
#: A key of this server's own making, which a caller sends in a header; it may have spaces.
OWN_KEY = Format(_own_key)
HEADER_NAME = Format(_header_name)
