"""From what a search service sent to a ``SearchResult`` that is safe to show.

Nothing a service sends is trusted: markup becomes plain text, lengths are bounded, and only http and
https addresses pass.
"""

import html
import re
from collections.abc import Iterable, Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

from chatkit_link.search.provider import SearchResult

TITLE = 200
SNIPPET = 500
# Longer addresses exist, but none that is worth displaying or that a browser is bound to accept.
URL = 2000

_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain(text: str, limit: int) -> str:
    """One line of text without tags, entities, control characters or direction overrides.

    limit: characters at most; a longer text is cut at a word and ends in an ellipsis.
    """
    # Bounded before the regular expressions see it: markup can be longer than the text it carries.
    text = _TAG.sub("", text[: limit * 20])
    text = _TAG.sub("", html.unescape(text)) if "&" in text else text
    return shorten(_SPACE.sub(" ", _CONTROL.sub("", text)).strip(), limit)


def shorten(text: str, limit: int) -> str:
    """The text, cut at a word and ended with an ellipsis when it has more than ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > limit // 2 else cut).rstrip(" ,;:.") + "…"


def web_address(url: str) -> str | None:
    """The address if a browser may be sent there, else None."""
    url = url.strip()
    if len(url) > URL or _CONTROL.search(url) or any(space in url for space in ' \t\n\r<>"'):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError when it is not a number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    return url


def site_of(url: str) -> str:
    """The host as it is usually written: ``www.example.org`` is ``example.org``."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def date_of(value: Any) -> str | None:
    """An ISO 8601 date from the forms that services use (ISO 8601, RFC 2822), or None."""
    if not isinstance(value, str) or not value.strip():
        return None
    value = value.strip()
    if match := _DATE.match(value):
        try:
            return date.fromisoformat(match[0]).isoformat()
        except ValueError:
            return None
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None


def result_of(title: Any, url: Any, snippet: Any, published: Any = None) -> SearchResult | None:
    """A tidy result, or None when there is no address to show."""
    if not isinstance(url, str) or (address := web_address(url)) is None:
        return None
    site = plain(site_of(address), TITLE)
    name = plain(title, TITLE) if isinstance(title, str) else ""
    text = plain(snippet, SNIPPET) if isinstance(snippet, str) else ""
    return SearchResult(title=name or site, url=address, site=site, snippet=text, published=date_of(published))


def distinct(results: Iterable[SearchResult | None], limit: int) -> Iterator[SearchResult]:
    """The first ``limit`` results, each address once (a fragment or a last slash makes no difference)."""
    seen: set[str] = set()
    for result in results:
        if len(seen) >= limit:
            return
        if result is None:
            continue
        key = urldefrag(result.url).url.rstrip("/")
        if key not in seen:
            seen.add(key)
            yield result
