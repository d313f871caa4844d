"""Addresses: of web servers and APIs, of PostgreSQL and of Redis."""

import re
from urllib.parse import SplitResult, urlsplit

from chatkit_link.net.ip import is_safe_for_keys
from chatkit_link.settings.formats.text import FULL_WIDTH, Format, RefusedValue, has_control, read_line

#: What is copied along with the address of an API: the path of one of its calls.
_CALLS = ("/chat/completions", "/completions", "/responses", "/models", "/audio/transcriptions", "/embeddings")


def _location(text: str, name: str) -> str:
    text = text.translate(FULL_WIDTH)
    if re.search(r"\s", text) or has_control(text):
        raise RefusedValue(f"{name} has white space or a line break inside, which no address has.")
    _split(text, name)
    return text


def _split(text: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise RefusedValue(f"{name} is not an address: its host or its port cannot be read.") from None
    return parts


def _web_address(text: str, name: str) -> str:
    parts = _split(text := _location(text, name), name)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedValue(
            f"{name} must be a whole address, with http:// or https:// and a host, such as https://api.example.com."
        )
    return text


def _public_address(text: str, name: str) -> str:
    return _web_address(text, name) if "://" in text else _location(text, name)


def _api_address(text: str, name: str) -> str:
    parts = _split(text := _web_address(text, name), name)
    if parts.query or parts.fragment:
        raise RefusedValue(
            f"{name} has a ? or a # in it, but the paths of the calls are added to its end: write it up to there."
        )
    path = parts.path.rstrip("/")
    if call := next((call for call in _CALLS if path.endswith(call)), None):
        raise RefusedValue(
            f"{name} ends in {call}, which each call adds by itself: write the address up to there, "
            "such as https://api.example.com/v1."
        )
    return text


def _secure_address(text: str, name: str) -> str:
    text = _location(text, name)
    if not is_safe_for_keys(text):
        raise RefusedValue(
            f"{name} must be an https address: over plain HTTP, keys could be read or replaced on the way. "
            "Plain HTTP is accepted for private addresses and for host names of your own network only."
        )
    return text


def _secure_api_address(text: str, name: str) -> str:
    return _secure_address(_api_address(text, name), name)


def _redis_address(text: str, name: str) -> str:
    try:
        parts = _split(text := _location(text, name), name)
        usable = parts.scheme == "unix" or (parts.scheme in ("redis", "rediss") and parts.hostname)
    except RefusedValue:
        usable = False
    if not usable:
        raise RefusedValue(
            f"{name} is not the address of a Redis server: write redis://user:password@host:6379/0, "
            "or rediss:// for TLS."
        )
    return text


def _postgres_address(text: str, name: str) -> str:
    # What follows the scheme is read by store/address.py, which knows libpq's syntax: several hosts, a socket's folder.
    text = text.translate(FULL_WIDTH)
    if text.partition("://")[0].partition("+")[0] not in ("postgres", "postgresql"):
        raise RefusedValue(
            f"{name} is not a PostgreSQL address, but ChatKit Link stores in PostgreSQL only: "
            "use postgresql://user:password@host:5432/name, or unset it for the embedded database."
        )
    return read_line(text, name)


#: Anything with a host or a path in it, of which no more than the characters is checked.
LOCATION = Format(_location)
WEB_ADDRESS = Format(_web_address)
#: A web address, or a domain alone, as hosting services name it.
PUBLIC_ADDRESS = Format(_public_address)
#: The address of an API, to which the paths of its calls are added.
API_ADDRESS = Format(_api_address)
#: An address that keys come from: https, or plain HTTP within one's own network.
SECURE_ADDRESS = Format(_secure_address)
#: The address of an API that keys are sent to.
SECURE_API_ADDRESS = Format(_secure_api_address)
POSTGRES_ADDRESS = Format(_postgres_address)
REDIS_ADDRESS = Format(_redis_address)
