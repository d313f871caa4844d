"""What stands in an environment variable, read as its writer meant it, or refused by the variable's name.

Values are pasted: with a line break behind them, in quotes, after the word Bearer, from a page that puts invisible
characters in. What surrounds a value is cut. What no server could take is refused when the settings are read, where
the sentence can name the variable: sent as it is, it would only look as if the server could not be reached.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from chatkit_link.errors import ConfigurationError

# White space of any script, and characters that take no room: zero-width ones, marks of direction, the byte order mark.
_BLANK = r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
_AROUND = re.compile(f"^{_BLANK}|{_BLANK}$")
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u00ab": "\u00bb"}
_BEARER = re.compile(r"(?:authorization\s*:\s*)?bearer(?:\s+|$)", re.IGNORECASE)
#: The full-width forms of ASCII, which an input method for Chinese or Japanese writes.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_ASCII_WORDS = re.compile(r"[\x20-\x7e]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
#: What is copied along with the address of an API: the path of one of its calls.
_CALLS = ("/chat/completions", "/completions", "/responses", "/models", "/audio/transcriptions", "/embeddings")


@dataclass(frozen=True, slots=True)
class Format:
    """How the text of a setting is read. It stands in the setting's type: ``Annotated[str, WEB_ADDRESS]``.

    read: takes the text without what surrounds it, and the variable's name for the sentence of a refusal.
    quotes: whether quotes around the text are cut, too.
    """

    read: Callable[[str, str], str]
    quotes: bool = True


def read_text(value: Any, field: FieldInfo, name: str) -> Any:
    """A setting's value as the rest of the program may use it; what is no text is left alone.

    Raises:
        ConfigurationError: the value cannot be what the setting is; it is not repeated.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str) or not text:
        return value
    form = next((mark for mark in field.metadata if isinstance(mark, Format)), LINE)
    kept = cut(text, quotes=form.quotes)
    # Nothing but white space is as good as nothing, which is read as unset.
    return form.read(kept, variable(field, name)) if kept else field.get_default(call_default_factory=True)


def variable(field: FieldInfo, name: str) -> str:
    """A setting's variable as a sentence names it: the one that the rest of the world uses, and ours."""
    if isinstance(field.validation_alias, AliasChoices):
        own, *shared = (str(choice) for choice in field.validation_alias.choices)
        return f"{shared[-1]} (or {own})" if shared else own
    return f"CHATKIT_LINK_{name.upper()}"


def cut(text: str, *, quotes: bool = True) -> str:
    """``text`` without what surrounds it: white space, invisible characters, and quotes in pairs."""
    while True:
        before = text
        text = _AROUND.sub("", text)
        if quotes and len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
            text = text[1:-1]
        if text == before:
            return text


def _line(text: str, name: str) -> str:
    if _CONTROL.search(text):
        raise ConfigurationError(f"{name} has a line break or another control character inside: remove it.")
    return text


def _header_key(text: str, name: str) -> str:
    return _key(text, name, _VISIBLE_ASCII)


def _own_key(text: str, name: str) -> str:
    return _key(text, name, _ASCII_WORDS)


def _key(text: str, name: str, allowed: re.Pattern[str]) -> str:
    key = cut(_BEARER.sub("", text.translate(_FULL_WIDTH), count=1))
    if allowed.fullmatch(key):
        return key
    if not key:
        flaw = "nothing is left of it without the word Bearer and quotes"
    elif _CONTROL.search(key):
        flaw = "it has a line break or another control character inside"
    elif key.isascii():
        flaw = "it has white space inside"
    else:
        flaw = "it has characters that are not ASCII, which no HTTP header carries"
    raise ConfigurationError(f"{name} cannot be a key: {flaw}. Copy the key again, alone and whole.")


def _header_name(text: str, name: str) -> str:
    header = cut(text.translate(_FULL_WIDTH).rstrip(": "))
    if not _TOKEN.fullmatch(header):
        raise ConfigurationError(
            f"{name} cannot be the name of a header: use letters, digits and hyphens, as in X-Forwarded-User."
        )
    return header


def _location(text: str, name: str) -> str:
    text = text.translate(_FULL_WIDTH)
    if re.search(r"\s", text) or _CONTROL.search(text):
        raise ConfigurationError(f"{name} has white space or a line break inside, which no address has.")
    _split(text, name)
    return text


def _split(text: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is no address: its host or its port cannot be read.") from None
    return parts


def _web_address(text: str, name: str) -> str:
    parts = _split(text := _location(text, name), name)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"{name} must be a whole address, with http:// or https:// and a host, such as https://api.example.com."
        )
    return text


def _public_address(text: str, name: str) -> str:
    return _web_address(text, name) if "://" in text else _location(text, name)


def _api_address(text: str, name: str) -> str:
    parts = _split(text := _web_address(text, name), name)
    if parts.query or parts.fragment:
        raise ConfigurationError(
            f"{name} has a ? or a # in it, but the paths of the calls are added to its end: write it up to there."
        )
    path = parts.path.rstrip("/")
    if call := next((call for call in _CALLS if path.endswith(call)), None):
        raise ConfigurationError(
            f"{name} ends in {call}, which each call adds by itself: write the address up to there, "
            "such as https://api.example.com/v1."
        )
    return text


def _redis_address(text: str, name: str) -> str:
    try:
        parts = _split(text := _location(text, name), name)
        usable = parts.scheme == "unix" or (parts.scheme in ("redis", "rediss") and parts.hostname)
    except ConfigurationError:
        usable = False
    if not usable:
        raise ConfigurationError(
            f"{name} is no address of a Redis server: write redis://user:password@host:6379/0, or rediss:// for TLS."
        )
    return text


def _postgres_address(text: str, name: str) -> str:
    # What follows the scheme is read by store/address.py, which knows libpq's ways: several hosts, a socket's folder.
    text = text.translate(_FULL_WIDTH)
    if text.partition("://")[0].partition("+")[0] not in ("postgres", "postgresql"):
        raise ConfigurationError(
            f"{name} is no PostgreSQL address, but ChatKit Link stores in PostgreSQL only: "
            "use postgresql://user:password@host:5432/name, or unset it for the embedded database."
        )
    return _line(text, name)


#: A line of text, which every setting without another format is.
LINE = Format(_line)
#: A line in which quotes mean something.
QUOTED_LINE = Format(_line, quotes=False)
#: A secret that never leaves this process; it may be a whole sentence.
SECRET = Format(_line, quotes=False)
#: A key that travels in an HTTP header: one word of visible ASCII.
HEADER_KEY = Format(_header_key)
#: A key of this server's own making, which a caller sends in a header; it may have spaces.
OWN_KEY = Format(_own_key)
HEADER_NAME = Format(_header_name)
#: Anything with a host or a path in it, of which no more than the characters is looked at.
LOCATION = Format(_location)
WEB_ADDRESS = Format(_web_address)
#: A web address, or a domain alone, as hosting services name it.
PUBLIC_ADDRESS = Format(_public_address)
#: The address of an API, to which the paths of its calls are added.
API_ADDRESS = Format(_api_address)
POSTGRES_ADDRESS = Format(_postgres_address)
REDIS_ADDRESS = Format(_redis_address)
