"""From what a search service sent to a ``SearchResult`` that is safe to show.

Nothing a service sends is trusted: markup becomes plain text, lengths are bounded, and only http and
https addresses pass.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from urllib.parse import urldefrag, urlsplit

from chatkit_link.search.plain_text import CONTROL, TITLE, plain
from chatkit_link.search.provider import SearchResult

SNIPPET = 500
# Longer addresses exist, but none that is worth displaying or that a browser is bound to accept.
URL = 2000
# No service sends more at once, and no date is longer.
_MOST = 100
_LONGEST_DATE = 100

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def web_address(url: str) -> str | None:
    """The address if a browser may be sent there, else None."""
    url = url.strip() if len(url) <= 2 * URL else url
    if len(url) > URL or CONTROL.search(url) or any(space in url for space in ' \t\n\r<>"'):
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
    value = value[:_LONGEST_DATE].strip()
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
    """The first ``limit`` of at most a hundred results, each address once.

    A fragment or a last slash makes no difference.
    """
    seen: set[str] = set()
    for result in islice(results, _MOST):
        if len(seen) >= limit:
            return
        if result is None:
            continue
        key = urldefrag(result.url).url.rstrip("/")
        if key not in seen:
            seen.add(key)
            yield result
